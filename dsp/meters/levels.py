"""One fused pass over the samples: K-weighted energy, sum of squares, sum, minimum and maximum, every 5 ms.

Loudness, dynamics and the waveform overview are all made of these numbers, so the samples are read once. The 5 ms
cells ("granules") end at frame ``k * rate // 200``, so 20 of them are exactly the 100 ms step of EBU Tech 3341 at
every rate, also where a cell is not a whole number of frames.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core import checks
from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.meters.kweighting import k_weighting

GRANULES_PER_S = 200  # ours: a 400 ms window is then placed to 2.5 ms, 0.03 LU (EBU Tech 3341, case 13, allows 0.1)
GRANULES_PER_HOP = 20  # 100 ms: EBU Tech 3341, 2.2, "update rate at least 10 Hz"
HOP_S = GRANULES_PER_HOP / GRANULES_PER_S

# columns of a granule
K_ENERGY, SQUARES, SUM, LOWEST, HIGHEST = range(5)
_FIELDS = 5


@kernel
def _levels_kernel(block, biquads, memory, partial, ends, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Filter and sum two channels at a time (their recursions overlap in the processor)."""
    frames, channels = block.shape
    p0, p1, p2, p3, p4 = biquads[0, 0], biquads[0, 1], biquads[0, 2], biquads[0, 3], biquads[0, 4]
    q3, q4 = biquads[1, 3], biquads[1, 4]  # its numerator is a second difference, its gain is in the shelf's
    granules = ends.size
    for c in range(0, channels, 2):
        d = min(c + 1, channels - 1)  # an odd last channel is computed twice, into the same place
        u1, u2, v1, v2, w1, w2 = memory[c, 0], memory[c, 1], memory[c, 2], memory[c, 3], memory[c, 4], memory[c, 5]
        r1, r2, s1, s2, t1, t2 = memory[d, 0], memory[d, 1], memory[d, 2], memory[d, 3], memory[d, 4], memory[d, 5]
        start = 0
        for g in range(granules + 1):
            stop = ends[g] if g < granules else frames
            ek, es, em, lo, hi = partial[c, 0], partial[c, 1], partial[c, 2], partial[c, 3], partial[c, 4]
            fk, fs, fm, lp, hp = partial[d, 0], partial[d, 1], partial[d, 2], partial[d, 3], partial[d, 4]
            for n in range(start, stop):
                x = np.float64(block[n, c])
                y = np.float64(block[n, d])
                v = ((p0 * x + p1 * u1) + (p2 * u2 - p4 * v2)) - p3 * v1
                s = ((p0 * y + p1 * r1) + (p2 * r2 - p4 * s2)) - p3 * s1
                w = (((v - v1) - (v1 - v2)) - q4 * w2) - q3 * w1
                t = (((s - s1) - (s1 - s2)) - q4 * t2) - q3 * t1
                u2, u1, v2, v1, w2, w1 = u1, x, v1, v, w1, w
                r2, r1, s2, s1, t2, t1 = r1, y, s1, s, t1, t
                ek += w * w
                fk += t * t
                es += x * x
                fs += y * y
                em += x
                fm += y
                lo = min(lo, x)
                hi = max(hi, x)
                lp = min(lp, y)
                hp = max(hp, y)
            # Memory 500 dB under the absolute gate becomes 0: denormal numbers would slow digital silence down.
            if abs(u1) + abs(u2) + abs(v1) + abs(v2) + abs(w1) + abs(w2) < 1e-30:
                u1 = u2 = v1 = v2 = w1 = w2 = 0.0
            if abs(r1) + abs(r2) + abs(s1) + abs(s2) + abs(t1) + abs(t2) < 1e-30:
                r1 = r2 = s1 = s2 = t1 = t2 = 0.0
            if g < granules:
                out[g, c, 0], out[g, c, 1], out[g, c, 2], out[g, c, 3], out[g, c, 4] = ek, es, em, lo, hi
                out[g, d, 0], out[g, d, 1], out[g, d, 2], out[g, d, 3], out[g, d, 4] = fk, fs, fm, lp, hp
                for e in (c, d):
                    partial[e, 0] = partial[e, 1] = partial[e, 2] = 0.0
                    partial[e, 3], partial[e, 4] = np.inf, -np.inf
            else:
                partial[c, 0], partial[c, 1], partial[c, 2], partial[c, 3], partial[c, 4] = ek, es, em, lo, hi
                partial[d, 0], partial[d, 1], partial[d, 2], partial[d, 3], partial[d, 4] = fk, fs, fm, lp, hp
            start = stop
        memory[c, 0], memory[c, 1], memory[c, 2], memory[c, 3], memory[c, 4], memory[c, 5] = u1, u2, v1, v2, w1, w2
        memory[d, 0], memory[d, 1], memory[d, 2], memory[d, 3], memory[d, 4], memory[d, 5] = r1, r2, s1, s2, t1, t2


@dataclass(frozen=True, slots=True)
class Granules:
    """The numbers of consecutive granules: ``values`` is (granules, channels, 5), ``frames`` their lengths.

    The last axis is K-weighted energy (sum of squares), sum of squares, sum, lowest and highest sample.
    """

    values: NDArray[np.float64]
    frames: NDArray[np.int64]


class GranuleFilter:
    """Turns blocks of audio into granules, wherever the blocks were cut.

    Samples are taken to be finite (`dsp.meters.meter.Meter` clears others first).

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz, 8,000 to 384,000.
    channels : int
        Number of channels.
    """

    def __init__(self, rate_hz: int, channels: int) -> None:
        self.rate_hz = checks.rate(rate_hz)
        self.channels = checks.channel_count(channels)
        self.frames = 0
        self._granules = 0
        self._biquads = k_weighting(self.rate_hz)
        self._biquads[0, :3] *= self._biquads[1, 0]  # see the kernel: both high-pass zeros are at 0 Hz
        self._memory = np.zeros((self.channels, 6))
        self._partial = np.tile(np.array([0.0, 0.0, 0.0, np.inf, -np.inf]), (self.channels, 1))

    def _edge(self, granule: NDArray[np.int64]) -> NDArray[np.int64]:
        return granule * self.rate_hz // GRANULES_PER_S

    def process(self, block: Audio) -> Granules:
        """Return the granules that end inside this block of shape (frames, channels)."""
        block = checks.audio_block(block, self.channels)
        total = self.frames + block.shape[0]
        done = self._granules
        ending = np.arange(done, (total * GRANULES_PER_S + GRANULES_PER_S - 1) // self.rate_hz + 2, dtype=np.int64)
        edges = self._edge(ending)
        edges = edges[edges <= total]
        out = np.empty((max(edges.size - 1, 0), self.channels, _FIELDS))
        _levels_kernel(block, self._biquads, self._memory, self._partial, edges[1:] - self.frames, out)
        self.frames = total
        self._granules += out.shape[0]
        return Granules(out, np.diff(edges) if edges.size else np.empty(0, np.int64))

    def rest(self) -> Granules:
        """Return the unfinished last granule (empty when the signal ends on an edge)."""
        length = self.frames - int(self._edge(np.array([self._granules], dtype=np.int64))[0])
        if length == 0:
            return Granules(np.empty((0, self.channels, _FIELDS)), np.empty(0, np.int64))
        return Granules(self._partial[None].copy(), np.array([length], dtype=np.int64))
