package slack

import (
	"slices"
	"strings"
)

// filesCompleteUploadExternal serves https://docs.slack.dev/reference/methods/files.completeUploadExternal.
func (s *Server) filesCompleteUploadExternal(c call) (answer, error) {
	done, err := s.finished(c.args)
	if err != nil {
		return nil, err
	}
	thread, err := threadOf(c.args)
	if err != nil {
		return nil, err
	}
	var channels []Channel
	for _, id := range append(c.args.list("channels"), c.args.list("channel_id")...) {
		channel, err := s.postable(id)
		if err != nil {
			return nil, err
		}
		channels = append(channels, channel)
	}
	said := content{text: c.args.text("initial_comment")}
	if doc, ok, err := c.args.document("blocks"); err != nil {
		return nil, refusal{code: "invalid_blocks_format"}
	} else if ok {
		if said.blocks, err = checkMessageBlocks(doc); err != nil {
			return nil, err
		}
	}
	for _, channel := range channels {
		s.share(channel, thread, said, done)
	}
	objects := make([]answer, 0, len(done))
	for _, f := range done {
		f, _ = s.files.find(f.id)
		objects = append(objects, s.fileObject(c.base, f))
	}
	return answer{"files": objects}, nil
}

// finished reads the argument files: uploads that have arrived, with titles.
func (s *Server) finished(a args) ([]file, error) {
	doc, ok, err := a.document("files")
	list, isList := doc.([]any)
	if err != nil || !ok || !isList || len(list) == 0 {
		return nil, missingField("files")
	}
	var done []file
	for _, item := range list {
		entry, _ := item.(map[string]any)
		id, _ := entry["id"].(string)
		title, _ := entry["title"].(string)
		f, ok := s.files.change(id, func(f *file) { orElse(&title, f.title); f.title = title })
		if !ok || f.data == nil {
			return nil, refusal{code: "file_not_found"}
		}
		done = append(done, f)
	}
	return done, nil
}

// share posts files into a channel, with the comment above them.
func (s *Server) share(channel Channel, thread string, said content, done []file) {
	m := said.message(channel.ID, s.app.BotUserID)
	m.threadTS, m.files = thread, done
	s.post(m)
	for _, f := range done {
		s.files.change(f.id, func(f *file) {
			if !slices.Contains(f.channels, channel.ID) {
				f.channels = append(slices.Clone(f.channels), channel.ID)
			}
		})
	}
}

// fileObject is a file as files.* show it.
func (s *Server) fileObject(base string, f file) answer {
	private := base + "/files-pri/" + f.id
	return answer{
		"id": f.id, "name": f.name, "title": f.title, "size": len(f.data), "mimetype": "text/plain", "filetype": extension(f.name), "user": s.app.BotUserID,
		"created": s.clock.now().Unix(), "timestamp": s.clock.now().Unix(), "mode": "hosted", "is_external": false, "is_public": false,
		"url_private": private, "url_private_download": private, "channels": append([]string{}, f.channels...), "groups": []string{}, "ims": []string{},
	}
}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i+1:]
	}
	return "text"
}
