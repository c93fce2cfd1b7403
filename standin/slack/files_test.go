package slack_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"testing"

	slackgo "github.com/slack-go/slack"
)

func TestAFileIsUploadedInThreeStepsAndRead(t *testing.T) {
	h := start(t)
	parent := h.say("C0SHOP", text("The diff is long."))
	f, err := h.api.UploadFile(slackgo.UploadFileParameters{
		Filename: "diff.txt", Title: "The diff", Content: "-41\n+42\n", FileSize: 8, Channel: "C0SHOP", ThreadTimestamp: parent, InitialComment: "Here it is.",
	})
	if err != nil {
		t.Fatal(err)
	}
	want(t, "the title", f.Title, "The diff")
	reply := h.channel("C0SHOP", "U0BEN").Messages[0].Thread[0]
	want(t, "the comment", reply.Text, "Here it is.")
	want(t, "the file", reply.Files[0].ID+" "+reply.Files[0].Title, f.ID+" The diff")

	response, err := http.Get(h.url + "/person/file/" + f.ID + "?user=U0BEN")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	want(t, "what ben reads", string(body), "-41\n+42\n")

	var mine bytes.Buffer
	if err := h.api.GetFile(h.url+"/files-pri/"+f.ID, &mine); err != nil {
		t.Fatal(err)
	}
	want(t, "what the bot reads", mine.String(), "-41\n+42\n")
	if err := h.client("xoxb-wrong").GetFile(h.url+"/files-pri/"+f.ID, &mine); err == nil {
		t.Error("a wrong token reads the file")
	}
	var no did
	want(t, "the status for gia", h.get("/person/file/"+f.ID+"?user=U0GIA", &no), http.StatusNotFound)
}

func TestAnUploadMustArriveWholeBeforeItIsCompleted(t *testing.T) {
	h := start(t)
	ctx := context.Background()
	at, err := h.api.GetUploadURLExternalContext(ctx, slackgo.GetUploadURLExternalParameters{FileName: "diff.txt", FileSize: 8})
	if err != nil {
		t.Fatal(err)
	}
	_, err = h.api.CompleteUploadExternalContext(ctx, slackgo.CompleteUploadExternalParameters{Files: []slackgo.FileSummary{{ID: at.FileID}}})
	wantCode(t, err, "file_not_found")
	if err := h.api.UploadToURL(ctx, slackgo.UploadToURLParameters{UploadURL: at.UploadURL, Filename: "diff.txt", Content: "short"}); err == nil {
		t.Error("an upload of five bytes passes for one of eight")
	}
	if err := h.api.UploadToURL(ctx, slackgo.UploadToURLParameters{UploadURL: h.url + "/upload/F0NONE", Filename: "diff.txt", Content: "x"}); err == nil {
		t.Error("an upload to nowhere passes")
	}
	_, err = h.api.UploadFile(slackgo.UploadFileParameters{Filename: "diff.txt", Content: "x", FileSize: 1, Channel: "C0LOBBY"})
	if err == nil || err.Error() != "CompleteUploadExternal: not_in_channel" {
		t.Errorf("sharing where the bot is not gives %v", err)
	}
}
