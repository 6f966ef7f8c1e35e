#!/usr/bin/env bash
# Copies the licences of the modules that are linked into Go programs, and of Go. Whoever
# distributes the programs must distribute them too.
#
#   scripts/licences.sh FOLDER PROGRAM...    copies to FOLDER/MODULE/
#
# Needs: the module cache that the programs were built from; `go mod download` fills it.
set -euo pipefail

if (($# < 2)); then
  echo "licences: needs a folder and programs: scripts/licences.sh licences bin/pixtrend" >&2
  exit 2
fi
folder=$1
shift

modules=$(for program in "$@"; do go version -m "$program"; done | awk '$1 == "dep" { print $2 "@" $3 }' | sort -u)
[[ -n $modules ]] || {
  echo "licences: go version -m lists no modules in $*: name Go programs that use modules" >&2
  exit 1
}

# collect NAME ROOT: copies the licences in ROOT to the folder of NAME.
collect() {
  local name=$1 root=$2 file found=0
  while IFS= read -r -d '' file; do
    install -D -m 644 "$file" "$folder/$name/${file#"$root"/}"
    found=1
  done < <(find "$root" -type d \( -name testdata -o -name '.*' \) -prune -o -type f \
    \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' -o -iname 'ofl*' \) \
    ! -name '*.go' ! -name '*.tmpl' -print0)
  ((found)) || {
    echo "licences: found no licence of $name in $root: add the name of its file to scripts/licences.sh" >&2
    exit 1
  }
}

while IFS= read -r module; do
  root=$(go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
  collect "${module%@*}" "$root"
done <<<"$modules"

# The runtime and the standard library are linked in as well, under the licence of Go.
goroot=$(go env GOROOT)
install -D -m 644 "$goroot/LICENSE" "$folder/go/LICENSE"
[[ ! -f $goroot/PATENTS ]] || install -D -m 644 "$goroot/PATENTS" "$folder/go/PATENTS"
