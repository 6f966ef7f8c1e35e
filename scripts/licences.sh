#!/usr/bin/env bash
# Collects the licences of what is linked into Go programs, Go itself among it, which whoever passes them on has
# to pass on too.
#
#   scripts/licences.sh FOLDER PROGRAM...    into FOLDER/MODULE/
#
# Needs: the module cache that the programs were built from; `go mod download` fills it.
set -euo pipefail

if (($# < 2)); then
  echo "licences: name a folder and programs: scripts/licences.sh licences bin/pixtrend" >&2
  exit 2
fi
folder=$1
shift

modules=$(for program in "$@"; do go version -m "$program"; done | awk '$1 == "dep" { print $2 "@" $3 }' | sort -u)
[[ -n $modules ]] || {
  echo "licences: $* tell no modules: they are no Go programs, or have none" >&2
  exit 1
}

# collect NAME ROOT: copies the licences below ROOT.
collect() {
  local name=$1 root=$2 file found=0
  while IFS= read -r -d '' file; do
    install -D -m 644 "$file" "$folder/$name/${file#"$root"/}"
    found=1
  done < <(find "$root" -type d \( -name testdata -o -name '.*' \) -prune -o -type f \
    \( -iname 'licen[cs]e*' -o -iname 'copying*' -o -iname 'notice*' -o -iname 'patents*' -o -iname 'ofl*' \) \
    ! -name '*.go' ! -name '*.tmpl' -print0)
  ((found)) || {
    echo "licences: no licence found in $root, of $name: look what it says, and teach this script" >&2
    exit 1
  }
}

while IFS= read -r module; do
  root=$(go mod download -json "$module" | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",*$/\1/p')
  collect "${module%@*}" "$root"
done <<<"$modules"

# Of Go, the runtime and the library are linked in: its own licence is that of both.
goroot=$(go env GOROOT)
install -D -m 644 "$goroot/LICENSE" "$folder/go/LICENSE"
[[ ! -f $goroot/PATENTS ]] || install -D -m 644 "$goroot/PATENTS" "$folder/go/PATENTS"
