"""Starts the worker's process. Loads almost nothing: a command that needs a worker starts it before all else."""

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

WORKER = "bridge.worker.process"


def launch(lock_path: Path, module: str = WORKER) -> subprocess.Popen[bytes]:
    """Start a worker's process; it loads what it needs while its caller goes on."""
    command = [sys.executable, "-m", module, str(lock_path)]
    environment = dict(os.environ, PYTHONUNBUFFERED="1")
    environment.setdefault("OPENBLAS_NUM_THREADS", "1")  # see `bridge.cli.main`
    # The package may not be installed but lie beside the caller: the worker must find the same one.
    root = str(Path(__file__).parent.parent.parent)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [root, environment.get("PYTHONPATH", "")]))
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, bufsize=0
    )


def end(process: "subprocess.Popen[bytes] | None") -> None:
    """End a process that was launched, if it was, and close its pipes; one that was used has ended already."""
    if process is None:
        return
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe is not None and not pipe.closed:
            with suppress(OSError):
                pipe.close()
