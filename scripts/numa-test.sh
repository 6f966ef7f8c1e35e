#!/usr/bin/env bash
# Tests where memory lies on a machine with two NUMA nodes of two CPUs each, which qemu emulates: runs
# TestPlacement of the root package there, in about a minute. Times under emulation mean nothing.
#
#   scripts/numa-test.sh [VMLINUZ]    a kernel of Linux; default /boot/vmlinuz of this machine
#
# Needs: Go, Python 3 and qemu-system-x86_64 (Debian: qemu-system-x86), and a kernel with a serial
# console built in, such as that of Debian's linux-image-cloud-amd64.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

vmlinuz=${1:-/boot/vmlinuz-$(uname -r)}
command -v qemu-system-x86_64 >/dev/null || {
  echo "numa-test: needs qemu-system-x86_64 on PATH (Debian: apt-get install qemu-system-x86)" >&2
  exit 1
}
[[ -r $vmlinuz ]] || {
  echo "numa-test: cannot read the kernel $vmlinuz: name one" >&2
  exit 1
}

dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
export CGO_ENABLED=0 GOARCH=amd64
go build -buildvcs=false -ldflags '-s -w' -o "$dir/init" ./scripts/numa
go test -c -ldflags '-s -w' -o "$dir/test" .

# An archive in the format newc of cpio, which the kernel unpacks as its first file system.
python3 - "$dir" <<'PYTHON'
import gzip, sys

def entry(name, mode, data=b"", device=(0, 0)):
    fields = [0, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name) + 1, 0]
    head = b"070701" + b"".join(b"%08x" % f for f in fields) + name.encode() + b"\0"
    return head + b"\0" * (-len(head) % 4) + data + b"\0" * (-len(data) % 4)

dir = sys.argv[1]
parts = [entry("dev", 0o40755), entry("dev/console", 0o20600, device=(5, 1))]
parts += [entry(name, 0o100755, open(f"{dir}/{name}", "rb").read()) for name in ("init", "test")]
with gzip.open(f"{dir}/initrd", "wb", compresslevel=1) as f:
    f.write(b"".join(parts) + entry("TRAILER!!!", 0))
PYTHON

nodes=()
for node in 0 1; do
  nodes+=(-object "memory-backend-ram,id=m$node,size=384M" -numa "node,nodeid=$node,memdev=m$node,cpus=$((2 * node))-$((2 * node + 1))")
done
timeout 300 qemu-system-x86_64 -accel tcg -cpu max -m 768M -smp 4,sockets=2,cores=2 "${nodes[@]}" \
  -kernel "$vmlinuz" -initrd "$dir/initrd" -append "console=ttyS0 quiet panic=-1 numa_balancing=disable" \
  -nographic -no-reboot </dev/null >"$dir/log" || true
tr -d '\r' <"$dir/log" | grep -E 'numa|pages|TestPlacement|SKIP|PASS|FAIL|panic' || true
grep -q -- '--- PASS: TestPlacement' "$dir/log" || {
  echo "numa-test: FAILED" >&2
  exit 1
}
