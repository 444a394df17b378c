"""Mastering: a whole release master (examine, plan, render, write, examine again) beside others' bare processing."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench.document import table
from bench.files import song_file
from bench.options import Options
from bench.timing import Contender, FailedError, Sample, WarmWorker, race, run_command

NAME = "masters"
TITLE = "Mastering"

_LONG_S = 600.0
_LIMIT_MIB = 14 << 10
_REFERENCE = "ffmpeg gain + `alimiter`"
_FFMPEG_AIM, _MATCHERING_AIM, _TARGET_AIM, _HOUR_MIB = 3.0, 0.3, 1 / 3, 400

_INTRODUCTION = """A whole release master to -14 LUFS, -1 dBTP: the mix is examined (every stage), planned, rendered,
written with dither to 24 bits, flushed to the disk, and examined again. The others only process: ffmpeg applies a gain
and a limiter and knows nothing of the result. *Warm* is the bridge's worker, *cold* the command. matchering needs a
reference; it gets what ffmpeg made. FRESHEARS_PEERS_PYTHON names the Python it is installed in, if that is another one.
Aims: warm at most 3 × ffmpeg and 0.3 × matchering, a further target at most a third of the first, an hour under
400 MiB."""


def run(options: Options) -> str:
    """Measure every 44.1 kHz file and return the section's text."""
    parts = [_INTRODUCTION]
    for rate_hz, seconds in options.files:
        if rate_hz != 44_100:
            continue
        path = song_file(options.folder, rate_hz, seconds)
        options.say(f"masters: {seconds:g} s")
        parts.append(_one(options, path, seconds))
    return "\n\n".join(parts)


def _one(options: Options, path: Path, seconds: float) -> str:
    out, others = options.folder / "masters", options.folder / "others"
    for folder in (out, others):
        folder.mkdir(exist_ok=True)
    with WarmWorker("bench.workers.master") as worker:
        short = str(song_file(options.folder, 44_100, 5.0))
        worker.ask(path=short, folder=str(out), targets="spotify,club")  # loads the kernels

        def ours(targets: str) -> Callable[[], Sample]:
            return lambda: worker.ask(path=str(path), folder=str(out), targets=targets)

        contenders = [
            Contender(_REFERENCE, "processing", lambda: run_command(_ffmpeg(path, others, 1))),
            Contender("ffmpeg gain + `alimiter` at 4×", "processing", lambda: run_command(_ffmpeg(path, others, 4))),
            Contender("**Fresh Ears**, one target, warm", "whole master", ours("spotify")),
            Contender("**Fresh Ears**, two targets of other bytes, warm", "two masters", ours("spotify,cd")),
            Contender("**Fresh Ears**, three targets of the same bytes, warm", "three", ours("spotify,tidal,youtube")),
            Contender("**Fresh Ears**, to -9 LUFS, warm", "whole master", ours("club")),
        ]
        if seconds < _LONG_S:
            contenders.append(
                Contender("**Fresh Ears**, cold", "whole master", lambda: run_command(_cold(path, others)))
            )
            if not options.quick:
                contenders.append(Contender("matchering 2.0.6", "processing", lambda: _matchering(path, others)))
        else:
            contenders = [contenders[0], contenders[2]]
        race(contenders, options.rounds if seconds < _LONG_S else 1, say=options.say)
    return f"### {seconds / 60:g} minutes, 44.1 kHz, stereo, 24 bit\n\n{_rows(contenders, seconds)}"


def _ffmpeg(path: Path, out: Path, times: int) -> list[str]:
    limit = "volume=6dB,alimiter=limit=0.891:level=false"
    chain = limit if times == 1 else f"aresample={times * 44_100},{limit},aresample=44100"
    return [*f"ffmpeg -y -nostdin -v error -i {path} -af {chain} -c:a pcm_s24le".split(), str(out / "ffmpeg.wav")]


def _cold(path: Path, out: Path) -> list[str]:
    for master in out.glob("*master*"):  # or the same bytes would be compared and adopted
        master.unlink()
    # A home of its own: what is mastered is kept, and the person's songs are none of a benchmark's business.
    program = f"import os\nos.environ['FRESHEARS_HOME'] = {str(out / 'home')!r}\nfrom bridge.cli import main\nmain()"
    return [sys.executable, "-c", program, "master", str(path), "--anyway", "--out", str(out)]


def _matchering(path: Path, out: Path) -> Sample:
    python = os.environ.get("FRESHEARS_PEERS_PYTHON", sys.executable)
    made, reference = str(out / "matchering.wav"), str(out / "ffmpeg.wav")
    program = (
        "import sys\ntry:\n import matchering as m\nexcept ImportError:\n sys.exit(77)\n"
        f"m.process(target={str(path)!r}, reference={reference!r}, results=[m.pcm24({made!r})])"
    )
    sample = run_command([python, "-W", "ignore", "-c", program], _LIMIT_MIB)
    if not (out / "matchering.wav").exists():
        raise FailedError("refuses the file")
    return sample


def _rows(contenders: list[Contender], seconds: float) -> str:
    by_name = {c.name: c for c in contenders if c.samples}
    reference = by_name[_REFERENCE]
    first = by_name.get("**Fresh Ears**, one target, warm")
    matchering = by_name.get("matchering 2.0.6")
    rows = []
    for c in contenders:
        if not c.samples:
            rows.append([c.name, c.computes, "–", "–", "–", c.problem])
            continue
        ratio = c.wall_s / reference.wall_s
        aims = []
        if c is first and seconds < _LONG_S:
            aims.append(_aim("ffmpeg", ratio, _FFMPEG_AIM))
            if matchering is not None:
                aims.append(_aim("matchering", c.wall_s / matchering.wall_s, _MATCHERING_AIM))
        if c is first and seconds >= _LONG_S:
            aims.append(f"< {_HOUR_MIB} MiB: {'met' if c.peak_mib < _HOUR_MIB else 'missed'}")
        if first is not None and "two targets" in c.name:
            aims.append(_aim("the first, for each further one", (c.wall_s - first.wall_s) / first.wall_s, _TARGET_AIM))
        if first is not None and "three targets" in c.name:
            further = (c.wall_s - first.wall_s) / 2 / first.wall_s
            aims.append(_aim("the first, for each further one", further, _TARGET_AIM))
        rows.append([c.name, c.computes, f"{c.wall_s:.2f}", f"{ratio:.2f}", f"{c.peak_mib:.0f}", "; ".join(aims)])
    return table(["tool", "does", "wall s", "× ffmpeg", "peak MiB", "aim"], rows)


def _aim(of: str, ratio: float, aim: float) -> str:
    verdict = "met" if ratio <= aim else f"missed by {ratio - aim:.2f}"
    return f"{max(ratio, 0.0):.2f} × {of} (≤ {aim:.2g}): {verdict}"
