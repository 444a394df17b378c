"""Running contenders side by side: interleaved rounds, whole processes, wall time and peak memory.

A machine is never quiet; ratios from interleaved rounds are what can be trusted. Every round runs every contender
once, and the median over the rounds is reported.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Self

MISSING = 77  # exit code of a peer that is not installed
_LAUNCHER = Path(__file__).parent / "workers" / "launch.py"


@dataclass(frozen=True)
class Sample:
    """One run of one contender."""

    wall_s: float
    peak_mib: float
    cpu_s: float = float("nan")  # processor time of all threads


@dataclass
class Contender:
    """One tool on one file: ``run`` returns a sample or raises Missing or Failed."""

    name: str
    computes: str
    run: Callable[[], Sample]
    samples: list[Sample] = field(default_factory=list)
    problem: str = ""

    @property
    def wall_s(self) -> float:
        return statistics.median(s.wall_s for s in self.samples)

    @property
    def cpu_s(self) -> float:
        return statistics.median(s.cpu_s for s in self.samples)

    @property
    def peak_mib(self) -> float:
        return max(s.peak_mib for s in self.samples)


class FailedError(Exception):
    """A contender cannot run here; the message says why."""


def race(contenders: list[Contender], rounds: int, *, say: Callable[[str], None]) -> None:
    """Run all contenders ``rounds`` times, interleaved; one that fails once is left out from then on."""
    for number in range(rounds):
        for contender in contenders:
            if contender.problem:
                continue
            say(f"  round {number + 1} of {rounds}: {contender.name}")
            try:
                contender.samples.append(contender.run())
            except FailedError as error:
                contender.problem = str(error)


def run_command(command: list[str], limit_mib: int = 0) -> Sample:
    """Run a program to its end and return its wall time and peak memory.

    ``limit_mib`` bounds its address space: a tool that wants more fails instead of taking the machine down.
    Both are taken by a small process of its own: the peak of a program counts that of the one that started it.
    """
    done = subprocess.run(
        [sys.executable, "-S", "-E", str(_LAUNCHER), str(limit_mib), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        code, wall_s, peak_mib, cpu_s = json.loads(done.stdout)
    except ValueError as error:
        raise FailedError("not installed") from error
    if code == MISSING:
        raise FailedError("not installed")
    if code not in {0, 1}:  # 1: `freshears analyze` found a fault
        raise FailedError(f"needs more than {limit_mib >> 10} GiB" if limit_mib else f"ended with code {code}")
    return Sample(wall_s, peak_mib, cpu_s)


class WarmWorker:
    """A Python process that stays alive between runs, as the bridge's worker does.

    It runs ``python -m <module>``, answers each line of JSON with a line of JSON that has ``wall_s`` and ``peak_mib``.
    """

    def __init__(self, module: str) -> None:
        environment = {"OPENBLAS_NUM_THREADS": "1"} | dict(os.environ)  # as the bridge starts its worker
        self._process = subprocess.Popen(
            [sys.executable, "-m", module], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment
        )

    def ask(self, **request: object) -> Sample:
        """Send a request and wait for its sample."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(json.dumps(request) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise FailedError("the worker died")
        answer = json.loads(line)
        return Sample(answer["wall_s"], answer["peak_mib"], answer["cpu_s"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        self._process.wait(timeout=60)


def serve(work: Callable[[dict[str, str]], None], requests: IO[str], answers: IO[str]) -> None:
    """The other side of `WarmWorker`: do the work of each request and answer with its wall time and peak memory."""
    for line in requests:
        begin, begin_cpu = time.perf_counter(), time.process_time()
        work(json.loads(line))
        wall_s, cpu_s = time.perf_counter() - begin, time.process_time() - begin_cpu
        answers.write(json.dumps({"wall_s": wall_s, "cpu_s": cpu_s, "peak_mib": _own_peak_mib()}) + "\n")
        answers.flush()


def _own_peak_mib() -> float:
    try:  # of this program alone; getrusage would count the process that started it
        for line in Path("/proc/self/status").read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return float("nan")
