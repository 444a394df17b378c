"""Metering: everything we measure, beside tools that measure loudness and true peak alone."""

import sys
from collections.abc import Callable
from pathlib import Path

from bench.document import table
from bench.files import song_file
from bench.options import Options
from bench.timing import Contender, Sample, WarmWorker, race, run_command

NAME = "meters"
TITLE = "Metering"

_LIMIT_MIB = 14 << 10  # tools that hold whole files: an hour at 96 kHz would fill the machine
_LONG_S = 600.0
_OURS = 4  # ffmpeg and the three of ours come first
_REFERENCE = "ffmpeg `ebur128=peak=true`"
_AIMS = {"everything, warm": 0.6, "everything, cold": 1.3, "loudness and true peak, warm": 0.25}


def run(options: Options) -> str:
    """Measure every file with every tool and return the section's text."""
    parts = [_INTRODUCTION]
    for rate_hz, seconds in options.files:
        path = song_file(options.folder, rate_hz, seconds)
        options.say(f"{_length(seconds)} at {rate_hz} Hz")
        rounds = options.rounds if seconds < _LONG_S else max(1, options.rounds // 2)
        with WarmWorker("bench.workers.meter") as worker:
            for what in ("everything", "loudness"):  # the first run of a worker loads its kernels
                worker.ask(what=what, path=str(song_file(options.folder, rate_hz, 5.0)))
            contenders = _contenders(path, worker)
            # An hour costs each of the others minutes: two stand for the rest. A quick run asks whether it works.
            peers = 1 if options.quick else 2 if seconds >= _LONG_S else len(contenders)
            contenders = contenders[: _OURS + peers]
            race(contenders, rounds, say=options.say)
        parts.append(f"### {_length(seconds)}, {rate_hz / 1000:g} kHz, stereo, 24 bit\n\n{_rows(contenders)}")
    return "\n\n".join(parts)


_INTRODUCTION = """Whole processes, files in the cache of the operating system, rounds interleaved, median wall time.
*Warm* is the bridge's worker, which stays alive between jobs; *cold* is the command, start of Python included.
*Everything* is every stage: loudness, true peak every 0.1 s, dynamics, sections, spectrum, stereo, faults, provenance,
all curves, the verdict and the file's SHA-256. Aims: everything at most 0.6 × ffmpeg warm and 1.3 × cold, loudness and
true peak alone at most 0.25 ×, under 250 MiB for an hour at 96 kHz. The file is the demo's song, repeated at changing
levels."""


def _contenders(path: Path, worker: WarmWorker) -> list[Contender]:
    def command(*words: str) -> Callable[[], Sample]:
        return lambda: run_command([*words, str(path)], _LIMIT_MIB)

    def library(name: str) -> Callable[[], Sample]:
        return command(sys.executable, "-m", "bench.peers", name)

    ffmpeg = ["ffmpeg", "-nostdin", "-hide_banner", "-nostats", "-i", str(path)]
    ours = [
        Contender(_REFERENCE, "I, S, M, LRA, true peak", lambda: run_command(_ffmpeg(ffmpeg))),
        Contender("**Fresh Ears**, everything, warm", "all", lambda: worker.ask(what="everything", path=str(path))),
        Contender(
            "**Fresh Ears**, loudness and true peak, warm",
            "I, S, M, LRA, true peak, SHA-256",
            lambda: worker.ask(what="loudness", path=str(path)),
        ),
        Contender(
            "**Fresh Ears**, everything, cold (`freshears analyze`)",
            "all",
            lambda: run_command([sys.executable, "-m", "bridge", "analyze", str(path)]),
        ),
    ]
    others = [
        Contender("loudgain (libebur128)", "I, true peak", command("loudgain", "-q")),
        Contender("pyebur128 (libebur128)", "I, LRA, true peak", library("pyebur128")),
        Contender("pyloudnorm", "I", library("pyloudnorm")),
        Contender("libsonare", "I, S, M, LRA, true peak", library("libsonare")),
        Contender("essentia", "I, S, M, LRA", library("essentia")),
    ]
    return ours + others


def _ffmpeg(words: list[str]) -> list[str]:
    return [*words, "-af", "ebur128=peak=true", "-f", "null", "-"]


def _rows(contenders: list[Contender]) -> str:
    reference = contenders[0]
    rows = []
    for contender in contenders:
        if contender.problem:
            rows.append([contender.name, contender.computes, "–", "–", "–", "–", contender.problem])
            continue
        ratio = contender.wall_s / reference.wall_s if reference.samples else float("nan")
        aim = next((a for words, a in _AIMS.items() if words in contender.name), None)
        verdict = "" if aim is None else f"≤ {aim} ×: " + ("met" if ratio <= aim else f"missed by {ratio - aim:.2f}")
        peak = f"{contender.peak_mib:.0f}"
        wall, cpu = f"{contender.wall_s:.2f}", f"{contender.cpu_s:.2f}"
        rows.append([contender.name, contender.computes, wall, f"{ratio:.2f}", cpu, peak, verdict])
    return table(["tool", "computes", "wall s", "× ffmpeg", "processor s", "peak MiB", "aim"], rows)


def _length(seconds: float) -> str:
    return f"{seconds / 60:g} minutes" if seconds >= 60.0 else f"{seconds:g} seconds"
