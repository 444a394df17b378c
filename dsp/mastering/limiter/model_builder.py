"""What a limiter will do to a song at any gain, from one look at the samples.

The K-weighted energy of every 0.1 s is kept, and where the signal can be over at the highest gain considered, the
required gain and the K-weighted power in steps of about 20 kHz. Another gain then costs the limiter's curve over those
places only, not a pass over the signal.

The energy of the weighted signal K(g·x) is taken to be the sum of g²·x·(K'K x): exact for a steady gain, and right in
time for a quick one, because K'K has no phase (K alone shifts a bass note by a quarter of its period, and the limiter
acts on the peaks of x, not of K x). What error is left (0.01 LU at 5 dB of limiting, 0.02 at 10 and more) is found when
the master is measured from the disk.
"""

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.core.units import db_amplitude
from dsp.mastering.limiter.gain_curve import LimiterSettings, minima
from dsp.mastering.limiter.model import GROUP, SEGMENT, LimitedModel, ReductionRun
from dsp.mastering.limiter.required_gain import AFTER, BEFORE, required_gain
from dsp.meters.kweighting import k_weighting

MAX_KEPT_STEPS = 4_000_000  # ours: 32 MB, about 3 minutes limited throughout; beyond it every second, fourth ... part
_HOPS_PER_S = 10
_STEPS_PER_S = 20_000  # ours: still fifteen values in the limiter's fast window
_AHEAD_S = 0.1  # ours: after a tenth of a second the weighting has forgotten
_CELLS_PER_S = 100  # hits are looked for in cells of 10 ms
_CELLS_BEFORE = 10  # against the tenth of a second before
_HIT_RISE = 4.0  # ours: 6 dB; noise and beating tones rise by less within a tenth of a second
_CELLS_APART = 8  # ours: nothing is struck again within 80 ms
_TAIL = 3  # segments kept behind the last that can be over: the release


@kernel
def _k_kernel(block, biquads, memory, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """K-weight two channels at a time (their recursions overlap in the processor); as in `dsp.meters.levels`."""
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


class LimitedLoudness:
    """Collects blocks of audio at the delivered rate and before the gain, then answers for any gain.

    Parameters
    ----------
    rate_hz, channels : int
        Of the audio; 1 or 2 channels.
    settings : LimiterSettings
        The limiter.
    most_gain_db : float
        Highest gain that can be asked about.
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
        self._cell = max(1, round(rate_hz / _CELLS_PER_S))
        self._cell_rest = np.zeros(0)
        self._cell_powers: list[NDArray[np.float32]] = []

    def process(self, block: Audio) -> None:
        """Process the next block, shape (frames, channels), finite samples."""
        block = checks.audio_block(block, self._channels)
        weighted = np.empty(block.shape)
        _k_kernel(block, self._biquads, self._memory, weighted)
        power = _product(weighted, weighted)
        self._sum_hops(power)
        self._sum_cells(power)
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

    def _sum_cells(self, power: NDArray[np.float64]) -> None:
        power = np.concatenate([self._cell_rest, power])
        whole = power.size // self._cell * self._cell
        self._cell_powers.append(power[:whole].reshape(-1, self._cell).sum(axis=1).astype(np.float32))
        self._cell_rest = power[whole:].copy()

    def _hits_per_s(self) -> float:
        """Return how often the K-weighted power of 10 ms stands clearly above that of the tenth of a second before.

        Hits weaker than the song is on average count for nothing: the limiter never meets them.
        """
        powers = np.concatenate([np.zeros(_CELLS_BEFORE), *self._cell_powers], dtype=np.float64)
        cells = powers.size - _CELLS_BEFORE
        if cells < 1:
            return 0.0
        sums = np.concatenate([[0.0], np.cumsum(powers)])
        before = np.maximum(sums[_CELLS_BEFORE:-1] - sums[:cells], 0.0) / _CELLS_BEFORE
        here = powers[_CELLS_BEFORE:]
        rises = np.flatnonzero((here > _HIT_RISE * before) & (here > here.mean()))
        count = 0
        last = -_CELLS_APART
        for cell in rises.tolist():
            if cell - last >= _CELLS_APART:
                count += 1
                last = cell
        return count * _CELLS_PER_S / cells

    def _segment(self) -> None:
        """Keep those of the whole segments that the limiter may touch."""
        ready = min(self._audio.shape[0] - BEFORE - 1 - AFTER, self._weighted.shape[0] - self._ahead)
        count = max(0, ready) // SEGMENT
        if count == 0:
            return
        frames = count * SEGMENT
        ceiling = db_amplitude(self._settings.ceiling_dbtp - self.most_gain_db)
        need = required_gain(self._audio[: frames + BEFORE + 1 + AFTER], ceiling)
        self._peak = max(self._peak, ceiling / float(need.min()))
        shape = (count, SEGMENT // self._step)
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
                if number // GROUP % self._stride == 0:
                    self._kept[number] = (needs[i].copy(), powers[i].copy())
        self._segments += count
        self._audio = self._audio[frames:]
        self._weighted = self._weighted[frames:]
        while len(self._kept) * SEGMENT // self._step > MAX_KEPT_STEPS:
            self._stride *= 2
            self._kept = {n: v for n, v in self._kept.items() if n // GROUP % self._stride == 0}

    def _energy(self, over: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return x·(K'K x) per frame, summed over the channels, where segments are over or just were; 0 elsewhere."""
        energy = np.zeros(over.size * SEGMENT)
        recent = self._segments - self._last_over <= _TAIL
        near = np.convolve(over, np.ones(_TAIL + 1), "full")[: over.size] > 0
        near[: max(0, _TAIL - (self._segments - self._last_over - 1)) if recent else 0] = True
        edges = np.flatnonzero(np.diff(np.concatenate([[False], near, [False]])))
        for first, last in zip(edges[::2] * SEGMENT, edges[1::2] * SEGMENT, strict=True):
            backwards = np.ascontiguousarray(self._weighted[first : last + self._ahead][::-1])
            out = np.empty(backwards.shape)
            _k_kernel(backwards, self._biquads, np.zeros((self._channels, 6)), out)
            signal = self._audio[BEFORE + 1 + first : BEFORE + 1 + last]
            energy[first:last] = _product(signal, out[::-1][: last - first])
        return energy

    def finish(self) -> "LimitedModel":
        """Return what answers for any gain; the signal is silent after its end."""
        frames = self._frames
        missing = SEGMENT + AFTER + self._ahead
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
            hits_per_s=self._hits_per_s(),
            peak_bound=self._peak,
        )

    def _runs(self) -> tuple[ReductionRun, ...]:
        runs = []
        numbers = sorted(self._kept)
        start = 0
        for i in range(1, len(numbers) + 1):
            if i < len(numbers) and numbers[i] == numbers[i - 1] + 1:
                continue
            parts = [self._kept.pop(n) for n in numbers[start:i]]  # not kept twice
            runs.append(
                ReductionRun(
                    numbers[start] * SEGMENT,
                    np.concatenate([p[0] for p in parts]),
                    np.concatenate([p[1] for p in parts]),
                )
            )
            start = i
        return tuple(runs)


def _product(one: NDArray[np.float64], other: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the products of two signals, summed over the few channels."""
    total = one[:, 0] * other[:, 0]
    for channel in range(1, one.shape[1]):
        total += one[:, channel] * other[:, channel]
    return np.asarray(total)
