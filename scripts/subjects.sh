#!/usr/bin/env bash
# Fails if the first line of a commit that is not in origin/main yet has more than 72 characters.
# Such a commit can still be amended. Checks nothing in a clone without origin/main.
# Needs: git.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
export LC_ALL=C.UTF-8 # so that a letter with an accent is one character

if ! git rev-parse --verify --quiet 'origin/main^{commit}' >/dev/null; then
  echo "subjects: not checked: this clone has no origin/main"
  exit 0
fi
commits=$(git log --no-merges --format='%h %s' origin/main..HEAD)
long=0
while read -r commit subject; do
  if ((${#subject} > 72)); then
    printf 'subjects: %s has %d characters, more than 72: %s\n' "$commit" ${#subject} "$subject" >&2
    long=1
  fi
done <<<"$commits"
exit $long
