package slack

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
)

// serveUpload takes a file's bytes at the address that
// files.getUploadURLExternal gave out, as a multipart form or as the plain body.
func (s *Server) serveUpload(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("id")
	f, ok := s.files.find(id)
	if !ok || f.data != nil {
		http.Error(w, "There is no upload waiting at this address.", http.StatusNotFound)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxFile+maxBody)
	data, err := uploaded(r)
	if err != nil {
		http.Error(w, fmt.Sprintf("The upload cannot be read: %s.", err), http.StatusBadRequest)
		return
	}
	if len(data) != f.size {
		http.Error(w, fmt.Sprintf("The upload has %d bytes where %d were announced.", len(data), f.size), http.StatusBadRequest)
		return
	}
	s.files.change(id, func(f *file) { f.data = data })
	fmt.Fprintf(w, "OK - %d", len(data))
}

func uploaded(r *http.Request) ([]byte, error) {
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if kind != "multipart/form-data" {
		return io.ReadAll(r.Body)
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return nil, errors.New("the form holds no file")
		}
		if err != nil {
			return nil, err
		}
		if part.FileName() != "" {
			return io.ReadAll(part)
		}
	}
}

// serveDownload is url_private: the bytes for whoever holds the bot's token.
func (s *Server) serveDownload(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Authorization") != "Bearer "+s.app.BotToken {
		http.Error(w, "This file needs the bot's token.", http.StatusForbidden)
		return
	}
	f, ok := s.files.find(r.PathValue("id"))
	if !ok || f.data == nil {
		http.NotFound(w, r)
		return
	}
	serveFile(w, f)
}

// serveFile answers with a file's bytes as nothing that a browser would run.
func serveFile(w http.ResponseWriter, f file) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.name}))
	// An error here means that the client went away: there is nobody to tell.
	_, _ = w.Write(f.data)
}
