"""What a limiter will do to a song at any gain, from one look at the samples.

The K-weighted energy of every 0.1 s is kept, and where the signal can be over at the highest gain considered, the
required gain and the K-weighted power in steps of about 20 kHz. Another gain then costs the limiter's curve over those
places only, not a pass over the signal.

The energy of the weighted signal K(g·x) is taken to be the sum of g²·x·(K'K x): exact for a steady gain, and right in
time for a quick one, because K'K has no phase (K alone shifts a bass note by a quarter of its period, and the limiter
acts on the peaks of x, not of K x). What error is left (0.01 LU at 3 dB of limiting, 0.1 at 10) is found when the
master is measured from the disk.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from dsp import checks
from dsp.checks import Audio
from dsp.envelope import RELEASED, GainShape, LimiterSettings, gain_curve, minima
from dsp.kweighting import k_weighting
from dsp.loudness import MOMENTARY_HOPS, SHORT_TERM_HOPS, gated_lufs, windowed
from dsp.native import kernel
from dsp.required_gain import AFTER, BEFORE, required_gain
from dsp.units import db_amplitude, db_power, powers_db

MAX_KEPT_STEPS = 4_000_000  # ours: 32 MB, about 3 minutes limited throughout; beyond it every second, fourth ... part
_COARSE = 4
_SMALL_STEPS = 400_000  # ours: about 20 s limited throughout
_HOPS_PER_S = 10
_SEGMENT = 4_096
_STEPS_PER_S = 20_000  # ours: still fifteen values in the limiter's fast window
_AHEAD_S = 0.1  # ours: after a tenth of a second the weighting has forgotten
_TAIL = 3  # segments kept behind the last that can be over: the release
_GROUP = 16  # segments thinned together
_CONTRAST_GATE_LU = -20.0  # EBU Tech 3342, 3.1: what is further below the programme is no section of it
_NEIGHBOURS = 31  # hops of similar loudness whose mean stands for a thinned one
_LEAST_SPREAD_LU = 0.5  # ours: a song this even has no contrast to lose


@kernel
def _k_kernel(block, biquads, memory, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """K-weight two channels at a time (their recursions overlap in the processor); as in `dsp.levels`."""
    frames, channels = block.shape
    p0, p1, p2, p3, p4 = biquads[0, 0], biquads[0, 1], biquads[0, 2], biquads[0, 3], biquads[0, 4]
    q3, q4 = biquads[1, 3], biquads[1, 4]  # its numerator is a second difference, its gain is in the shelf's
    for c in range(0, channels, 2):
        d = min(c + 1, channels - 1)  # an odd last channel is computed twice, into the same place
        u1, u2, v1, v2, w1, w2 = memory[c, 0], memory[c, 1], memory[c, 2], memory[c, 3], memory[c, 4], memory[c, 5]
        r1, r2, s1, s2, t1, t2 = memory[d, 0], memory[d, 1], memory[d, 2], memory[d, 3], memory[d, 4], memory[d, 5]
        for n in range(frames):
            x = np.float64(block[n, c])
            y = np.float64(block[n, d])
            v = ((p0 * x + p1 * u1) + (p2 * u2 - p4 * v2)) - p3 * v1
            s = ((p0 * y + p1 * r1) + (p2 * r2 - p4 * s2)) - p3 * s1
            w = (((v - v1) - (v1 - v2)) - q4 * w2) - q3 * w1
            t = (((s - s1) - (s1 - s2)) - q4 * t2) - q3 * t1
            u2, u1, v2, v1, w2, w1 = u1, x, v1, v, w1, w
            r2, r1, s2, s1, t2, t1 = r1, y, s1, s, t1, t
            out[n, c] = w
            out[n, d] = t
        if abs(u1) + abs(u2) + abs(v1) + abs(v2) + abs(w1) + abs(w2) < 1e-30:
            u1 = u2 = v1 = v2 = w1 = w2 = 0.0  # denormal numbers would slow digital silence down
        if abs(r1) + abs(r2) + abs(s1) + abs(s2) + abs(t1) + abs(t2) < 1e-30:
            r1 = r2 = s1 = s2 = t1 = t2 = 0.0
        memory[c, 0], memory[c, 1], memory[c, 2], memory[c, 3], memory[c, 4], memory[c, 5] = u1, u2, v1, v2, w1, w2
        memory[d, 0], memory[d, 1], memory[d, 2], memory[d, 3], memory[d, 4], memory[d, 5] = r1, r2, s1, s2, t1, t2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one gain gives: loudness, what the limiter takes, and how the song's contrast survives.

    ``contrast_slope`` is that of the master's short-term loudness over the mix's (1.0: every section keeps its
    distance), ``contrast_lu`` the distance between loud (95 %) and quiet (10 %) passages after, ``contrast_before_lu``
    before. ``crest_loss_db`` is how much nearer the peaks are to the loudness.
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


@dataclass(frozen=True, slots=True)
class _Run:
    """Consecutive steps kept: first frame, required gain at the highest gain, K-weighted energy."""

    first: int
    need: NDArray[np.float32]
    power: NDArray[np.float32]


class LimitedLoudness:
    """Collects blocks of audio at the delivered rate and before the gain, then answers for any gain.

    Parameters
    ----------
    rate_hz, channels : of the audio; 1 or 2 channels.
    settings : the limiter.
    most_gain_db : highest gain that can be asked about.
    """

    def __init__(self, rate_hz: int, channels: int, settings: LimiterSettings, most_gain_db: float) -> None:
        self._rate_hz = checks.rate(rate_hz)
        self._channels = checks.channel_count(channels)
        self._settings = settings
        self.most_gain_db = checks.in_range("most_gain_db", most_gain_db, -60.0, 80.0, " dB")
        self._step = 1 << max(0, int(np.log2(rate_hz / _STEPS_PER_S)))
        self._biquads = k_weighting(rate_hz)
        self._biquads[0, :3] *= self._biquads[1, 0]  # see the kernel: both high-pass zeros are at 0 Hz
        self._memory = np.zeros((channels, 6))
        self._audio = np.zeros((BEFORE + 1, channels))
        self._weighted = np.zeros((0, channels))
        self._ahead = round(_AHEAD_S * rate_hz)
        self._segments = 0
        self._kept: dict[int, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}
        self._over: list[int] = []
        self._last_over = -_TAIL - 1
        self._stride = 1
        self._hop_sums: list[float] = []
        self._open_sum = 0.0
        self._frames = 0
        self._peak = 0.0

    def process(self, block: Audio) -> None:
        """Take the next block, shape (frames, channels), finite samples."""
        block = checks.audio_block(block, self._channels)
        weighted = np.empty(block.shape)
        _k_kernel(block, self._biquads, self._memory, weighted)
        self._sum_hops(_product(weighted, weighted))
        self._audio = np.concatenate([self._audio, block])
        self._weighted = np.concatenate([self._weighted, weighted])
        self._segment()

    def _sum_hops(self, power: NDArray[np.float64]) -> None:
        """Add the power to the sums of the hops it belongs to; hop k ends at frame k * rate // 10."""
        first, last = self._frames, self._frames + power.size
        numbers = np.arange(first * _HOPS_PER_S // self._rate_hz, last * _HOPS_PER_S // self._rate_hz + 2)
        edges = numbers * self._rate_hz // _HOPS_PER_S
        start = first
        for edge in edges[(edges > first) & (edges <= last)]:
            self._hop_sums.append(self._open_sum + float(power[start - first : edge - first].sum()))
            self._open_sum = 0.0
            start = int(edge)
        self._open_sum += float(power[start - first :].sum())
        self._frames = last

    def _segment(self) -> None:
        """Keep those of the whole segments that the limiter may touch."""
        ready = min(self._audio.shape[0] - BEFORE - 1 - AFTER, self._weighted.shape[0] - self._ahead)
        count = max(0, ready) // _SEGMENT
        if count == 0:
            return
        frames = count * _SEGMENT
        ceiling = db_amplitude(self._settings.ceiling_dbtp - self.most_gain_db)
        need = required_gain(self._audio[: frames + BEFORE + 1 + AFTER], ceiling)
        self._peak = max(self._peak, ceiling / float(need.min()))
        shape = (count, _SEGMENT // self._step)
        needs = minima(need, self._step).astype(np.float32).reshape(shape)
        over = needs.min(axis=1) < 1.0
        energy = self._energy(over)
        for _ in range(self._step.bit_length() - 1):  # the step is a power of two
            energy = energy[::2] + energy[1::2]
        powers = energy.astype(np.float32).reshape(shape)
        for i in range(count):
            number = self._segments + i
            if over[i]:
                self._last_over = number
            if number - self._last_over <= _TAIL:
                self._over.append(number)
                if number // _GROUP % self._stride == 0:
                    self._kept[number] = (needs[i].copy(), powers[i].copy())
        self._segments += count
        self._audio = self._audio[frames:]
        self._weighted = self._weighted[frames:]
        while len(self._kept) * _SEGMENT // self._step > MAX_KEPT_STEPS:
            self._stride *= 2
            self._kept = {n: v for n, v in self._kept.items() if n // _GROUP % self._stride == 0}

    def _energy(self, over: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return x·(K'K x) per frame, summed over the channels, where segments are over or just were; 0 elsewhere."""
        energy = np.zeros(over.size * _SEGMENT)
        recent = self._segments - self._last_over <= _TAIL
        near = np.convolve(over, np.ones(_TAIL + 1), "full")[: over.size] > 0
        near[: max(0, _TAIL - (self._segments - self._last_over - 1)) if recent else 0] = True
        edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]])))
        for first, last in zip(edges[::2] * _SEGMENT, edges[1::2] * _SEGMENT, strict=True):
            backwards = np.ascontiguousarray(self._weighted[first : last + self._ahead][::-1])
            out = np.empty(backwards.shape)
            _k_kernel(backwards, self._biquads, np.zeros((self._channels, 6)), out)
            signal = self._audio[BEFORE + 1 + first : BEFORE + 1 + last]
            energy[first:last] = _product(signal, out[::-1][: last - first])
        return energy

    def finish(self) -> "LimitedModel":
        """Return what answers for any gain; the signal is silent after its end."""
        frames = self._frames
        missing = _SEGMENT + AFTER + self._ahead
        self._audio = np.concatenate([self._audio, np.zeros((missing, self._channels))])
        # the filter rings on a little; what it rings into silence belongs to no frame that is limited
        self._weighted = np.concatenate([self._weighted, np.zeros((missing, self._channels))])
        self._segment()
        edges = np.arange(len(self._hop_sums) + 2) * self._rate_hz // _HOPS_PER_S
        return LimitedModel(
            rate_hz=self._rate_hz,
            step=self._step,
            settings=self._settings,
            most_gain_db=self.most_gain_db,
            frames=frames,
            hop_sums=np.array([*self._hop_sums, self._open_sum]),
            edges=np.minimum(edges, frames),
            runs=self._runs(),
            over=np.array(self._over, dtype=np.int64),
            stride=self._stride,
            peak_bound=self._peak,
        )

    def _runs(self) -> tuple[_Run, ...]:
        runs = []
        numbers = sorted(self._kept)
        start = 0
        for i in range(1, len(numbers) + 1):
            if i < len(numbers) and numbers[i] == numbers[i - 1] + 1:
                continue
            parts = [self._kept.pop(n) for n in numbers[start:i]]  # not kept twice
            runs.append(
                _Run(
                    numbers[start] * _SEGMENT,
                    np.concatenate([p[0] for p in parts]),
                    np.concatenate([p[1] for p in parts]),
                )
            )
            start = i
        return tuple(runs)


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
    runs: tuple[_Run, ...]
    over: NDArray[np.int64]
    stride: int  # 1: everything that may be limited is in the runs; n: every n-th part of it
    peak_bound: float  # the highest peak, or the ceiling at the highest gain when nothing is over it

    def behind(self, settings: LimiterSettings) -> "LimitedModel":
        """Return the model for another ceiling; the highest gain moves with it."""
        moved = settings.ceiling_dbtp - self.settings.ceiling_dbtp
        return replace(self, settings=settings, most_gain_db=self.most_gain_db + moved)

    def coarse(self) -> "LimitedModel":
        """Return a model of every fourth part, for finding the way; itself when it is small already."""
        if sum(run.need.size for run in self.runs) < _SMALL_STEPS:
            return self
        group = _GROUP * _SEGMENT
        runs = []
        for run in self.runs:
            last = run.first + run.need.size * self.step
            for number in range(run.first // group, -(-last // group)):
                if number // self.stride % _COARSE:
                    continue
                start = max(0, number * group - run.first) // self.step
                stop = min(last, (number + 1) * group) - run.first
                part = slice(start, stop // self.step)
                runs.append(_Run(run.first + start * self.step, run.need[part], run.power[part]))
        return replace(self, runs=tuple(runs), stride=self.stride * _COARSE)

    def evaluate(self, gain_db: float) -> Outcome:
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

    def _limited(self, run: _Run, gain_db: float) -> Iterator[_Run]:
        """Yield the parts of a run in which the limiter moves at this gain."""
        size = _SEGMENT // self.step
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

    def _part(self, run: _Run, start: int, stop: int) -> _Run:
        return _Run(run.first + start * self.step, run.need[start:stop], run.power[start:stop])

    def _hops(self, run: _Run, *, whole: bool = False) -> slice:
        """Return the hops a run lies in, or the ones that lie ``whole`` in it."""
        last = run.first + run.need.size * self.step
        if whole:
            first_hop = int(np.searchsorted(self.edges, run.first, side="left"))
            return slice(first_hop, max(first_hop, int(np.searchsorted(self.edges, last, side="right")) - 1))
        first_hop = int(np.searchsorted(self.edges, run.first, side="right")) - 1
        return slice(first_hop, min(int(np.searchsorted(self.edges, last, side="left")), self.hop_sums.size))

    def _gain(self, run: _Run, gain_db: float) -> NDArray[np.float64]:
        need = np.minimum(1.0, run.need.astype(np.float64) * db_amplitude(self.most_gain_db - gain_db))
        # float32 and the decibels' rounding leave 1.0 a little below; the limiter leaves those alone
        need[need > 1.0 - 1e-6] = 1.0
        return gain_curve(need, self.rate_hz // self.step, self.settings)

    def _add_loss(self, run: _Run, gain: NDArray[np.float64], loss: NDArray[np.float64]) -> None:
        change = (gain * gain - 1.0) * run.power
        hops = self._hops(run)
        starts = np.maximum(self.edges[hops] - run.first, 0) // self.step
        starts = starts[starts < gain.size]
        loss[hops.start : hops.start + starts.size] += np.add.reduceat(change, starts)

    def _filled(self, loss: NDArray[np.float64], known: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Estimate the loss of hops that were thinned out from the share that equally loud ones lose."""
        if not known.any():
            return loss
        hops = np.unique(np.searchsorted(self.edges, self.over * _SEGMENT, side="right") - 1)
        wanted = np.zeros(loss.size, np.bool_)
        for shift in (0, 1):
            wanted[np.minimum(hops + shift, loss.size - 1)] = True
        wanted &= ~known
        share = np.divide(loss, self.hop_sums, out=np.zeros_like(loss), where=self.hop_sums > 0.0)
        places = np.flatnonzero(known)
        places = places[np.argsort(self.hop_sums[places], kind="stable")]
        width = min(_NEIGHBOURS, places.size)
        mean = np.convolve(share[places], np.full(width, 1.0 / width), "valid")
        loudness = np.convolve(self.hop_sums[places], np.full(width, 1.0 / width), "valid")
        filled = loss.copy()
        filled[wanted] = np.interp(self.hop_sums[wanted], loudness, mean) * self.hop_sums[wanted]
        return filled

    def _outcome(self, gain_db: float, sums: NDArray[np.float64], steps: NDArray[np.float64]) -> Outcome:
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
        return Outcome(
            gain_db=gain_db,
            integrated_lufs=lufs,
            contrast_slope=slope,
            contrast_correlation=correlation,
            contrast_before_lu=spread_before,
            contrast_lu=spread,
            crest_loss_db=max(0.0, over_db + lufs - mix_lufs - gain_db),
            max_reduction_db=float(reduction.max(initial=0.0)),
            reduction_p95_db=self._percentile(reduction, 0.95),
        )

    def _percentile(self, reduction: NDArray[np.float64], rank: float) -> float:
        """Return a percentile over the whole song; what is not in ``reduction`` was not limited."""
        step = max(1, self.rate_hz // self.step // 100) * self.step
        above = round((1.0 - rank) * self.frames / step / self.stride)  # how many may be higher
        ordered = np.sort(reduction)[::-1]
        return max(0.0, float(ordered[above])) if above < ordered.size else 0.0


def _product(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the products of two signals, summed over the few channels."""
    total = one[:, 0] * other[:, 0]
    for channel in range(1, one.shape[1]):
        total += one[:, channel] * other[:, channel]
    return np.asarray(total)


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
