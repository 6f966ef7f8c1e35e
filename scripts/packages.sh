#!/usr/bin/env bash
# Lists packages of this module by what they depend on, one on each line.
#
#   scripts/packages.sh with-cgo      those that depend on cgo outside of the standard library
#   scripts/packages.sh without-cgo   the others; the tests of a package count too
#   scripts/packages.sh assembly      those with assembly, or with files that the tag purego selects
#   scripts/packages.sh check         prints nothing; fails if a package depends on cgo but must not
#
# Needs: Go.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# The packages that may depend on cgo, with those below them. All others are promised without.
may='^(raster|job|internal/gdal|bench/pipeline|cmd/pixtrend|python/capi)(/|$)'

# with_cgo: prints each package that depends on cgo, with a package that makes it do so. go list
# prints tests as packages too. The tests of p are p.test, p [p.test] and p_test [p.test]; the last
# two have ForTest set to p.
with_cgo() {
  local sources depends
  sources=$(CGO_ENABLED=1 go list -deps -test -f '{{if and .CgoFiles (not .Standard)}}{{.ImportPath}}{{end}}' ./...)
  depends=$(CGO_ENABLED=1 go list -test -f $'{{or .ForTest .ImportPath}}\t{{join .Deps "\t"}}' ./...)
  awk -F '\t' '
    function name(package) { sub(/ .*/, "", package); sub(/\.test$/, "", package); return package }
    NR == FNR { if ($1 != "") cgo[name($1)]; next }
    { for (i = 1; i <= NF; i++)
        if (name($i) in cgo && !(name($1) in found)) { found[name($1)]; print name($1), name($i) } }
  ' <(printf '%s\n' "$sources") <(printf '%s\n' "$depends")
}

case ${1:-} in
  with-cgo)
    found=$(with_cgo)
    awk '{ print $1 }' <<<"$found"
    ;;
  without-cgo)
    found=$(with_cgo)
    all=$(go list ./...)
    awk 'NR == FNR { cgo[$1]; next } !($1 in cgo)' <(printf '%s\n' "$found") <(printf '%s\n' "$all")
    ;;
  assembly)
    go list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r package folder; do
      if compgen -G "$folder/*.s" >/dev/null || grep -q -s '^//go:build.*purego' "$folder"/*.go; then
        echo "$package"
      fi
    done
    ;;
  check)
    module=$(go list -m)
    found=$(with_cgo)
    wrong=$(awk -v prefix="$module/" -v may="$may" '
      { relative = $1; if (index($1, prefix) == 1) relative = substr($1, length(prefix) + 1) }
      relative !~ may { printf "packages: %s depends on cgo through %s\n", $1, $2 }' <<<"$found")
    [[ -z $wrong ]] || {
      printf '%s\npackages: move the import elsewhere, or let scripts/packages.sh and docs/inside.md allow it\n' "$wrong" >&2
      exit 1
    }
    ;;
  *)
    echo "packages: name one of with-cgo, without-cgo, assembly and check" >&2
    exit 2
    ;;
esac
