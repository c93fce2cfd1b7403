package diagnose

// schedulingFamily knows why a pod finds no node: it works the scheduler's
// predicates out anew from nodes and pods (predicate*.go, placement*.go), and
// blames the one that stands in the way. It also knows the pods that lost their
// place again, or never asked the scheduler for one.
func schedulingFamily() family {
	return family{
		Name:   "scheduling",
		Causes: append(schedulingCauses(), placementCauses()...),
		Checks: []check{
			{"scheduling-gated", "Does no scheduler look at the pod?", schedulingGated},
			{"pod-claim-not-bound", "Does the pod wait for a claim that has no volume?", podClaimNotBound},
			{"placement-known", "Is every node closed to the pod?", placementKnown},
			{"node-selector-unmatched", "Does the pod select nodes that there are not?", nodeSelectorUnmatched},
			{"volume-zone-mismatch", "Is the pod's volume where no node can take it?", volumeZoneMismatch},
			{"request-exceeds-any-node", "Does the pod ask for more than any node has?", requestExceedsAnyNode},
			{"nodes-cordoned", "Are the nodes that would take the pod cordoned?", nodesCordoned},
			{"untolerated-taint", "Do the nodes have a taint that the pod does not tolerate?", untoleratedTaint},
			{"pod-affinity-unsatisfied", "Do rules of affinity to other pods leave no node?", podAffinityUnsatisfied},
			{"topology-spread-unsatisfied", "Would the pods be spread too unevenly?", topologySpreadUnsatisfied},
			{"node-slot-exhausted", "Is a port, or a place for a pod or volume, taken on every node?", nodeSlotExhausted},
			{"preempted", "Did the pods have to give way to others of higher priority?", preempted},
			{"cluster-full", "Have other pods taken the room on every node?", clusterFull},
			{"node-name-bogus", "Was the pod given a node that does not exist?", nodeNameBogus},
			{"kubelet-refused", "Has the kubelet refused the pod?", kubeletRefused},
		},
		Relations: map[string]relation{"claims": claimsMounted, "unbound-claims": claimsUnbound},
		Wants:     schedulingWants,
	}
}

// blame is the beginning of an answer that a hurdle stands in the pod's way. It
// is final, and false, where it does not, or where that is not certain.
func (s *scope) blame(hurdle hurdle) (a answer, w weighed, is bool) {
	p := s.placementOf(s.pod())
	w = s.verdictOn(p)
	if w.hurdle != hurdle {
		n := len(blocked(p.stands, hurdle))
		if n == 0 {
			return no("on no node"), w, false
		}
		return no("on " + count(n, "node") + ", and that is not what stands in the way"), w, false
	}
	if w.doubt != "" {
		return unknown(w.doubt), w, false
	}
	proof := byField
	if w.hinted {
		proof = bySignature
	}
	pod, stands := refOf("Pod", p.pod), p.stands
	if w.hinted {
		stands = w.nodes
	}
	reasons := countReasons(stands)
	a = yes(proof, reasons).with("reasons", reasons, "nodes", count(len(w.nodes), "node"), "waiting", count(len(s.Failure.Pods), "pod"), "asked", p.asked()).
		seen(pod, "predicates", reasons, s.At)
	return s.withScheduler(a), w, true
}

// verdictOn weighs a placement; where nothing is in the way as far as it is
// known, the scheduler's word stands for what could not be read.
func (s *scope) verdictOn(p *placement) weighed {
	if len(p.open()) > 0 {
		return p.hint()
	}
	return p.weigh()
}

// withScheduler adds what the scheduler and the autoscaler say.
func (s *scope) withScheduler(a answer) answer {
	pod := s.pod()
	if scheduled := condition(pod, "PodScheduled"); scheduled != nil && scheduled.Message != "" {
		a = a.seen(refOf("Pod", pod), "status.conditions[PodScheduled].message", scheduled.Message, scheduled.LastTransitionTime.Time)
	}
	if event := s.lastEvent(refOf("Pod", pod), "NotTriggerScaleUp"); event != nil {
		a = a.with("autoscaler", event.Message).seen(refOf("Pod", pod), "events[NotTriggerScaleUp].message", event.Message, event.Last)
	}
	return a
}

// placementKnown tells that it is known of every node why the pod cannot go
// there.
func placementKnown(s *scope) answer {
	p := s.placementOf(s.pod())
	if len(p.stands) == 0 {
		if !s.read("Node", "") {
			return unknown(s.why("Node", ""))
		}
		return yes(byContext, "there are no nodes")
	}
	open := p.open()
	switch {
	case len(open) == 0:
		return yes(byContext, countReasons(p.stands))
	case s.verdictOn(p).hinted:
		return yes(byContext, "the scheduler says so")
	case len(p.doubts) > 0:
		return unknown(p.doubts[0])
	default:
		return unknown("what else keeps the pod from " + open[0].Name + ", which would take it as far as steward can work out")
	}
}
