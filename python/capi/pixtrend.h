/* The C interface of pixtrend: trends of arrays in memory. python/capi/doc.go describes it. */
#ifndef PIXTREND_H
#define PIXTREND_H

#include <stdint.h>

/* PX_ABI changes whenever a function or the meaning of a member changes. Members may be added at the
 * end of a struct that begins with its size, without a new number. */
#define PX_ABI 1

/* What functions return. A message or a reply is UTF-8 and ends with a zero. */
enum {
  PX_OK = 0,
  PX_VALUE = 1,  /* an argument is wrong: the message says which, and what would do */
  PX_BUG = 2,    /* pixtrend has a bug: the message says where */
  PX_FORKED = 3, /* the process was forked after the library was loaded */
  PX_SHORT = 4,  /* the memory for the reply is too short */
};

/* Sample types. */
enum { PX_UINT8 = 1, PX_INT8, PX_UINT16, PX_INT16, PX_UINT32, PX_INT32, PX_FLOAT32, PX_FLOAT64 };

/* Samples of some dates, rows and columns in the byte order of the machine. Strides count samples and
 * are not negative. Either stride_x or stride_date is 1. */
typedef struct {
  const void *data;
  int64_t dtype;
  int64_t stride_date, stride_y, stride_x;
} px_array;

/* A fit. Nothing is kept after the call. */
typedef struct {
  int64_t size;        /* of this struct */
  const char *options; /* one JSON object */
  const double *times; /* a time for each date, in any order */
  int64_t dates, height, width;
  px_array samples;
  px_array mask;              /* of PX_UINT8, 0 for a gap; data NULL: no mask */
  const px_array *covariates; /* those of the options that have no values */
  int64_t ncovariates;
  void *const *out; /* a plane of height·width numbers for each field, then for each date of a series */
  int64_t nout;
  int64_t threads; /* 0: one for each CPU */
} px_fit_args;

/* px_abi returns PX_ABI of the library. */
int32_t px_abi(void);

/* px_info replies with the version of the library and its instruction set, as JSON. */
int32_t px_info(char *reply, int64_t n);

/* px_fields replies with the table of all fields, as JSON. */
int32_t px_fields(char *reply, int64_t n);

/* px_plan checks options and times, and replies with what a fit will write, as JSON. */
int32_t px_plan(const char *options, const double *times, int64_t dates, char *reply, int64_t n);

/* px_fit fits every pixel. */
int32_t px_fit(const px_fit_args *args, char *message, int64_t n);

/* px_fdr finds the p-values that are significant at a false discovery rate: those up to *threshold,
 * which is NaN if there are none. dtype is PX_FLOAT32 or PX_FLOAT64; NaN is not counted. */
int32_t px_fdr(const void *pvalues, int64_t count, int32_t dtype, double rate, double *threshold, int64_t *found,
               int64_t *of, char *message, int64_t n);

#endif
