"""The warm worker of the mastering benchmark: one whole master per request, for one or more targets."""

import sys
from pathlib import Path

from bench.timing import serve
from bridge.engine.mastering.job import run_masters
from bridge.model import MasterRequest


def work(request: dict[str, str]) -> None:
    """Do one request: ``targets`` separated by commas, into a folder that is emptied first."""
    folder = Path(request["folder"])
    for file in folder.iterdir():
        file.unlink()
    run_masters(
        [
            MasterRequest(input_path=request["path"], target=target, output_folder=str(folder), anyway=True)
            for target in request["targets"].split(",")
        ]
    )


if __name__ == "__main__":
    serve(work, sys.stdin, sys.stdout)
