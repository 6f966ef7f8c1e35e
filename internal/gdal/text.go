package gdal

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// ReadText reads a file of up to most bytes on a server or in an archive. A remote file is tried as
// often as PatienceFor says, until ctx ends.
func ReadText(ctx context.Context, name string, most int64) (text []byte, err error) {
	if err := Register(); err != nil {
		return nil, err
	}
	if !IsRemote(name) {
		return readVirtual(name, most, nil)
	}
	Forget(name)
	err = Persist(ctx, name, PatienceFor(name), &Troubles{}, func(t *Transfer) error {
		read, err := unlessDone(ctx, func() ([]byte, error) { return readVirtual(name, most, t) }, func([]byte) {})
		text = read
		return err
	})
	return text, err
}

func readVirtual(name string, most int64, t *Transfer) ([]byte, error) {
	f, err := openVirtual(name, t)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.size > most {
		return nil, fmt.Errorf("it has more than the %d MiB that are read of a text", most>>20)
	}
	text, err := io.ReadAll(io.NewSectionReader(f, 0, f.size))
	if err == nil && int64(len(text)) < f.size {
		err = errors.New("a part of it is missing")
	}
	return text, err
}
