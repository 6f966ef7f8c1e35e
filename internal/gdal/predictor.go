package gdal

/*
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>
#include <gdal.h>
#include <cpl_vsi.h>

// A file system of one file a name, "AT,PATH": the file at PATH, in which the two bytes at AT,
// where a TIFF's directory keeps the number of its predictor, are those of 1, no predictor.

typedef struct {
	int fd;
	vsi_l_offset at, size, changed;
	int past; // a read went past the end
} plain_file;

static void *plain_open(void *user, const char *name, const char *access) {
	char *path = NULL;
	unsigned long long changed = strtoull(name, &path, 10);
	if (strchr(access, 'w') != NULL || strchr(access, '+') != NULL || strchr(access, 'a') != NULL || *path != ',')
		return NULL;
	struct stat st;
	int fd = open(path + 1, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		if (fd >= 0)
			close(fd);
		return NULL;
	}
	plain_file *f = calloc(1, sizeof *f);
	f->fd = fd;
	f->size = (vsi_l_offset)st.st_size;
	f->changed = changed;
	return f;
}

static vsi_l_offset plain_tell(void *file) { return ((plain_file *)file)->at; }
static int plain_eof(void *file) { return ((plain_file *)file)->past; }

static int plain_seek(void *file, vsi_l_offset at, int whence) {
	plain_file *f = file;
	f->at = whence == SEEK_SET ? at : whence == SEEK_CUR ? f->at + at : f->size + at;
	f->past = 0;
	return 0;
}

static size_t plain_read(void *file, void *to, size_t size, size_t count) {
	plain_file *f = file;
	size_t all = size * count, done = 0;
	while (done < all) {
		ssize_t n = pread(f->fd, (char *)to + done, all - done, (off_t)(f->at + done));
		if (n <= 0)
			break;
		done += (size_t)n;
	}
	f->past = done < all;
	for (int i = 0; i < 2; i++) {
		if (f->changed + i >= f->at && f->changed + i < f->at + done)
			((char *)to)[f->changed + i - f->at] = i == 0;
	}
	f->at += done;
	return size == 0 ? 0 : done / size;
}

static int plain_close(void *file) {
	int result = close(((plain_file *)file)->fd);
	free(file);
	return result;
}

static int plain_install(const char *prefix) {
	VSIFilesystemPluginCallbacksStruct *c = VSIAllocFilesystemPluginCallbacksStruct();
	c->open = plain_open;
	c->tell = plain_tell;
	c->seek = plain_seek;
	c->read = plain_read;
	c->eof = plain_eof;
	c->close = plain_close;
	int result = VSIInstallPluginHandler(prefix, c);
	VSIFreeFilesystemPluginCallbacksStruct(c);
	return result;
}
*/
import "C"

import (
	"errors"
	"fmt"
)

// withoutPredictorPrefix begins the names in that file system.
const withoutPredictorPrefix = "/vsipixtrend-plain/"

func registerWithoutPredictor() error {
	prefix := C.CString(withoutPredictorPrefix) // not freed: GDAL 3.6 keeps the pointer
	if C.plain_install(prefix) != 0 {
		return errors.New("GDAL takes no more file systems")
	}
	return nil
}

// WithoutPredictor returns the name under which GDAL reads the file at path as one without a
// predictor. predictorAt is where the file keeps the number of its predictor.
func WithoutPredictor(path string, predictorAt int64) string {
	return fmt.Sprintf("%s%d,%s", withoutPredictorPrefix, predictorAt, path)
}
