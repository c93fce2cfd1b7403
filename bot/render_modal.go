package bot

import (
	"strings"

	"github.com/slack-go/slack"

	"github.com/steward-bot/steward/ops"
)

// The callback ids of the modals that can be submitted, and the ids of their
// inputs. The latter are public: other programs fill them in.
const (
	formJustification  = "justification"
	inputJustification = "justification"
	formTarget         = "target"
	inputTarget        = "target"
)

func modal(blocks []slack.Block) slack.ModalViewRequest {
	return slack.ModalViewRequest{
		Type:   slack.VTModal,
		Title:  plainText("steward", titleLimit),
		Close:  plainText("Close", titleLimit),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

// renderNotice is a modal that only says something. Said is safe already.
func renderNotice(said ...string) slack.ModalViewRequest {
	return modal(lines(said))
}

// renderLoading is opened at once, while steward still looks: the trigger that
// allows a modal lives three seconds.
func renderLoading(req ops.Request) slack.ModalViewRequest {
	return renderNotice("*One moment.*", "steward looks at "+code(req.Target, 300)+" and works out what "+code(typed(req), 300)+" would do. Nothing is changed by that.")
}

// renderJustification asks for the link that a write needs. Wrong says what
// was wrong with the last one, and is nil at first.
func renderJustification(token string, req ops.Request, why string, wrong *ops.Refusal) slack.ModalViewRequest {
	var blocks []slack.Block
	if wrong != nil {
		blocks = renderRefusal(wrong).blocks
	}
	if why != "" {
		blocks = append(blocks, lines([]string{code("/k8s "+typed(req), 400), prose(why, 1500)})...)
	}
	field := slack.NewPlainTextInputBlockElement(plainText("https://acme.pagerduty.com/incidents/… or SHOP-7", 100), inputJustification)
	field.MaxLength = justificationLimit
	if wrong != nil {
		field.InitialValue = cutRunes(req.Because, justificationLimit)
	}
	view := modal(append(blocks, slack.NewInputBlock(inputJustification, plainText("Link to the incident or the issue", 100), plainText("It is checked live before you see the plan.", 200), field)))
	view.CallbackID, view.PrivateMetadata = formJustification, token
	view.Submit = plainText("Check it", titleLimit)
	return view
}

// justificationLimit is the longest link that is read, in characters.
const justificationLimit = 1000

// renderTargetForm asks what a message is about.
func renderTargetForm(token, guess string) slack.ModalViewRequest {
	field := slack.NewPlainTextInputBlockElement(plainText("checkout or shop/checkout", 100), inputTarget)
	field.InitialValue = guess
	field.MaxLength = 600
	view := modal([]slack.Block{
		section("*What shall steward diagnose?*\nThe answer comes into the thread of this message. Only you see it, until you share it."),
		slack.NewInputBlock(inputTarget, plainText("Target", 100), plainText("[[cluster/]namespace/][kind/]name", 200), field),
	})
	view.CallbackID, view.PrivateMetadata = formTarget, token
	view.Submit = plainText("Diagnose", titleLimit)
	return view
}

// renderChecks is the modal with every check of a diagnosis.
func renderChecks(d ops.Diagnosis) slack.ModalViewRequest {
	blocks := []slack.Block{section("*Every check of* " + code(target(d).String(), 300) + "\n" + tally(d))}
	for _, chunk := range chunks(checkLines(d), sectionLimit) {
		if len(blocks) == 2*blocksLimit { // a modal takes 100 blocks
			blocks = append(blocks, aside("The rest is too long for Slack: see `steward diagnose -o json`."))
			break
		}
		blocks = append(blocks, section(chunk))
	}
	return modal(blocks)
}

// renderAskInThread asks for a link where no modal could be opened: a mention
// has no trigger for one.
func renderAskInThread(token string, req ops.Request, ask ops.Ask) message {
	again := req
	again.Because = ""
	return message{
		text: prose(ask.Text, noticeLimit),
		blocks: []slack.Block{
			section(strings.Join([]string{
				"✋ " + prose(ask.Text, 1500),
				"Press the button and paste the link, or add it to the command: " + code(typed(again)+" because LINK", 400),
			}, "\n")),
			buttons(button(formJustification, token, "Give the link", slack.StylePrimary)),
		},
	}
}
