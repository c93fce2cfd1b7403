package bot_test

import (
	"testing"

	"github.com/steward-bot/steward/ops"
)

func TestDiagnoseWithoutATargetTellsEachCauseOnceAndOffersItsRemedy(t *testing.T) {
	h := open(t)
	h.command("U0ANA", "C0SHOP", "diagnose")
	answer := h.ephemeral("U0ANA", "C0SHOP", 1)
	want(t, "the answer", answer.words(), `
🔴 *2 causes of trouble in prod-eu/shop, with 9 workloads looked at.*
---
*The node node-1 does not answer.*
`+"`node-unreachable` proven, in `Node/node-1`"+`
It brings down 2 objects: `+"`Deployment/shop/cart`, `Deployment/shop/search`"+`.
1. Look at its kubelet.
More: `+"`/k8s diagnose prod-eu/shop/deploy/cart`"+`
---
*The image checkout:2.4.1-missing does not exist.*
`+"`image-not-found` proven, in `Pod/shop/checkout-5d-x2v`"+`
It brings down `+"`Deployment/shop/checkout`"+`.
2. Roll back to the template of revision 41.  `+"`/k8s rollback prod-eu/shop/deploy/checkout to=41`"+`
More: `+"`/k8s diagnose prod-eu/shop/deploy/checkout`"+`
*What could not be known*
• steward may not list secrets in the namespace shop: its role lacks that rule
[2. Roll back checkout to=41]
[Share with channel]`)
	h.press("U0ANA", answer, "remedy:2")
	h.until("the remedy is asked for", func() bool { return len(h.runner.requests()) == 2 })
	if got := h.runner.requests()[1]; got.Verb != "rollback" || got.Target != "prod-eu/shop/deploy/checkout" || got.Args["to"] != "41" || got.Via != ops.ViaButton {
		t.Errorf("the button asks for %+v", got)
	}
}
