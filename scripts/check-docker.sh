#!/usr/bin/env bash
# Checks packaging/Dockerfile without Docker. Carries out its steps on the committed sources, in
# folders that debootstrap fills instead of images. Then fits a stack with the program, as the user
# of the image. Supports the instructions that the file uses, and images of Debian and of Go on
# Debian.
# Needs: root, debootstrap, Go, the servers of Debian's packages and of Go modules, 3 GB in TMPDIR,
# and some minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() {
  echo "check-docker: $*" >&2
  exit 1
}
[[ $(id -u) == 0 ]] || fail "chroot needs root: run this script as root"
command -v debootstrap >/dev/null || fail "debootstrap is not installed: run apt-get install debootstrap"

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

# within USER COMMAND: runs a shell command in the current stage, with the environment that Docker
# would set.
within() {
  chroot --userspec="$1" "$root" env -i PATH=/usr/local/go/bin:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin HOME=/tmp \
    GOROOT=/usr/local/go GOTOOLCHAIN=local GOPROXY="$(go env GOPROXY)" GONOSUMDB="$(go env GONOSUMDB)" GOSUMDB="$(go env GOSUMDB)" \
    DEBIAN_FRONTEND=noninteractive "${arguments[@]}" sh -c "cd '$workdir' && $2"
}

# from IMAGE: fills the folder of the current stage.
from() {
  local release=${1#debian:}
  release=${release%-slim} release=${release##*-}
  debootstrap --variant=minbase "$release" "$root" >"$work/log" || fail "debootstrap failed: $(tail -3 "$work/log")"
  mount -t proc proc "$root/proc"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  [[ $1 == golang:* ]] || return 0
  [[ ${1#golang:} == "$(go env GOVERSION | sed 's/^go//' | cut -d. -f1,2)-"* ]] ||
    fail "$1 needs another Go than $(go env GOVERSION), which is installed: change one of them"
  cp -r "$(go env GOROOT)" "$root/usr/local/go"
  within root "apt-get -qq update && apt-get -qq install -y --no-install-recommends ca-certificates g++ gcc git libc6-dev make pkg-config >/dev/null"
  cp /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" # including that of a proxy of this machine
}

arguments=() workdir=/ user=root entry=
# The loop reads one instruction per line, without comments and continued lines.
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
    *) fail "the instruction $instruction is not supported: add it to scripts/check-docker.sh" ;;
  esac
done < <(sed -e '/^#/d' -e '/^$/d' -e ':a' -e '/\\$/{N;s/\\\n//;ba' -e '}' packaging/Dockerfile)

chmod 777 "$root$workdir" # like a folder that the user mounts there
within "$user" "$entry version && $entry synth demo --width 100 --height 80 -q && $entry fit 'demo/ndvi_*.tif' -o slope.tif"
