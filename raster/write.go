package raster

import (
	"errors"
	"os"
	"path/filepath"
)

// SmallFile is a file that is no raster, such as a table or a picture, and all that is in it.
type SmallFile struct {
	Path string
	Data []byte
}

// WriteFiles writes files as rasters are written: to temporary files beside them, which get their names once all are
// on the disk. Existing ones are replaced only where overwrite is set. On error nothing new stands there.
func WriteFiles(overwrite bool, files ...SmallFile) error {
	var made []string
	defer func() {
		for _, tmp := range made {
			_ = os.Remove(tmp) // without effect once it has its name
		}
	}()
	for _, f := range files {
		if err := checkTarget(f.Path, overwrite); err != nil {
			return err
		}
		tmp := temporary(f.Path)
		file, err := os.OpenFile(tmp, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
		if err != nil {
			return refused(f.Path, err)
		}
		made = append(made, tmp)
		_, err = file.Write(f.Data)
		if err := errors.Join(err, file.Sync(), file.Close()); err != nil {
			return outputErrorf("cannot write %s: %v", f.Path, reason(err))
		}
	}
	for i, f := range files {
		err := give(made[i], f.Path, overwrite)
		if err == nil {
			err = syncPath(filepath.Dir(f.Path))
		}
		if err != nil {
			return outputErrorf("cannot write %s: %v", f.Path, reason(err))
		}
	}
	return nil
}
