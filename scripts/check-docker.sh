#!/usr/bin/env bash
# Carries out the steps of packaging/Dockerfile where there is no Docker, in folders that debootstrap fills in place of
# images, with the committed sources, and fits a stack with what comes out, as the user that it names.
# Knows the instructions that the file has, and images of Debian and of Go on Debian.
# Needs: root, debootstrap, Go, the servers of Debian's packages and of Go modules, 3 GB below TMPDIR, some minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "check-docker: $*" >&2
  exit 1
}
[[ $(id -u) == 0 ]] || fail "only root may chroot: run it as root"
command -v debootstrap >/dev/null || fail "no debootstrap here: install it (apt-get install debootstrap)"

work=$(mktemp -d)
stages=0
clear_away() {
  local i
  for ((i = 0; i < stages; i++)); do umount "$work/$i/proc" 2>/dev/null || true; done
  rm -rf --one-file-system "$work"
}
trap clear_away EXIT
mkdir "$work/context"
git archive HEAD | tar --extract --directory "$work/context"

# within USER COMMAND: runs a command of a shell in the stage at hand, which knows of the environment what Docker's would.
within() {
  chroot --userspec="$1" "$root" env -i PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp \
    GOROOT=/usr/local/go GOTOOLCHAIN=local GOPROXY="$(go env GOPROXY)" GONOSUMDB="$(go env GONOSUMDB)" GOSUMDB="$(go env GOSUMDB)" \
    DEBIAN_FRONTEND=noninteractive "${arguments[@]}" sh -c "cd '$workdir' && $2"
}

# from IMAGE: fills the folder of a stage.
from() {
  local release=${1#debian:}
  release=${release%-slim} release=${release##*-}
  debootstrap --variant=minbase "$release" "$root" >"$work/log" || fail "debootstrap failed: $(tail -3 "$work/log")"
  mount -t proc proc "$root/proc"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  [[ $1 == golang:* ]] || return 0
  [[ ${1#golang:} == "$(go env GOVERSION | sed 's/^go//' | cut -d. -f1,2)-"* ]] ||
    fail "$1 has another Go than $(go env GOVERSION), which is here"
  cp -r "$(go env GOROOT)" "$root/usr/local/go"
  within root "apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates g++ gcc git libc6-dev make pkg-config >/dev/null"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" # with that of a proxy that this machine may be behind
}

arguments=() workdir=/ user=root entry=
# Instructions, each on one line.
while read -r instruction rest; do
  echo "== $instruction $rest"
  case $instruction in
    FROM)
      root=$work/$stages workdir=/ user=root arguments=()
      read -r image _ name <<<"$rest"
      [[ -z $name ]] || ln -s "$root" "$work/stage-$name"
      stages=$((stages + 1))
      from "$image"
      ;;
    RUN) within "$user" "$rest" >"$work/log" 2>&1 || fail "the step failed: $(tail -5 "$work/log")" ;;
    WORKDIR)
      workdir=$rest
      mkdir -p "$root$workdir"
      ;;
    ARG) arguments+=("$rest") ;;
    USER) user=$rest ;;
    COPY)
      base=$work/context
      if [[ $rest == --from=* ]]; then
        name=${rest%% *} rest=${rest#* }
        base=$work/stage-${name#--from=}
      fi
      read -ra names <<<"$rest"
      to=${names[-1]}
      [[ $to == /* ]] || to=$workdir/$to
      mkdir -p "$(dirname "$root$to")"
      for file in "${names[@]:0:${#names[@]}-1}"; do
        if [[ $file == . ]]; then cp -r "$base/." "$root$to"; else cp -r "$base/$file" "$root$to"; fi
      done
      ;;
    ENTRYPOINT) entry=$(sed 's/[]["]//g; s/,/ /g' <<<"$rest") ;;
    CMD) ;;
    *) fail "the instruction $instruction is not known here: teach this script" ;;
  esac
done < <(sed -e '/^#/d' -e '/^$/d' -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' packaging/Dockerfile)

chmod 777 "$root$workdir" # as a folder of the user's would be in its place
within "$user" "$entry version && $entry synth demo --width 100 --height 80 -q && $entry fit 'demo/ndvi_*.tif' -o slope.tif"
