"""The warm worker of the metering benchmark: measures the file of each request, everything or loudness alone."""

import sys
from pathlib import Path

from bench.timing import serve
from bridge.audio.reader import open_audio
from bridge.engine.analyse import measure_reader, run_analysis


def work(request: dict[str, str]) -> None:
    """Do one request: ``what`` is "everything" or "loudness"."""
    if request["what"] == "everything":
        run_analysis(Path(request["path"]))
    else:
        with open_audio(Path(request["path"])) as reader:
            measure_reader(reader, stages=("loudness", "true_peak"))


if __name__ == "__main__":
    serve(work, sys.stdin, sys.stdout)
