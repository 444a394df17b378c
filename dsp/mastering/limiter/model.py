"""Loudness and contrast of a song behind a limiter, for any gain, from what `limited_loudness` has kept of it."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.units import db_amplitude, db_power, powers_db
from dsp.mastering.limiter.gain_curve import RELEASED, GainShape, LimiterSettings, gain_curve
from dsp.meters.loudness import MOMENTARY_HOPS, SHORT_TERM_HOPS, gated_lufs, windowed

SEGMENT = 4_096  # frames kept or left out together
GROUP = 16  # segments thinned together
_COARSE = 4
_SMALL_STEPS = 400_000  # ours: about 20 s limited throughout
_CONTRAST_GATE_LU = -20.0  # EBU Tech 3342, 3.1: what is further below the programme is no section of it
_NEIGHBOURS = 31  # hops of similar loudness whose mean stands for a thinned one
_NEIGHBOUR_PARTS = 8  # fewer where little was kept: the loudest, which lose most, must not be averaged away
_LEAST_SPREAD_LU = 0.5  # ours: a song this even has no contrast to lose


@dataclass(frozen=True, slots=True)
class LimitedOutcome:
    """What one gain gives: loudness, what the limiter takes, and how the song's contrast survives.

    ``contrast_slope`` is that of the master's short-term loudness over the mix's (1.0: every section keeps its
    distance), ``contrast_lu`` the distance between loud (95 %) and quiet (10 %) passages after, ``contrast_before_lu``
    before. ``crest_loss_db`` is how much nearer the peaks are to the loudness; where a song has no ``hits_per_s`` worth
    the name, that is heard by nobody.
    """

    gain_db: float
    integrated_lufs: float
    contrast_slope: float
    contrast_correlation: float
    contrast_before_lu: float
    contrast_lu: float
    crest_loss_db: float
    max_reduction_db: float
    reduction_p95_db: float
    hits_per_s: float = math.inf  # unless somebody counted them, there are hits

    @property
    def contrast_loss_db(self) -> float:
        """Return by how much loud and quiet sections come nearer to each other."""
        return max(0.0, (1.0 - self.contrast_slope) * self.contrast_before_lu)


@dataclass(frozen=True, slots=True)
class ReductionRun:
    """Consecutive steps kept: first frame, required gain at the highest gain, K-weighted energy."""

    first: int
    need: NDArray[np.float32]
    power: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LimitedModel:
    """Loudness and contrast of a song behind a limiter, for any gain up to ``most_gain_db``."""

    rate_hz: int
    step: int  # frames per value of the runs
    settings: LimiterSettings
    most_gain_db: float
    frames: int
    hop_sums: NDArray[np.float64]  # K-weighted energy of every 0.1 s; the last one may be shorter
    edges: NDArray[np.int64]
    runs: tuple[ReductionRun, ...]
    over: NDArray[np.int64]
    stride: int  # 1: everything that may be limited is in the runs; n: every n-th part of it
    hits_per_s: float  # how often the sound begins anew, loudly
    peak_bound: float  # the highest peak, or the ceiling at the highest gain when nothing is over it

    def behind(self, settings: LimiterSettings) -> "LimitedModel":
        """Return the model for another ceiling; the highest gain moves with it."""
        moved = settings.ceiling_dbtp - self.settings.ceiling_dbtp
        return replace(self, settings=settings, most_gain_db=self.most_gain_db + moved)

    def coarse(self) -> "LimitedModel":
        """Return a model of every fourth part, for finding the way; itself when it is small already."""
        if sum(run.need.size for run in self.runs) < _SMALL_STEPS:
            return self
        group = GROUP * SEGMENT
        runs = []
        for run in self.runs:
            last = run.first + run.need.size * self.step
            for number in range(run.first // group, -(-last // group)):
                if number // self.stride % _COARSE:
                    continue
                start = max(0, number * group - run.first) // self.step
                stop = min(last, (number + 1) * group) - run.first
                part = slice(start, stop // self.step)
                runs.append(ReductionRun(run.first + start * self.step, run.need[part], run.power[part]))
        return replace(self, runs=tuple(runs), stride=self.stride * _COARSE)

    def evaluate(self, gain_db: float) -> LimitedOutcome:
        """Return what this gain gives. Raises ValueError above ``most_gain_db``."""
        checks.in_range("gain_db", gain_db, -80.0, self.most_gain_db + 1e-9, " dB")
        loss = np.zeros(self.hop_sums.size)
        known = np.zeros(self.hop_sums.size, np.bool_)
        steps: list[NDArray[np.float64]] = []
        step = max(1, self.rate_hz // self.step // 100)
        for run in self.runs:
            for part in self._limited(run, gain_db):
                known[self._hops(run, whole=True)] = True
                gain = self._gain(part, gain_db)
                self._add_loss(part, gain, loss)
                steps.append(gain[: gain.size - gain.size % step].reshape(-1, step).min(axis=1))
        sums = np.maximum(self.hop_sums + (self._filled(loss, known) if self.stride > 1 else loss), 0.0)
        return self._outcome(gain_db, sums, np.concatenate(steps) if steps else np.ones(0))

    def _limited(self, run: ReductionRun, gain_db: float) -> Iterator[ReductionRun]:
        """Yield the parts of a run in which the limiter moves at this gain."""
        size = SEGMENT // self.step
        whole = run.need.size // size * size
        lowest = run.need[:whole].reshape(-1, size).min(axis=1)
        over = np.append(lowest, run.need[whole:].min(initial=1.0)) * db_amplitude(self.most_gain_db - gain_db) < 1.0
        shape = GainShape.of(self.settings, self.rate_hz // self.step)
        before = -(-shape.wide * shape.cell // size)
        released = int(np.log(RELEASED) / np.log(shape.decay)) * shape.cell
        after = before + -(-released // size)
        edges = np.flatnonzero(np.diff(np.concatenate([[False], over, [False]])))
        start = stop = -1
        for first, last in zip(edges[::2] - before, edges[1::2] + after, strict=True):
            if start >= 0 and first > stop:
                yield self._part(run, start * size, stop * size)
                start = -1
            start, stop = max(first, 0) if start < 0 else start, last
        if start >= 0:
            yield self._part(run, start * size, stop * size)

    def _part(self, run: ReductionRun, start: int, stop: int) -> ReductionRun:
        return ReductionRun(run.first + start * self.step, run.need[start:stop], run.power[start:stop])

    def _hops(self, run: ReductionRun, *, whole: bool = False) -> slice:
        """Return the hops a run lies in, or the ones that lie ``whole`` in it."""
        last = run.first + run.need.size * self.step
        if whole:
            first_hop = int(np.searchsorted(self.edges, run.first, side="left"))
            return slice(first_hop, max(first_hop, int(np.searchsorted(self.edges, last, side="right")) - 1))
        first_hop = int(np.searchsorted(self.edges, run.first, side="right")) - 1
        return slice(first_hop, min(int(np.searchsorted(self.edges, last, side="left")), self.hop_sums.size))

    def _gain(self, run: ReductionRun, gain_db: float) -> NDArray[np.float64]:
        need = np.minimum(1.0, run.need.astype(np.float64) * db_amplitude(self.most_gain_db - gain_db))
        # float32 and the decibels' rounding leave 1.0 a little below; the limiter leaves those alone
        need[need > 1.0 - 1e-6] = 1.0
        return gain_curve(need, self.rate_hz // self.step, self.settings)

    def _add_loss(self, run: ReductionRun, gain: NDArray[np.float64], loss: NDArray[np.float64]) -> None:
        change = (gain * gain - 1.0) * run.power
        hops = self._hops(run)
        starts = np.maximum(self.edges[hops] - run.first, 0) // self.step
        starts = starts[starts < gain.size]
        loss[hops.start : hops.start + starts.size] += np.add.reduceat(change, starts)

    def _filled(self, loss: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Estimate the loss of hops that were thinned out from the share that equally loud ones lose."""
        if not known.any():
            return loss
        hops = np.unique(np.searchsorted(self.edges, self.over * SEGMENT, side="right") - 1)
        wanted = np.zeros(loss.size, np.bool_)
        for shift in (0, 1):
            wanted[np.minimum(hops + shift, loss.size - 1)] = True
        wanted &= ~known
        share = np.divide(loss, self.hop_sums, out=np.zeros_like(loss), where=self.hop_sums > 0.0)
        places = np.flatnonzero(known)
        places = places[np.argsort(self.hop_sums[places], kind="stable")]
        width = min(_NEIGHBOURS, max(places.size // _NEIGHBOUR_PARTS, 1))
        mean = np.convolve(share[places], np.full(width, 1.0 / width), "valid")
        loudness = np.convolve(self.hop_sums[places], np.full(width, 1.0 / width), "valid")
        filled = loss.copy()
        filled[wanted] = np.interp(self.hop_sums[wanted], loudness, mean) * self.hop_sums[wanted]
        return filled

    def _outcome(self, gain_db: float, sums: NDArray[np.float64], steps: NDArray[np.float64]) -> LimitedOutcome:
        lengths = np.maximum(np.diff(self.edges)[: sums.size], 1)
        before = self.hop_sums / lengths
        after = sums / lengths * db_power(gain_db)
        whole = slice(0, max(1, sums.size - 1))  # a last, shorter hop is no hop
        mix_lufs, _ = gated_lufs(windowed(before[whole], MOMENTARY_HOPS))
        lufs, _ = gated_lufs(windowed(after[whole], MOMENTARY_HOPS))
        slope, correlation, spread_before, spread = _contrast(before[whole], after[whole], mix_lufs)
        reduction = -20.0 * np.log10(np.maximum(steps, 1e-9))
        peak_db = 20.0 * np.log10(max(self.peak_bound, 1e-12)) + gain_db
        over_db = max(0.0, float(peak_db) - self.settings.ceiling_dbtp) if steps.size else 0.0
        return LimitedOutcome(
            gain_db=gain_db,
            integrated_lufs=lufs,
            contrast_slope=slope,
            contrast_correlation=correlation,
            contrast_before_lu=spread_before,
            contrast_lu=spread,
            crest_loss_db=max(0.0, over_db + lufs - mix_lufs - gain_db),
            max_reduction_db=float(reduction.max(initial=0.0)),
            reduction_p95_db=self._percentile(reduction, 0.95),
            hits_per_s=self.hits_per_s,
        )

    def _percentile(self, reduction: NDArray[np.float64], rank: float) -> float:
        """Return a percentile over the whole song; what is not in ``reduction`` was not limited."""
        step = max(1, self.rate_hz // self.step // 100) * self.step
        above = round((1.0 - rank) * self.frames / step / self.stride)  # how many may be higher
        ordered = np.sort(reduction)[::-1]
        return max(0.0, float(ordered[above])) if above < ordered.size else 0.0


def _contrast(
    before: NDArray[np.float64], after: NDArray[np.float64], mix_lufs: float
) -> tuple[float, float, float, float]:
    """Return slope, correlation and the spreads (95 % to 10 %) of short-term loudness before and after."""
    x = powers_db(windowed(before, SHORT_TERM_HOPS))
    y = powers_db(windowed(after, SHORT_TERM_HOPS))
    loud = x > (mix_lufs + 0.691 + _CONTRAST_GATE_LU)
    x, y = x[loud], y[loud]
    if x.size < 2 or float(np.std(x)) < 1e-9:
        return 1.0, 1.0, 0.0, 0.0
    spread_before = float(np.percentile(x, 95) - np.percentile(x, 10))
    spread = float(np.percentile(y, 95) - np.percentile(y, 10))
    if spread_before < _LEAST_SPREAD_LU:
        return 1.0, 1.0, spread_before, spread
    covariance = np.cov(x, y, bias=True)
    slope = float(covariance[0, 1] / covariance[0, 0])
    scale = float(np.sqrt(covariance[0, 0] * covariance[1, 1]))
    return slope, float(covariance[0, 1]) / scale if scale > 0.0 else 1.0, spread_before, spread
