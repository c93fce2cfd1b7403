package stages

import "sigs.k8s.io/kwok/pkg/apis/v1alpha1"

// Provisioner of the storage class that these steps serve. Claims of any other
// class stay with the real controller: pending, with its real Events.
const Provisioner = "steward-test/simulated"

// StorageClass is the name of the class, and the cluster's default.
const StorageClass = "standard"

// volumeSteps make and remove the volumes of the simulated storage class, as a
// provisioner does; binding them is the real controller's work.
func volumeSteps() []step {
	mine := is(".spec.storageClassName", StorageClass)
	return []step{
		{
			name: "claim-provision", kind: "PersistentVolumeClaim",
			when: []condition{alive, mine, absent(".spec.volumeName"), is(".status.phase", "Pending")},
			do:   []action{{apply: &v1alpha1.StageApply{Template: volumeTemplate}}},
		},
		{
			name: "volume-delete", kind: "PersistentVolume",
			when: []condition{alive, mine, is(".status.phase", "Released")},
			do:   []action{{remove: true}},
		},
	}
}
