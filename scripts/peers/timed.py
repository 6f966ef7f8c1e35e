"""Runs a command on some CPUs for at most SECONDS. Prints its seconds, peak kilobytes and exit status.

Usage: timed.py SECONDS CPUS LOG COMMAND...    CPUS is a list such as 0,1, or - for all

This is a process of its own because it is small: the system counts the memory of the parent as
memory of the command until the command is executed.
"""

import os
import signal
import sys
import time

log = os.open(sys.argv[3], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
to_log = [(os.POSIX_SPAWN_DUP2, log, 1), (os.POSIX_SPAWN_DUP2, log, 2)]
if sys.argv[2] != "-":
    os.sched_setaffinity(0, map(int, sys.argv[2].split(",")))
begin = time.perf_counter()
child = os.posix_spawnp(sys.argv[4], sys.argv[4:], os.environ, file_actions=to_log, setpgroup=0)
signal.signal(signal.SIGALRM, lambda *_: os.killpg(child, signal.SIGKILL))
signal.alarm(int(sys.argv[1]))
_, status, usage = os.wait4(child, 0)
seconds = time.perf_counter() - begin
print(seconds, usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss // 1024, os.waitstatus_to_exitcode(status))
