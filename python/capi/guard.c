// The functions of the library. Go's runtime does not survive a fork: the threads that it waits for
// do not exist in the child. So the process is compared with the one that loaded the library before
// any Go code runs.

#include <unistd.h>

#include "_cgo_export.h"
#include "pixtrend.h"

static pid_t loaded;

__attribute__((constructor)) static void remember(void) { loaded = getpid(); }

static int forked(void) { return getpid() != loaded; }

int32_t px_abi(void) { return PX_ABI; }

int32_t px_info(char *reply, int64_t n) { return forked() ? PX_FORKED : goInfo(reply, n); }

int32_t px_fields(char *reply, int64_t n) { return forked() ? PX_FORKED : goFields(reply, n); }

int32_t px_plan(const char *options, const double *times, int64_t dates, char *reply, int64_t n) {
  return forked() ? PX_FORKED : goPlan((char *)options, (double *)times, dates, reply, n);
}

int32_t px_fit(const px_fit_args *args, char *message, int64_t n) {
  return forked() ? PX_FORKED : goFit((px_fit_args *)args, message, n);
}

int32_t px_fdr(const void *pvalues, int64_t count, int32_t dtype, double rate, double *threshold, int64_t *found,
               int64_t *of, char *message, int64_t n) {
  return forked() ? PX_FORKED : goFDR((void *)pvalues, count, dtype, rate, threshold, found, of, message, n);
}
