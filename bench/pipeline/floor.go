package pipeline

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/pixtrend/pixtrend/runner"
)

// floor is the least work of a fit: reading or decoding all files.
type floor struct {
	kind    kind
	files   []string
	threads int
	pieces  []piece
}

// piece is a part of a file, in bytes or in blocks.
type piece struct {
	file        int
	first, last int64
}

const (
	pieceBytes = 4 << 20 // work item of a thread
	leastRead  = 64 << 10
	mostRead   = 1 << 20
)

// newFloor prepares a floor. The time of run does not include this.
func newFloor(k kind, files []string, threads int) (*floor, error) {
	f := &floor{kind: k, files: files, threads: threads}
	for i, name := range files {
		size, step := int64(0), int64(pieceBytes)
		if k == decode {
			var b blockFile
			if err := b.open(name); err != nil {
				return nil, err
			}
			size, step = int64(b.blocks), max(1, pieceBytes/int64(len(b.buffer)))
			b.close()
		} else {
			info, err := os.Stat(name)
			if err != nil {
				return nil, err
			}
			size = info.Size()
		}
		for at := int64(0); at < size; at += step {
			f.pieces = append(f.pieces, piece{i, at, min(at+step, size)})
		}
	}
	return f, nil
}

// run reads all files once and returns the time it took. Pieces are assigned in the order of the
// files, so each thread opens each file at most once and has one open at a time.
func (f *floor) run(ctx context.Context) (time.Duration, error) {
	if f.kind == decode {
		return f.decode(ctx)
	}
	return f.read(ctx)
}

// read reads the bytes into a buffer that fits in the second-level cache.
func (f *floor) read(ctx context.Context) (time.Duration, error) {
	type worker struct {
		file   *os.File
		index  int
		buffer []byte
	}
	workers := make([]worker, f.threads)
	for i := range workers {
		workers[i].index = -1
		workers[i].buffer = make([]byte, readSize())
		clear(workers[i].buffer)
	}
	begin := time.Now()
	_, err := runner.Run(ctx, len(f.pieces), runner.Options{Workers: f.threads}, func(_ context.Context, w runner.Worker, i int) error {
		p, me := f.pieces[i], &workers[w.ID]
		if me.index != p.file {
			if me.file != nil {
				_ = me.file.Close()
			}
			var err error
			if me.file, err = os.Open(f.files[p.file]); err != nil {
				return err
			}
			me.index = p.file
		}
		for at := p.first; at < p.last; {
			n, err := me.file.ReadAt(me.buffer[:min(int64(len(me.buffer)), p.last-at)], at)
			if at += int64(n); err != nil && !errors.Is(err, io.EOF) {
				return err
			}
			if n == 0 {
				return io.ErrUnexpectedEOF
			}
		}
		return nil
	})
	took := time.Since(begin)
	for _, w := range workers {
		if w.file != nil {
			_ = w.file.Close()
		}
	}
	return took, err
}

// readSize is half of the second-level cache.
func readSize() int {
	return min(max(cpuid.CPU.Cache.L2/2, leastRead), mostRead)
}

// decode decodes every block.
func (f *floor) decode(ctx context.Context) (time.Duration, error) {
	workers := make([]blockFile, f.threads)
	begin := time.Now()
	_, err := runner.Run(ctx, len(f.pieces), runner.Options{Workers: f.threads}, func(_ context.Context, w runner.Worker, i int) error {
		p, me := f.pieces[i], &workers[w.ID]
		if name := f.files[p.file]; me.path != name {
			if err := me.open(name); err != nil {
				return err
			}
		}
		return me.read(int(p.first), int(p.last))
	})
	for i := range workers {
		workers[i].close()
	}
	return time.Since(begin), err
}

// writeFloor writes that many bytes to a file, syncs it and renames it, as every fit does with its
// result.
func writeFloor(dir string, bytes int64) (time.Duration, error) {
	piece := make([]byte, mostRead)
	for i := range piece {
		piece[i] = byte(i * 7)
	}
	tmp, path := filepath.Join(dir, ".written"), filepath.Join(dir, "written")
	begin := time.Now()
	f, err := os.Create(tmp)
	if err != nil {
		return 0, err
	}
	for left := bytes; left > 0 && err == nil; left -= int64(len(piece)) {
		_, err = f.Write(piece[:min(int64(len(piece)), left)])
	}
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = errors.Join(os.Rename(tmp, path), syncFile(dir))
	}
	took := time.Since(begin)
	return took, errors.Join(err, os.RemoveAll(tmp), os.RemoveAll(path))
}
