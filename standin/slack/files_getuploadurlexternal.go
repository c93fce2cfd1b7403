package slack

// filesGetUploadURLExternal serves https://docs.slack.dev/reference/methods/files.getUploadURLExternal.
func (s *Server) filesGetUploadURLExternal(c call) (answer, error) {
	name, size := c.args.text("filename"), c.args.number("length", 0)
	switch {
	case name == "":
		return nil, missingField("filename")
	case size <= 0:
		return nil, missingField("length")
	case size > maxFile:
		return nil, refusal{code: "file_upload_size_restricted"}
	}
	f := file{id: newID("F"), name: name, title: name, size: size}
	s.files.add(f)
	return answer{"upload_url": c.base + "/upload/" + f.id, "file_id": f.id}, nil
}
