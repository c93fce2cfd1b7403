package diagnose

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	storagev1 "k8s.io/api/storage/v1"
)

// hasVolumeSlots asks whether the node may have as many more volumes attached
// as the pod brings. The node's CSI drivers say how many of theirs it may have.
func hasVolumeSlots(p *placement) func(*corev1.Node) []obstacle {
	drivers := p.volumeDrivers()
	if len(drivers) == 0 {
		return passes
	}
	for _, kind := range []string{"CSINode", "VolumeAttachment"} {
		if !p.read(kind, "") {
			p.doubt(p.why(kind, ""))
		}
	}
	attached := p.attachments()
	return func(node *corev1.Node) []obstacle {
		limits := get[storagev1.CSINode](p.view, Ref{Kind: "CSINode", Name: node.Name})
		if limits == nil {
			return nil
		}
		for _, driver := range limits.Spec.Drivers {
			if driver.Allocatable == nil || driver.Allocatable.Count == nil || drivers[driver.Name] == nil {
				continue
			}
			there := attached[node.Name][driver.Name]
			more := 0
			for _, volume := range drivers[driver.Name] {
				if volume == "" || !there[volume] {
					more++
				}
			}
			count := len(there)
			if load := p.loadOf(node.Name); load != nil {
				count += load.Volumes[driver.Name]
			}
			if limit := int(*driver.Allocatable.Count); more > 0 && count+more > limit {
				return one(bySlot, fmt.Sprintf("every one of its %d places for volumes of %s is taken", limit, driver.Name))
			}
		}
		return nil
	}
}

// volumeDrivers lists the pod's volumes by CSI driver: their names, or "" for
// those that are not made yet.
func (p *placement) volumeDrivers() map[string][]string {
	drivers := map[string][]string{}
	for _, mount := range p.claimsOf(p.pod) {
		switch {
		case mount.volume != nil && mount.volume.Spec.CSI != nil:
			driver := mount.volume.Spec.CSI.Driver
			drivers[driver] = append(drivers[driver], mount.volume.Name)
		case mount.volume == nil && mount.class != nil:
			drivers[mount.class.Provisioner] = append(drivers[mount.class.Provisioner], "")
		}
	}
	return drivers
}

// attachments lists the attached volumes by node and driver.
func (p *placement) attachments() map[string]map[string]map[string]bool {
	all := map[string]map[string]map[string]bool{}
	for _, attachment := range p.Objects.VolumeAttachments {
		node, driver := attachment.Spec.NodeName, attachment.Spec.Attacher
		if all[node] == nil {
			all[node] = map[string]map[string]bool{}
		}
		if all[node][driver] == nil {
			all[node][driver] = map[string]bool{}
		}
		volume := "attachment " + attachment.Name
		if name := attachment.Spec.Source.PersistentVolumeName; name != nil {
			volume = *name
		}
		all[node][driver][volume] = true
	}
	return all
}
