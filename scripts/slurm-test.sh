#!/usr/bin/env bash
# Runs a fit in 16 parts on a Slurm cluster of three nodes, and kills one task's process, one node
# with all that runs on it, and the shell that has submitted the job. The merged output must have the
# bytes of `pixtrend fit`. Parts of a second job fail for good, and its merge must not begin. Takes one
# to two minutes.
#
#   scripts/slurm-test.sh          prints each command and its output
#
# The cluster runs on this machine, on the loopback interface, with ports of its own, in a new folder
# in TMPDIR, which the script removes with all that it has started. Nothing is installed: Debian's
# packages are unpacked in .cache/slurm once. Each node has a PID namespace, so that killing its
# first process ends it as a loss of power would.
# Needs: root, Debian or a relative of it with Slurm's packages, unshare, and bin/pixtrend (`make
# slurm-test` builds it).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

patience=240 # seconds that it waits for anything
nodes=(n1 n2 n3)
packages=(slurmd slurmctld slurm-client slurm-wlm-basic-plugins munge libmunge2 libhwloc15 libnuma1
  libpam0g liblz4-1 libdbus-1-3 libjson-c5 liblua5.1-0 libyaml-0-2 libreadline8 libtinfo6)

say() { printf 'slurm-test: %s\n' "$*"; }
skip() {
  say "SKIPPED, NOT TESTED: $*"
  exit 0
}
fail() {
  say "FAILED: $*" >&2
  tail -n 15 "$dir"/*.log "$job"/logs/*.log >&2 2>/dev/null || true
  exit 1
}

# run COMMAND: prints a command line and runs it with bash, as a user would.
run() {
  printf '$ %s\n' "$1"
  (cd "$dir" && bash -c "$1") || fail "exit code $?"
}

# until_true SECONDS WHAT COMMAND...: waits for a command to succeed.
until_true() {
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    ((SECONDS < end)) || fail "$what: it has not happened"
    sleep 0.2
  done
}

# What this needs.
[[ $(uname -s) == Linux && $(id -u) == 0 ]] || skip "it needs Linux, and root for Slurm's daemons"
{ command -v apt-get && command -v dpkg-deb && command -v unshare; } >/dev/null || skip "it needs apt-get, dpkg-deb and unshare"
unshare --pid --fork --mount-proc true 2>/dev/null || skip "this system allows no PID namespaces"
loader=$(compgen -G '/lib64/ld-linux-*.so.2' || compgen -G '/lib/ld-linux-*.so.1') || skip "no ld-linux.so in /lib64 or /lib"
[[ -x bin/pixtrend ]] || {
  say "bin/pixtrend does not exist: run 'make slurm-test', which builds it" >&2
  exit 1
}

# Debian's packages. The file packages is written last.
root=$PWD/.cache/slurm/root
if [[ $(cat .cache/slurm/packages 2>/dev/null) != "${packages[*]}" ]]; then
  say "unpacking Debian's packages of Slurm in .cache/slurm"
  rm -rf .cache/slurm
  mkdir -p .cache/slurm/debs "$root"
  (
    cd .cache/slurm/debs
    # _apt, the user that downloads, cannot write here.
    apt=(apt-get -qq -o APT::Sandbox::User=root)
    apt-cache show slurmd >/dev/null 2>&1 || "${apt[@]}" update
    "${apt[@]}" download "${packages[@]}"
    for package in *.deb; do dpkg-deb -x "$package" "$root"; done
  ) || skip "apt-get cannot download ${packages[*]}"
  echo "${packages[*]}" >.cache/slurm/packages
fi
library=$(dirname "$(find "$root/usr/lib" -path '*/slurm-wlm/auth_munge.so' | head -n 1)")
[[ -d $library ]] || skip "the packages have no plugin auth_munge.so"
libraries=$library:$(dirname "$library"):$root/lib/$(basename "$(dirname "$library")")

dir=$(mktemp -d "${TMPDIR:-/tmp}/slurm-test.XXXXXX")
job=$dir/job
declare -A daemons=() # process ids by name
submitter=''

# power_off NAME: kills a daemon and waits until it is gone.
power_off() {
  kill -9 "${daemons[$1]}" 2>/dev/null || true
  while kill -0 "${daemons[$1]}" 2>/dev/null; do sleep 0.1; done
  unset "daemons[$1]"
}

# stop: ends what was started. A node's first process takes all others of the node with it.
stop() {
  local name
  [[ -z $submitter ]] || kill -9 "-$submitter" 2>/dev/null || true
  for name in "${!daemons[@]}"; do power_off "$name"; done
  rm -rf "$dir"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP

# program NAME FILE: makes a command in $dir/bin for a program of the packages. It finds the libraries
# there without a variable that its children would get too.
program() {
  printf '#!/bin/sh\nexec %q --library-path %q %q "$@"\n' "$loader" "$libraries" "$root/$2" >"$dir/bin/$1"
  chmod +x "$dir/bin/$1"
}

# configure: writes the configuration of the cluster.
configure() {
  local i port=$((17000 + RANDOM % 10000))
  mkdir -p "$dir/bin" "$dir/munge" "$dir/controller"
  for i in sbatch scontrol sinfo squeue; do program "$i" "usr/bin/$i"; done
  program munged usr/sbin/munged
  for i in slurmctld slurmd slurmstepd; do program "$i" "usr/sbin/$i-wlm"; done
  chmod 700 "$dir/munge"
  (umask 077 && head -c 1024 /dev/urandom >"$dir/munge/key")
  # Requeued tasks wait for cred_expire, which is 120 s by default.
  cat >"$dir/slurm.conf" <<END
ClusterName=test
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=$port
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
PluginDir=$library
StateSaveLocation=$dir/controller
SlurmctldPidFile=$dir/controller/pid
SlurmdSpoolDir=$dir/%n
SlurmdPidFile=$dir/%n/pid
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SlurmdTimeout=6
KillWait=2
ReturnToService=2
SchedulerParameters=sched_interval=2,bf_interval=5
END
  for i in "${nodes[@]}"; do
    mkdir -p "$dir/$i"
    echo "NodeName=$i NodeAddr=127.0.0.1 Port=$((port + ${i#n})) CPUs=1 RealMemory=4000" >>"$dir/slurm.conf"
  done
  echo "PartitionName=all Nodes=$(IFS=, && echo "${nodes[*]}") Default=YES MaxTime=INFINITE State=UP" >>"$dir/slurm.conf"
  # Slurm 22.05 loads a plugin for control groups although nothing here uses them.
  local version=v1
  [[ ! -f /sys/fs/cgroup/cgroup.controllers ]] || version=v2
  printf 'CgroupPlugin=cgroup/%s\n%s' $version "$([[ $version == v1 ]] || echo 'IgnoreSystemd=yes')" >"$dir/cgroup.conf"
  export SLURM_CONF=$dir/slurm.conf
}

# start NAME COMMAND...: starts a daemon.
start() {
  local name=$1
  shift
  "$@" >"$dir/$name.log" 2>&1 &
  daemons[$name]=$!
  disown # bash would report that they are killed
}

start_cluster() {
  local node
  start munged "$dir/bin/munged" -F --force --key-file="$dir/munge/key" -S "$dir/munge/socket" --pid-file="$dir/munge/pid" \
    --log-file="$dir/munge/log" --seed-file="$dir/munge/seed"
  start slurmctld "$dir/bin/slurmctld" -D -f "$SLURM_CONF"
  for node in "${nodes[@]}"; do
    # The shell is the first process of the namespace, which has to wait for orphans.
    start "$node" unshare --pid --fork --kill-child --mount-proc \
      bash -c '"$@" & wait' node "$dir/bin/slurmd" -D -f "$SLURM_CONF" -N "$node" -d "$dir/bin/slurmstepd"
  done
}

idle() { [[ $(sinfo -h -N -t idle 2>/dev/null | wc -l) == "${#nodes[@]}" ]]; }

# stop_task NODE: stops pixtrend on a node, so that it cannot end before it is killed. Sets task to its
# process id, and variables to its environment; fails if none runs.
stop_task() {
  local folder words
  for folder in /proc/[0-9]*; do
    mapfile -d '' -t words <"$folder/cmdline" || continue
    [[ ${words[*]:1:3} == "job run $job" && ${words[0]} == */pixtrend ]] || continue
    mapfile -d '' -t variables <"$folder/environ" || continue
    [[ " ${variables[*]} " == *" SLURMD_NODENAME=$1 "* ]] || continue
    task=${folder#/proc/}
    kill -STOP "$task" && grep -q '^State:.T' "$folder/status" && return
  done 2>/dev/null
  return 1
}

some_shard() { compgen -G "$job/shards/*.json" >/dev/null; }
submitted() { [[ -s $dir/submitted ]]; }
requeued() { grep -q 'queued again' "$job"/logs/part-*.log 2>/dev/null; }
lost() { grep -qE 'requeue job .* due to failure of node n2' "$dir/slurmctld.log"; }
empty() { [[ -z $(squeue -h 2>/dev/null) ]]; }

configure
start_cluster
PATH=$PWD/bin:$dir/bin:$PATH
until_true $patience "the cluster starts" idle
say "the cluster of ${#nodes[@]} nodes runs after $SECONDS s, Slurm $(sinfo --version | cut -d' ' -f2)"
SECONDS=0

# The portable kernel and ranks make parts that are long enough to be killed in.
run "pixtrend synth stack --width 2560 --height 2560 --dates 2008-2015 --co COMPRESS=DEFLATE --co ZLEVEL=1 --co TILED=YES -q"
fields='--stats slope,pvalue,sen_slope,mk_pvalue --fdr 0.05'
run "pixtrend fit stack -o fit.tif $fields -q"
run "pixtrend job plan job stack -o trend.tif $fields --parts 16"

# The shell that submits is killed with all that it has started here.
printf '$ %s\n' 'pixtrend job script job --slurm --at-once 3 | bash'
# shellcheck disable=SC2016 # $1 is an argument of that shell
setsid bash -c 'cd "$1" && pixtrend job script job --slurm --at-once 3 | PIXTREND_ISA=generic bash >submitted.new &&
  mv submitted.new submitted; sleep 600' submit "$dir" &
submitter=$!
disown
until_true $patience "the job is submitted" submitted
cat "$dir/submitted"
kill -9 "-$submitter"
submitter=''
say "killed the shell that has submitted the job"

until_true $patience "the first shard is there" some_shard
until_true $patience "a task runs on n1" stop_task n1
kill -9 "$task"
say "killed process $task of a task on n1 after $SECONDS s"
[[ " ${variables[*]} " != *" LD_LIBRARY_PATH="* ]] || fail "the task has the libraries of Slurm"
until_true $patience "a task runs on n2" stop_task n2
power_off n2
say "node n2 lost its power after $SECONDS s"

run 'squeue --array --format "%.8i %.10T %.10r %N"'
until_true $patience "the queue is empty" empty
say "the queue is empty after $SECONDS s"
requeued || fail "no task has been queued again after its process was killed"
lost || fail "no task has been queued again after its node was lost"
grep -h 'queued again' "$job"/logs/part-*.log
grep -hoE 'requeue job .* due to failure of node n2' "$dir/slurmctld.log"
run 'grep trend.tif job/logs/merge.log'
run 'pixtrend job status job'
run 'cmp fit.tif trend.tif && echo equal'

say "a job with an input that has changed since the plan"
run "pixtrend job plan second stack -o second.tif --parts 4 -q && touch stack/ndvi_2010.tif"
run "pixtrend job script second --slurm | bash"
until_true $patience "the queue is empty" empty
grep -q 'ndvi_2010.tif' "$dir/second/logs/part-3.log" || fail "part 3 does not say that its input has changed"
! grep -h 'queued again' "$dir"/second/logs/*.log || fail "a task that would fail again was queued again"
[[ ! -e $dir/second/logs/merge.log && ! -e $dir/second.tif ]] || fail "the merge has begun without the parts"
run 'cat second/logs/part-3.log; pixtrend job status second || echo exit code $?'
left=$(find "$dir" -name '.*.pixtrend-*')
[[ -z $left ]] || fail "temporary files are left: $left"
say "passed after $SECONDS s"
