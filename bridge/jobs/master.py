"""The master job: examine the mix, plan, render, write, and examine what was written.

The file gets its name only after it was measured again from the disk and keeps every promise; a job that is
cancelled or fails leaves nothing behind.
"""

import hashlib
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bridge import __version__
from bridge.audiofile import open_audio
from bridge.audiowrite import AudioWriter
from bridge.errors import JobCancelledError, JobError, UsageError
from bridge.jobs.analyse import run_analysis
from bridge.jobs.naming import extension_of, master_path
from bridge.model import Analysis, AudioFormat, MasterMove, MasterRequest, MasterResult, Measurement, Progress, Series
from bridge.policy.targets import Target, find_target, load_targets
from dsp import checks
from dsp.chain import ChainSettings, MasterChain
from dsp.dither import PEAK_STEPS, quantise
from dsp.envelope import MAX_CEILING_DBTP, MIN_CEILING_DBTP, LimiterSettings
from dsp.limiter import GainReduction
from dsp.loudness import LoudnessStage
from dsp.loudness_solver import Solution, solve
from dsp.true_peak import TruePeakStage
from dsp.units import amplitude_db, db_amplitude

PROMISE_LU = 0.05
PROMISE_DB = 0.01  # the ceiling, at sixteen times the rate
MAX_LIMITED_GAIN_DB = 40.0  # ours: more is a mix nobody has heard
_INTERPOLATION_GAIN = 2.0  # what the rounding of neighbouring samples can add up to between them, with room
_BITS = {"PCM_16": 16, "PCM_24": 24}
_SUBTYPES = {".wav": ("PCM_16", "PCM_24", "FLOAT"), ".flac": ("PCM_16", "PCM_24")}

ProgressCall = Callable[[Progress], None]
CancelledCall = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class _Order:
    """A request with everything it left open decided."""

    request: MasterRequest
    target: Target
    integrated_lufs: float | None
    ceiling_dbtp: float
    rate_hz: int
    subtype: str
    output: Path

    @property
    def limiter(self) -> LimiterSettings | None:
        """Return the limiter's settings, its ceiling lowered by what the rounding can add."""
        if not self.target.limiter:
            return None
        ceiling = db_amplitude(self.ceiling_dbtp)
        if self.subtype in _BITS:
            ceiling -= _INTERPOLATION_GAIN * PEAK_STEPS / (1 << (_BITS[self.subtype] - 1))
        return LimiterSettings(ceiling_dbtp=amplitude_db(ceiling))


def run_master(
    request: MasterRequest, *, progress: ProgressCall | None = None, cancelled: CancelledCall | None = None
) -> MasterResult:
    """Make one master; see `run_masters`."""
    return run_masters((request,), progress=progress, cancelled=cancelled)[0]


def run_masters(
    requests: Sequence[MasterRequest],
    *,
    progress: ProgressCall | None = None,
    cancelled: CancelledCall | None = None,
) -> tuple[MasterResult, ...]:
    """Make the masters of one mix for one or more targets, in order.

    Parameters
    ----------
    requests : all of the same ``input_path``; the mix is examined once.
    progress : called with the share of the whole work that is done.
    cancelled : asked about once per block.

    Raises JobError when the mix or the target makes a master impossible, AudioFileError when a file cannot be read
    or written, UsageError for a request that contradicts itself, JobCancelledError when cancelled.
    """
    if not requests or len({request.input_path for request in requests}) != 1:
        raise UsageError("Masters are made of one mix at a time.")
    report = progress or (lambda _: None)
    stop = cancelled or (lambda: False)
    mix = Path(requests[0].input_path)
    share = 1.0 / (1.0 + 4.0 * len(requests))  # of the work: the analysis against a master
    analysis = run_analysis(mix, progress=_part(report, 0.0, share), cancelled=stop, with_series=False)
    orders = [_order(request, analysis) for request in requests]
    results = []
    for number, order in enumerate(orders):
        start = share + (1.0 - share) * number / len(orders)
        results.append(_master(order, analysis, _part(report, start, (1.0 - share) / len(orders)), stop))
    report(Progress(stage="done", fraction=1.0))
    return tuple(results)


def _part(report: ProgressCall, start: float, size: float) -> ProgressCall:
    return lambda p: report(Progress(stage=p.stage, fraction=start + size * p.fraction))


def _order(request: MasterRequest, analysis: Analysis) -> _Order:
    """Decide what the request leaves open; refuse what cannot be mastered."""
    name = Path(request.input_path).name
    _refuse(name, request, analysis)
    user_file = Path(request.targets_file) if request.targets_file is not None else None
    target = find_target(request.target, load_targets(user_file))
    lufs = request.integrated_lufs if request.integrated_lufs is not None else target.integrated_lufs
    ceiling = target.ceiling_dbtp
    loud = lufs is not None and target.integrated_lufs is not None and lufs > target.integrated_lufs
    if loud and target.loud_ceiling_dbtp is not None:
        ceiling = target.loud_ceiling_dbtp
    if request.ceiling_dbtp is not None:
        ceiling = request.ceiling_dbtp
    _check_level("ceiling", ceiling, MIN_CEILING_DBTP, MAX_CEILING_DBTP, "dBTP")
    if lufs is not None:
        _check_level("loudness", lufs, -40.0, -4.0, "LUFS")
    rate_hz = request.rate_hz or target.rate_hz or analysis.format.rate_hz
    if not checks.MIN_RATE_HZ <= rate_hz <= checks.MAX_RATE_HZ:
        raise UsageError(f"A rate of {rate_hz} Hz is asked for; possible are 8000 to 384000 Hz.")
    subtype = request.subtype or target.subtype or "PCM_24"
    allowed = _SUBTYPES.get(extension_of(request), ())
    if subtype not in allowed:
        raise UsageError(
            f"A master cannot be written as {subtype} into {extension_of(request)}. "
            f"Possible are {', '.join(f'{e}: {s}' for e, kinds in _SUBTYPES.items() for s in kinds)}."
        )
    return _Order(request, target, lufs, ceiling, rate_hz, subtype, master_path(request, rate_hz, subtype))


def _check_level(what: str, value: float, low: float, high: float, unit: str) -> None:
    if not (math.isfinite(value) and low <= value <= high):
        raise UsageError(f"A {what} of {value:g} {unit} is asked for; possible are {low:g} to {high:g} {unit}.")


def _refuse(name: str, request: MasterRequest, analysis: Analysis) -> None:
    if analysis.format.channels > 2:
        raise JobError(
            f"{name} has {analysis.format.channels} channels. Masters are made of mono and stereo mixes: "
            "bounce a stereo mix."
        )
    measured = analysis.measurement
    if measured.sample_peak_dbfs is None:
        raise JobError(f"{name} is silent: there is nothing to master. Check what was bounced.")
    if measured.integrated_lufs is None:
        reason = measured.unavailable.get("integrated_lufs", "it cannot be measured")
        raise JobError(f"{name} has no loudness to bring to a target ({reason}). Bounce the whole song.")
    if request.anyway:
        return
    reasons = [f.message for f in analysis.findings if f.kind == "fault"]
    if measured.nonfinite_samples:
        reasons.append(f"{measured.nonfinite_samples} samples are not numbers.")
    if reasons:
        raise JobError(
            f"{name} is not ready to be mastered: {' '.join(reasons)} Mend the mix, or ask again with --anyway."
        )


def _master(order: _Order, analysis: Analysis, report: ProgressCall, stop: CancelledCall) -> MasterResult:
    solution = _solve(order, analysis, _part(report, 0.0, 0.5), stop)
    settings = ChainSettings(solution.gain_db, order.rate_hz, order.limiter)
    fingerprint = hashlib.sha256(f"{__version__} {settings!r} {order.subtype}".encode()).hexdigest()
    frames = -(-analysis.format.frames * order.rate_hz // analysis.format.rate_hz)
    with AudioWriter(
        order.output,
        rate_hz=order.rate_hz,
        channels=analysis.format.channels,
        subtype=order.subtype,
        frames=frames,
    ) as writer:
        chain = MasterChain(analysis.format.rate_hz, analysis.format.channels, settings)
        random = np.random.Generator(np.random.PCG64(int(analysis.sha256, 16)))
        for block in _through(chain, order, _part(report, 0.5, 0.35), stop, "rendering"):
            bits = _BITS.get(order.subtype)
            writer.write(quantise(block, bits, random) if bits else block.astype(np.float32))
        temporary = writer.close()
        after = run_analysis(temporary, progress=_part(report, 0.85, 0.15), cancelled=stop, with_series=False)
        _keep_promise(order, solution, after.measurement)
        if stop():
            raise JobCancelledError(f"the master of {Path(order.request.input_path).name} was cancelled")
        published = writer.publish()
    reduction = chain.gain_reduction()
    return MasterResult(
        input=order.request.input_path,
        input_sha256=analysis.sha256,
        output=str(published),
        output_sha256=after.sha256,
        target=order.request.target,
        integrated_lufs=order.integrated_lufs,
        ceiling_dbtp=order.ceiling_dbtp,
        format=after.format,
        before=analysis.measurement,
        after=after.measurement,
        moves=_moves(order, analysis.format, solution, reduction),
        notes=_notes(order, analysis, solution, after.measurement),
        gain_reduction_db=_series(reduction),
        settings_hash=fingerprint,
    )


def _blocks(order: _Order, report: ProgressCall, stop: CancelledCall, stage: str) -> Iterator[NDArray[np.floating]]:
    """Yield the mix in blocks of finite samples."""
    path = Path(order.request.input_path)
    done = 0
    with open_audio(path) as reader:
        for block in reader.blocks():
            if stop():
                raise JobCancelledError(f"the master of {path.name} was cancelled")
            done += block.shape[0]
            yield checks.finite_block(block)[0]
            report(Progress(stage=stage, fraction=done / reader.format.frames))


def _through(
    chain: MasterChain, order: _Order, report: ProgressCall, stop: CancelledCall, stage: str
) -> Iterator[NDArray[np.float64]]:
    """Yield the mix as it comes out of the chain."""
    for block in _blocks(order, report, stop, stage):
        yield chain.process(block)
    yield chain.finish()


def _solve(order: _Order, analysis: Analysis, report: ProgressCall, stop: CancelledCall) -> Solution:
    """Find the gain before the limiter."""
    measured = analysis.measurement
    assert measured.integrated_lufs is not None  # refused before
    if not order.target.limiter or order.integrated_lufs is None:
        gain_db = order.ceiling_dbtp - _peak_dbtp(order, analysis, report, stop)
        return Solution(gain_db, measured.integrated_lufs + gain_db, 1, found=True)
    limiter = order.limiter
    looks = 0

    def evaluate(gain_db: float) -> float:
        nonlocal looks
        chain = MasterChain(
            analysis.format.rate_hz, analysis.format.channels, ChainSettings(gain_db, order.rate_hz, limiter)
        )
        meter = LoudnessStage(order.rate_hz, analysis.format.channels)
        looks += 1
        for block in _through(chain, order, _part(report, 1.0 - 0.5 ** (looks - 1), 0.5**looks), stop, "planning"):
            meter.process(block)
        return meter.finish().integrated_lufs

    first_db = order.integrated_lufs - measured.integrated_lufs
    solution = solve(evaluate, order.integrated_lufs, first_db, MAX_LIMITED_GAIN_DB)
    if not solution.found:
        raise JobError(
            f"{Path(order.request.input_path).name} cannot reach {order.integrated_lufs:g} LUFS: with "
            f"{solution.gain_db:.1f} dB of gain it is at {solution.integrated_lufs:.1f}. Ask for a quieter target."
        )
    return solution


def _peak_dbtp(order: _Order, analysis: Analysis, report: ProgressCall, stop: CancelledCall) -> float:
    """Return the true peak of the mix at the rate it is delivered at."""
    if order.rate_hz == analysis.format.rate_hz and analysis.measurement.true_peak_dbtp is not None:
        return analysis.measurement.true_peak_dbtp
    chain = MasterChain(analysis.format.rate_hz, analysis.format.channels, ChainSettings(0.0, order.rate_hz, None))
    meter = TruePeakStage(order.rate_hz, analysis.format.channels)
    for block in _through(chain, order, report, stop, "planning"):
        meter.process(block)
    return meter.finish().true_peak_dbtp


def _keep_promise(order: _Order, solution: Solution, after: Measurement) -> None:
    """Raise JobError when the file on the disk is not what was promised."""
    lufs, peak = after.integrated_lufs, after.true_peak_dbtp
    name = order.output.name
    if lufs is None or abs(lufs - solution.integrated_lufs) > PROMISE_LU:
        raise JobError(
            f"{name} measured {lufs} LUFS on the disk instead of {solution.integrated_lufs:.2f}; it was not kept."
        )
    if peak is None or peak > order.ceiling_dbtp + PROMISE_DB:
        raise JobError(f"{name} measured {peak} dBTP on the disk, above {order.ceiling_dbtp:g}; it was not kept.")


def _moves(
    order: _Order, mix: AudioFormat, solution: Solution, reduction: GainReduction | None
) -> tuple[MasterMove, ...]:
    level = f"{order.integrated_lufs:g} LUFS" if order.integrated_lufs is not None else f"{order.ceiling_dbtp:g} dBTP"
    moves = [
        MasterMove(
            stage="gain",
            what=f"{'Raised' if solution.gain_db >= 0 else 'Lowered'} the whole song by {abs(solution.gain_db):.1f} dB",
            amount_db=round(solution.gain_db, 3),
            why=f"{order.target.title}: {level}",
        )
    ]
    if order.rate_hz != mix.rate_hz:
        moves.append(
            MasterMove(
                stage="resample",
                what=f"Converted from {mix.rate_hz / 1000:g} to {order.rate_hz / 1000:g} kHz",
                amount_db=0.0,
                why=f"{order.target.title} is delivered at this rate",
            )
        )
    if reduction is not None and reduction.max_db > 0.0:
        busy = float((reduction.reduction_db > 0.1).mean()) * 100.0
        moves.append(
            MasterMove(
                stage="limiter",
                what=f"Held peaks back by at most {reduction.max_db:.1f} dB, in {busy:.1f} % of the time",
                amount_db=-round(reduction.max_db, 3),
                why=f"no peak above {order.ceiling_dbtp:g} dBTP, also between the samples",
            )
        )
    if order.subtype in _BITS:
        moves.append(
            MasterMove(
                stage="dither",
                what=f"Rounded to {_BITS[order.subtype]} bits with triangular dither",
                amount_db=0.0,
                why="the rounding error becomes a steady hiss instead of distortion",
            )
        )
    return tuple(moves)


def _notes(order: _Order, analysis: Analysis, solution: Solution, after: Measurement) -> tuple[str, ...]:
    notes = []
    if order.request.anyway:
        notes += [f"Mastered although: {f.message}" for f in analysis.findings if f.kind == "fault"]
    if after.integrated_lufs is not None and after.true_peak_dbtp is not None:
        gain_db = order.target.playback_gain_db(after.integrated_lufs, after.true_peak_dbtp)
        if gain_db is None:
            notes.append(f"{order.target.title} plays it as it is.")
        elif abs(gain_db) < 0.05:
            notes.append(f"{order.target.title} will play it at its own level.")
        else:
            notes.append(
                f"{order.target.title} will play it {abs(gain_db):.1f} dB {'louder' if gain_db > 0 else 'quieter'}."
            )
    if order.target.note:
        notes.append(order.target.note)
    return tuple(notes)


def _series(reduction: GainReduction | None) -> Series:
    if reduction is None:
        return Series(start_s=0.0, step_s=1.0, values=())
    return Series(
        start_s=0.0,
        step_s=reduction.step_s,
        values=tuple(round(float(v), 2) for v in reduction.reduction_db),
    )
