"""Run a program, print [exit code, wall s, peak MiB, processor s]: `python -S launch.py LIMIT_MIB PROGRAM ...`."""

import json
import os
import subprocess
import sys
import time


def main() -> None:
    """Run the program; nothing is printed when it cannot be started."""
    limit = int(sys.argv[1]) << 20
    if limit:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    begin = time.perf_counter()
    try:
        process = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    except FileNotFoundError:
        return
    if hasattr(os, "wait4"):
        _, status, usage = os.wait4(process.pid, 0)
        code = os.waitstatus_to_exitcode(status)
        peak_mib = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1 << 20)
        cpu_s = usage.ru_utime + usage.ru_stime
    else:
        code, peak_mib, cpu_s = process.wait(), float("nan"), float("nan")
    print(json.dumps([code, time.perf_counter() - begin, peak_mib, cpu_s]))


if __name__ == "__main__":
    main()
