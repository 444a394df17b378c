"""Two bounces side by side: aligned, level-matched, taken from each other, and what changed said in words.

Three passes over each file, block by block: traces and loudness, a few segments for the exact shift, the comparison.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from msgspec.structs import replace

from bridge.audio.reader import AudioReader, open_audio
from bridge.engine.measurement.numbers import measurement_of
from bridge.engine.measurement.plain import finite
from bridge.errors import AudioFileError, JobCancelledError
from bridge.model import BandDifference, BounceDiff, Measurement, Progress
from bridge.policy.changes import sentences
from dsp.compare.align import (
    SEGMENT_FRAMES,
    FractionalDelay,
    Shift,
    Trace,
    Tracer,
    coarse_shift,
    fine_shift,
    segment_starts,
)
from dsp.compare.null_test import Compared, Comparer
from dsp.core import checks
from dsp.core.arrays import F64
from dsp.core.checks import Audio
from dsp.core.resample import Resampler
from dsp.meters.meter import Meter

OnProgress = Callable[[Progress], None]
STEP_FRAMES = 1 << 16
NOTHING_LEFT_DB = -40.0  # ours: far below anything a change of the mix leaves
WHOLE_BELOW = 0.95  # ours: where the waves agree less, their shift is not known to parts of a frame
WHOLE_FRAME = 0.005  # ours: a shift this close to a whole frame is one; the null test sees nothing of it


class _Side:
    """One of the two files, read at the common rate and with the common channels as often as needed."""

    def __init__(self, path: Path, rate_hz: int, speakers: tuple[str, ...], cancelled: Callable[[], bool]) -> None:
        self.path, self.rate_hz, self.speakers, self._cancelled = path, rate_hz, speakers, cancelled
        self.channels = len(speakers)

    def blocks(self) -> Iterator[Audio]:
        """Yield the file from its start."""
        with open_audio(self.path) as reader:
            resampler = Resampler(reader.format.rate_hz, self.rate_hz, self.channels)
            for block in reader.blocks():
                if self._cancelled():
                    raise JobCancelledError(f"the comparison with {self.path.name} was cancelled")
                block, _ = checks.finite_block(block)
                if block.shape[1] != self.channels:
                    block = np.ascontiguousarray(block.mean(axis=1, keepdims=True))
                yield block if reader.format.rate_hz == self.rate_hz else resampler.process(block)
            if reader.format.rate_hz != self.rate_hz:
                yield resampler.finish()

    def segments(self, starts: list[int]) -> list[F64]:
        """Return the mid signal at these places, zeros outside the file."""
        found = [np.zeros(SEGMENT_FRAMES) for _ in starts]
        at = 0
        for block in self.blocks():
            mid = block.mean(axis=1, dtype=np.float64)
            for segment, start in zip(found, starts, strict=True):
                first, last = max(at, start), min(at + len(mid), start + SEGMENT_FRAMES)
                if first < last:
                    segment[first - start : last - start] = mid[first - at : last - at]
            at += len(mid)
        return found


def run_compare(
    a: Path,
    b: Path,
    *,
    names: tuple[str, str] = ("A", "B"),
    progress: OnProgress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> BounceDiff:
    """Compare two bounces: what changed from A to B.

    Files of different rates are compared at the rate of A, of different channels in mono.

    Raises
    ------
    AudioFileError
        One of the files cannot be read or holds no sound.
    JobCancelledError
        It was cancelled; nothing is left behind.
    """
    on_progress = progress or (lambda _: None)
    with open_audio(a) as reader_a, open_audio(b) as reader_b:
        rate_hz, speakers = _common(reader_a, reader_b)
        length_change_s = reader_b.format.duration_s - reader_a.format.duration_s
    stop = cancelled or (lambda: False)
    side_a, side_b = (_Side(path, rate_hz, speakers, stop) for path in (a, b))
    on_progress(Progress(stage="listening to A", fraction=0.0))
    trace_a, frames_a, measured_a = _first_pass(side_a)
    on_progress(Progress(stage="listening to B", fraction=0.25))
    trace_b, _, measured_b = _first_pass(side_b)
    on_progress(Progress(stage="aligning", fraction=0.5))
    shift = _shift(side_a, side_b, trace_a, trace_b, frames_a)
    on_progress(Progress(stage="comparing", fraction=0.65))
    compared = _compare(side_a, side_b, shift)
    found = _record(compared, shift, measured_a, measured_b, length_change_s, names)
    on_progress(Progress(stage="done", fraction=1.0))
    return replace(found, sentences=sentences(found))


def _common(a: AudioReader, b: AudioReader) -> tuple[int, tuple[str, ...]]:
    for reader in (a, b):
        if reader.format.frames == 0:
            raise AudioFileError(f"{reader.path.name} holds no sound (0 frames). Bounce it again.")
        if not checks.MIN_RATE_HZ <= reader.format.rate_hz <= checks.MAX_RATE_HZ:
            raise AudioFileError(
                f"{reader.path.name} has a sample rate of {reader.format.rate_hz} Hz; "
                f"{checks.MIN_RATE_HZ} to {checks.MAX_RATE_HZ} Hz can be compared."
            )
    return a.format.rate_hz, a.format.speakers if a.format.speakers == b.format.speakers else ("FC",)


def _first_pass(side: _Side) -> tuple[Trace, int, Measurement]:
    tracer = Tracer(side.rate_hz, side.channels)
    meter = Meter(side.rate_hz, side.channels, ("loudness", "true_peak", "dynamics"), side.speakers)
    for block in side.blocks():
        tracer.process(block)
        meter.process(block)
    measures = meter.finish()
    return tracer.finish(), measures.frames, measurement_of(measures)


def _shift(side_a: _Side, side_b: _Side, trace_a: Trace, trace_b: Trace, frames_a: int) -> Shift:
    coarse, likeness, _ = coarse_shift(trace_a, trace_b)
    starts = list(segment_starts(trace_a, frames_a))
    pairs = list(zip(side_a.segments(starts), side_b.segments([s + coarse for s in starts]), strict=True))
    fine = fine_shift(pairs)
    if fine.correlation < 0.05:
        return Shift(float(coarse), max(fine.correlation, 0.0), False)
    whole = round(fine.frames)
    exact = fine.sure and fine.correlation >= WHOLE_BELOW and abs(fine.frames - whole) > WHOLE_FRAME
    return Shift(coarse + (fine.frames if exact else whole), max(fine.correlation, likeness * fine.sure), fine.sure)


def _compare(side_a: _Side, side_b: _Side, shift: Shift) -> Compared:
    comparer = Comparer(side_a.rate_hz, side_a.channels)
    delay = FractionalDelay(shift.fraction, side_a.channels)
    whole = shift.whole_frames

    def moved() -> Iterator[Audio]:
        for block in _without(side_b.blocks(), max(0, whole)):
            yield delay.process(block)
        yield delay.finish()

    for block_a, block_b in _side_by_side(_without(side_a.blocks(), max(0, -whole)), moved()):
        comparer.process(block_a, block_b)
    return comparer.finish()


def _without(blocks: Iterator[Audio], frames: int) -> Iterator[Audio]:
    """Yield the blocks without their first frames."""
    left = frames
    for block in blocks:
        if left >= len(block):
            left -= len(block)
            continue
        yield block[left:]
        left = 0


def _side_by_side(a: Iterator[Audio], b: Iterator[Audio]) -> Iterator[tuple[Audio, Audio]]:
    """Yield both streams in equal blocks, as long as both last."""
    one, two = next(a, None), next(b, None)
    while one is not None and two is not None:
        count = min(len(one), len(two), STEP_FRAMES)
        if count:
            yield one[:count], two[:count]
        one = one[count:] if len(one) > count else next(a, None)
        two = two[count:] if len(two) > count else next(b, None)


def _record(
    compared: Compared, shift: Shift, a: Measurement, b: Measurement, length_change_s: float, names: tuple[str, str]
) -> BounceDiff:
    null_gain = compared.null_gain()
    common, agrees = compared.common_gain()
    loudness_lu = _minus(b.integrated_lufs, a.integrated_lufs)
    inverted = null_gain < 0.0 and compared.residual_db(null_gain) < -20.0
    by_loudness = 10.0 ** (-(loudness_lu or 0.0) / 20.0)
    level = abs(common) if agrees else by_loudness
    gain = -level if inverted else level
    residual_db = compared.residual_db(gain)
    best_db = compared.residual_db(null_gain)
    mid_db = compared.sides.mid_residual_db(null_gain)
    if min(best_db, mid_db) <= NOTHING_LEFT_DB:  # least squares knows the gain best where almost nothing is left
        gain, residual_db, agrees = null_gain, best_db, True
    tone_db, spread_db = compared.tone_db(abs(gain))
    # Two takes of one song have the same spectra and share no wave: nothing cancels whatever the gain.
    aligned = shift.sure or best_db < -1.0
    return BounceDiff(
        a=names[0],
        b=names[1],
        rate_hz=compared.rate_hz,
        aligned=aligned,
        correlation=shift.correlation,
        shift_frames=shift.frames,
        shift_s=shift.frames / compared.rate_hz,
        level_change_db=-20.0 * float(np.log10(abs(gain))) if gain else 0.0,
        level_from="common" if agrees else "loudness",
        residual_db=finite(residual_db),
        inverted=inverted,
        bands=tuple(
            BandDifference(
                centre_hz=float(centre),
                difference_db=float(tone),
                spread_db=float(spread),
                residual_db=finite(float(left)),
            )
            for centre, tone, spread, left in zip(
                compared.centres_hz, tone_db, spread_db, compared.residual_bands_db(gain), strict=True
            )
        ),
        cell_s=compared.cell_s,
        cells_residual_db=tuple(finite(float(value)) for value in compared.residual_cells_db(gain)),
        cells_from_s=max(0.0, -shift.frames / compared.rate_hz),
        moved_s=compared.moved_s(gain) if aligned else None,
        width_change_db=finite(compared.sides.width_change_db),
        mid_residual_db=finite(mid_db),
        loudness_change_lu=loudness_lu,
        true_peak_change_db=_minus(b.true_peak_dbtp, a.true_peak_dbtp),
        plr_change_db=_minus(b.plr_db, a.plr_db),
        range_change_lu=_minus(b.range_lu, a.range_lu),
        length_change_s=length_change_s,
        measurement_a=a,
        measurement_b=b,
    )


def _minus(one: float | None, other: float | None) -> float | None:
    return None if one is None or other is None else one - other
