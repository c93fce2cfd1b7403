package testnode

import (
	"archive/tar"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
)

// layer is the file system of an image, as it is written.
type layer struct {
	buffer bytes.Buffer
	tar    *tar.Writer
	err    error
}

func newLayer() *layer {
	l := &layer{}
	l.tar = tar.NewWriter(&l.buffer)
	return l
}

func (l *layer) add(header tar.Header, data []byte) {
	header.Size = int64(len(data))
	if l.err == nil {
		l.err = l.tar.WriteHeader(&header)
	}
	if l.err == nil {
		_, l.err = l.tar.Write(data)
	}
}

func (l *layer) folder(name string, mode int64) {
	l.add(tar.Header{Name: name + "/", Typeflag: tar.TypeDir, Mode: mode}, nil)
}

func (l *layer) file(name string, mode int64, data []byte) {
	l.add(tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode}, data)
}

func (l *layer) link(name, target string) {
	l.add(tar.Header{Name: name, Typeflag: tar.TypeSymlink, Linkname: target, Mode: 0o777}, nil)
}

// busyboxImage writes an image of the machine's own BusyBox, that runs as a user.
func busyboxImage(ctx context.Context, name, user string) (string, error) {
	path, err := exec.LookPath("busybox")
	if err != nil {
		return "", fmt.Errorf("making the image of BusyBox: %w", err)
	}
	program, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("making the image of BusyBox: %w", err)
	}
	names, err := exec.CommandContext(ctx, path, "--list").Output()
	if err != nil {
		return "", fmt.Errorf("asking BusyBox for its commands: %w", err)
	}
	l := newLayer()
	l.folder("bin", 0o755)
	l.file("bin/busybox", 0o755, program)
	for _, name := range strings.Fields(string(names)) {
		if name != "busybox" {
			l.link("bin/"+name, "busybox")
		}
	}
	l.file("bin/foreign", 0o755, []byte("\x7fELF of another machine"))
	l.folder("tmp", 0o1777)
	l.folder("etc", 0o755)
	l.file("etc/passwd", 0o644, []byte("root:x:0:0::/:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n"))
	l.file("etc/group", 0o644, []byte("root:x:0:\nnobody:x:65534:\n"))
	l.folder("www", 0o755)
	l.file("www/healthy", 0o644, []byte("healthy\n"))
	return l.image(name, "/bin/sh", user)
}

// pauseImageFile writes the image whose one process holds a pod's namespaces.
func pauseImageFile(ctx context.Context) (string, error) {
	binary := filepath.Join(dir, "pause")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags=-s -w", "-o", binary, "github.com/steward-bot/steward/internal/testnode/pause")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program of the pause image: %w: %s", err, out)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return "", fmt.Errorf("making the pause image: %w", err)
	}
	l := newLayer()
	l.file("pause", 0o755, program)
	return l.image(pauseImage, "/pause", "")
}

// image writes a file that ctr imports: the layer, the image's configuration,
// and a list of both.
func (l *layer) image(name, command, user string) (string, error) {
	if l.err == nil {
		l.err = l.tar.Close()
	}
	if l.err != nil {
		return "", fmt.Errorf("making the image %s: %w", name, l.err)
	}
	sum := sha256.Sum256(l.buffer.Bytes())
	config, err := json.Marshal(map[string]any{
		"architecture": runtime.GOARCH, "os": "linux",
		"config": map[string]any{"User": user, "Cmd": []string{command}, "Env": []string{"PATH=/bin"}},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{"sha256:" + hex.EncodeToString(sum[:])}},
	})
	if err != nil {
		return "", fmt.Errorf("making the image %s: %w", name, err)
	}
	list, err := json.Marshal([]map[string]any{{"Config": "config.json", "RepoTags": []string{name}, "Layers": []string{"layer.tar"}}})
	if err != nil {
		return "", fmt.Errorf("making the image %s: %w", name, err)
	}
	archive := newLayer()
	archive.file("layer.tar", 0o644, l.buffer.Bytes())
	archive.file("config.json", 0o644, config)
	archive.file("manifest.json", 0o644, list)
	if archive.err == nil {
		archive.err = archive.tar.Close()
	}
	path := filepath.Join(dir, strings.NewReplacer("/", "-", ":", "-").Replace(name)+".tar")
	if archive.err == nil {
		archive.err = os.WriteFile(path, archive.buffer.Bytes(), 0o600)
	}
	if archive.err != nil {
		return "", fmt.Errorf("writing the image %s: %w", name, archive.err)
	}
	return path, nil
}
