#!/usr/bin/env bash
# Prints linkorder, the build tag of cmd/pixtrend/linkorder.go, if the GDAL of this machine needs the
# libraries that this file names; prints nothing otherwise.
# Needs: pkg-config, a C compiler and ldd; without them it prints nothing.
set -euo pipefail

library=$(pkg-config --variable=libdir gdal 2>/dev/null)/libgdal.so || exit 0
[[ -e $library ]] || library=$("${CC:-cc}" -print-file-name=libgdal.so 2>/dev/null) || exit 0
needed=$(ldd "$library" 2>/dev/null) || exit 0
for name in libblas.so.3 libgeos_c.so.1; do
  [[ $needed == *"$name => /"* ]] || exit 0
done
echo linkorder
