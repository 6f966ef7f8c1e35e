#!/usr/bin/env bash
# Makes dist/pixtrend-VERSION-OS-ARCH.tar.gz, to be unpacked over /usr/local: both programs, man
# pages, completions, docs, and the licences of the modules that are linked in. The same sources and
# tools give the same bytes. The program is linked to the GDAL of this machine and needs a library
# of the same major version to run.
# Needs: what `make build` needs, and GNU tar. VERSION in the environment replaces the version.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

version=${VERSION:-$(scripts/version.sh)}
name=pixtrend-$version-$(go env GOOS)-$(go env GOARCH)
# All files get the time of the last commit, or of CHANGELOG.md outside of git.
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGELOG.md)}
export SOURCE_DATE_EPOCH

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT

# build NAME: builds a program that contains no paths of this machine.
build() {
  go build -trimpath -buildvcs=false -ldflags "-s -w -buildid= -X main.version=$version" -o "$stage/bin/$1" "./cmd/$1"
}
build pixtrend
CGO_ENABLED=0 build pixtrend-bench

scripts/install.sh "$stage/bin" "$stage/$name"
scripts/licences.sh "$stage/$name/share/doc/pixtrend/licences" "$stage/bin/pixtrend" "$stage/bin/pixtrend-bench"
(cd "$stage/$name" && find . -type f ! -name SHA256SUMS -printf '%P\n' | LC_ALL=C sort | xargs -d '\n' sha256sum) >"$stage/sums"
install -m 644 "$stage/sums" "$stage/$name/share/doc/pixtrend/SHA256SUMS"

mkdir -p dist
tar --create --directory "$stage" --format gnu --sort name --mtime "@$SOURCE_DATE_EPOCH" \
  --owner 0 --group 0 --numeric-owner --mode 'u+rw,go=rX' "$name" | gzip -9 --no-name >"dist/$name.tar.gz"
(cd dist && sha256sum "$name.tar.gz" >"$name.tar.gz.sha256")
echo "dist/$name.tar.gz"
