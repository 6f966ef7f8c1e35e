#!/usr/bin/env bash
# Makes dist/pixtrend_VERSION_ARCH.deb with the recipe in packaging/debian. Builds in a copy of the
# committed sources with the Go modules vendored, because Debian's build machines have no network.
# Needs: what `make build` needs, dpkg-dev, debhelper, and git. VERSION in the environment replaces
# the version. Runs lintian if it is installed, and fails if that finds an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

for program in dpkg-buildpackage dh; do
  command -v "$program" >/dev/null || {
    echo "deb: $program is not installed: run apt-get install dpkg-dev debhelper" >&2
    exit 1
  }
done

version=${VERSION:-$(scripts/version.sh)}
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct)}
export SOURCE_DATE_EPOCH
# Debian's versions begin with a digit, and the upstream part has no dash. 0.2.0+136c590 becomes
# 0.2.0+20261124141349.136c590, so that a later commit sorts as a later version.
number=${version#v}
number=${number/+/+$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M%S).}
number=${number//-/+}
[[ $number == [0-9]* ]] || {
  echo "deb: the version $version does not begin with a digit, as Debian's versions do: set VERSION=0.2.0" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/pixtrend
mkdir "$tree"
git archive HEAD | tar --extract --directory "$tree"
cp -r packaging/debian "$tree/debian"
sed -i "1s/([^)]*)/($number-1)/; s/^\( -- .*>  \).*/\1$(date -u -R -d "@$SOURCE_DATE_EPOCH")/" "$tree/debian/changelog"
(cd "$tree" && go mod vendor)

# debian/copyright must contain the licences of the modules that are linked in, one paragraph each.
while IFS= read -r file; do
  folder=$(dirname "${file#"$tree/"}")
  {
    printf '\nFiles: %s/*\n' "$folder"
    holders=$(grep -iE '^[^a-z]*(digitized data )?copyright (\(c\)|©|[0-9])' "$file" | sed 's/^[[:space:]]*/ /; s/[Cc]opyright *//' || true)
    printf 'Copyright:%s\n' "${holders:- The authors of ${folder#vendor/}}"
    if head -2 "$file" | grep -q 'Apache License'; then
      printf 'License: Apache-2.0\n'
    else
      printf 'License: %s\n' "$(tr -c '[:alnum:]\n' - <<<"${file#"$tree/vendor/"}")"
      sed 's/[[:space:]]*$//; s/^$/./; s/^/ /' "$file"
    fi
  } >>"$tree/debian/copyright"
done < <(find "$tree/vendor" -type f -iname 'licen[cs]e*' | LC_ALL=C sort)

# -d ignores the build dependency on a package of Go 1.26, which Debian 12 lacks. scripts/setup.sh
# has found Go elsewhere.
GOCACHE=$(go env GOCACHE)
export GOCACHE VERSION=$version
(cd "$tree" && dpkg-buildpackage --build=binary --unsigned-source --unsigned-changes -d)

mkdir -p dist
mv "$work/pixtrend_$number-1_$(dpkg --print-architecture).deb" dist/
deb=dist/pixtrend_$number-1_$(dpkg --print-architecture).deb
if command -v lintian >/dev/null; then
  lintian --fail-on error --allow-root "$deb"
else
  echo "deb: SKIPPED lintian, $deb is NOT TESTED: lintian is not installed"
fi
echo "$deb"
