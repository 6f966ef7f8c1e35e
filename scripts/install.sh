#!/usr/bin/env bash
# Installs the program, its man pages, completions and docs, for `make install` and for packages.
#
#   scripts/install.sh FROM PREFIX    FROM has pixtrend, and perhaps pixtrend-bench
#
# Completions for zsh go to share/zsh/site-functions in PREFIX, or to the folder in PREFIX that
# ZSH_FUNCTIONS names.
# Needs: a program that runs on this machine, because it writes its man pages and completions
# itself.
set -euo pipefail

if (($# != 2)); then
  echo "install: needs two arguments, the folder of the programs and the prefix: scripts/install.sh bin /usr/local" >&2
  exit 2
fi
from=$1 prefix=$2
zsh=${ZSH_FUNCTIONS:-share/zsh/site-functions}
sources=$(dirname "${BASH_SOURCE[0]}")/..

if [[ ! -x $from/pixtrend ]]; then
  echo "install: $from/pixtrend does not exist: run 'make build' first" >&2
  exit 1
fi

made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
"$from/pixtrend" man "$made/man"
for shell in bash zsh fish; do
  "$from/pixtrend" completion "$shell" >"$made/$shell"
done

# put FILE FOLDER [NAME]: installs a file that everyone may read.
put() { install -D -m 644 "$1" "$prefix/$2/${3:-$(basename "$1")}"; }

install -D -m 755 "$from/pixtrend" "$prefix/bin/pixtrend"
if [[ -x $from/pixtrend-bench ]]; then
  install -D -m 755 "$from/pixtrend-bench" "$prefix/bin/pixtrend-bench"
fi
for page in "$made"/man/*; do
  put "$page" "share/man/man${page##*.}"
done
put "$made/bash" share/bash-completion/completions pixtrend
put "$made/zsh" "$zsh" _pixtrend
put "$made/fish" share/fish/vendor_completions.d pixtrend.fish
for file in README.md CHANGELOG.md NOTICE LICENSE; do
  put "$sources/$file" share/doc/pixtrend
done
for file in "$sources"/docs/*.md; do
  put "$file" share/doc/pixtrend/docs
done
if [[ -d $sources/docs/pictures ]]; then
  for file in "$sources"/docs/pictures/*; do
    put "$file" share/doc/pixtrend/docs/pictures
  done
fi
