"""What gain a signal needs to stay below a ceiling, also between the samples.

Between every two samples the signal is interpolated sixteen times with the filter of the true-peak meter, so that meter
and limiter see the same peaks; next to the Nyquist frequency, where filters differ, with one of 128 taps as well. As
there, only what a bound cannot rule out is interpolated at all.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from dsp.core.checks import Audio
from dsp.core.kernels import kernel
from dsp.meters.true_peak import CELL, PHASES, TAPS, bound_cells, interpolator

LONG_TAPS = 128  # ours: flat to 0.48 of the rate
_LONG_BETA = 8.0
RIPPLE = 1e-4  # how far the meter's 48 taps can read under others; what is over is brought this far under (0.0009 dB)
BEFORE = LONG_TAPS // 2 - 1  # samples before an interval's first one that its interpolation may weigh
AFTER = LONG_TAPS - 1 - BEFORE


@kernel
def _required_kernel(signal, tops, bends, active, ceiling, filters, long, comb, most, slack, values, need):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Lower need[n], need[n + 1] to ceiling / peak of interval n; return the lowest of what was asked for.

    ``signal`` starts 63 samples before interval 0; ``tops`` and ``bends`` are the largest magnitude and second
    difference of every 32 samples. ``most`` and ``slack`` bound how far the interpolation can leave the samples and
    their straight connection (`dsp.meters.true_peak`). ``comb`` tells whether there is anything next to the Nyquist
    frequency; only there the ``long`` filter is asked as well.
    """
    intervals = need.size - 1
    bits = values.view(np.int32)  # the order of magnitudes is that of bit patterns, compared many at a time
    unsigned = np.int32(0x7FFFFFFF)
    highest = values[16:]
    lowest = np.float64(1.0)
    for cell in range(active.size):
        if active[cell] == 0:
            continue
        # the 48 taps of the cell's intervals lie in the three 32-sample cells after its own first one
        top = max(tops[cell + 1], max(tops[cell + 2], tops[cell + 3]))
        around = slack * max(bends[cell + 1], max(bends[cell + 2], bends[cell + 3])) + top * np.float32(1e-5)
        if top * most <= ceiling or top + around <= ceiling:
            continue
        first = cell * 32
        edge = np.float32(-1.0)
        for n in range(first, min(first + 32, intervals)):
            if max(abs(signal[n + 63]), abs(signal[n + 64])) + around <= ceiling:
                continue
            for p in range(16):
                values[p] = np.float32(0.0)
            for k in range(0, 48, 6):
                x0, x1, x2 = signal[n + 40 + k], signal[n + 41 + k], signal[n + 42 + k]
                x3, x4, x5 = signal[n + 43 + k], signal[n + 44 + k], signal[n + 45 + k]
                for p in range(16):
                    values[p] += (
                        (x0 * filters[k, p] + x1 * filters[k + 1, p])
                        + (x2 * filters[k + 2, p] + x3 * filters[k + 3, p])
                    ) + (x4 * filters[k + 4, p] + x5 * filters[k + 5, p])
            most_bits = np.int32(0)
            for p in range(16):
                most_bits = max(most_bits, bits[p] & unsigned)
            bits[16] = most_bits
            peak = max(abs(signal[n + 64]), highest[0])
            if peak > np.float32(0.7) * ceiling:
                if edge < 0.0:
                    # at eight places, since a step 50 samples away rings in the long filter and not in the short one
                    for m in range(max(first - 40, 0), min(first + 73, signal.size - 87), 16):
                        one = two = np.float32(0.0)
                        for k in range(0, 48, 2):
                            one += comb[k] * signal[m + 40 + k]
                            two += comb[k + 1] * signal[m + 41 + k]
                        edge = max(edge, abs(one + two))
                # the two filters differ by less than what the comb passes, here taken twice
                if edge > np.float32(0.0003) * ceiling and peak + np.float32(2.0) * edge > ceiling:
                    for p in range(16):
                        values[p] = 0.0
                    for k in range(0, 128, 4):
                        x0, x1, x2, x3 = signal[n + k], signal[n + k + 1], signal[n + k + 2], signal[n + k + 3]
                        for p in range(16):
                            values[p] += (x0 * long[k, p] + x1 * long[k + 1, p]) + (
                                x2 * long[k + 2, p] + x3 * long[k + 3, p]
                            )
                    most_bits = np.int32(0)
                    for p in range(16):
                        most_bits = max(most_bits, bits[p] & unsigned)
                    bits[16] = most_bits
                    peak = max(peak, highest[0])
            if peak > ceiling:
                gain = np.float64(0.9999) * np.float64(ceiling) / np.float64(peak)  # see RIPPLE
                need[n] = min(need[n], gain)
                need[n + 1] = min(need[n + 1], gain)
                lowest = min(lowest, gain)
    return lowest


@kernel
def _limited_kernel(audio, channel, gain, active, signal, tops, bends, made):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Write one channel times the gain, and its cells' bounds, where active cells and their taps need them.

    Cell c of the intervals weighs the samples of the cells c to c + 4 and is judged by the bounds of c + 1 to c + 3.
    """
    frames = audio.shape[0]
    for cell in range(active.size):
        if active[cell] == 0:
            continue
        for near in range(cell, min(cell + 5, made.size)):
            if made[near] == 0:
                made[near] = 1
                for n in range(near * 32, min(near * 32 + 32, frames)):
                    signal[n] = np.float32(audio[n, channel] * gain[n])
    bits = signal.view(np.int32)
    bent = signal[signal.size - 32 :]
    bent_bits = bent.view(np.int32)
    unsigned = np.int32(0x7FFFFFFF)
    for cell in range(active.size):
        if active[cell] == 0:
            continue
        for near in range(cell + 1, cell + 4):
            if made[near] == 2:
                continue
            made[near] = 2
            base = near * 32
            for j in range(32):
                bent[j] = (signal[base + j] - signal[base + j + 1]) - (signal[base + j + 1] - signal[base + j + 2])
            top = np.int32(0)
            bend = np.int32(0)
            for j in range(32):
                top = max(top, bits[base + j] & unsigned)
            for j in range(32):
                bend = max(bend, bent_bits[j] & unsigned)
            tops[near] = top
            bends[near] = bend


@cache
def _long_interpolator() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the long filter, shape (taps, phases), and the comb that finds what lies next to the Nyquist frequency."""
    t = (np.arange(LONG_TAPS) - float(BEFORE))[:, None] - np.arange(PHASES) / PHASES
    window = np.i0(_LONG_BETA * np.sqrt(np.maximum(0.0, 1.0 - (t / (LONG_TAPS / 2)) ** 2))) / np.i0(_LONG_BETA)
    h = np.sinc(t) * window
    h /= h.sum(axis=0)
    comb = np.hanning(TAPS + 2)[1:-1] * (-1.0) ** np.arange(TAPS)
    return np.ascontiguousarray(h, dtype=np.float32), (comb / np.abs(comb).sum()).astype(np.float32)


@cache
def _bounds() -> tuple[np.float32, np.float32]:
    """Return how far interpolated values can be above the samples: as a factor, and per second difference."""
    filters, slack = interpolator()
    return np.float32(np.abs(filters).sum(axis=0).max() * 1.0001), np.float32(slack)


def required_gain(audio: Audio, ceiling: float) -> NDArray[np.float64]:
    """Return ceiling / peak per frame of a linear ceiling, 1.0 where nothing is over; channels are linked.

    ``audio`` has 64 frames before and 64 after the ones asked about, shape (64 + frames + 64, channels).

    Parameters
    ----------
    audio : array
        Shape (64 + frames + 64, channels), full scale 1.0.
    ceiling : float
        Linear.

    Returns
    -------
    array
        Highest gain allowed in each of ``frames`` frames, 0 to 1.
    """
    need = np.ones(audio.shape[0] - BEFORE - AFTER + 1)
    for line in audio.T:
        lower_need(line, need, ceiling)
    return need[1:-1]


def lower_need(line: NDArray[np.floating], need: NDArray[np.float64], ceiling: float) -> float:
    """Lower ``need`` to ceiling / peak in place, return the lowest; the line is 63 + frames + 64 samples.

    Parameters
    ----------
    line : array
        One channel, 63 + frames + 64 samples.
    need : array
        Highest gain allowed per frame so far; changed in place.
    ceiling : float
        Linear.

    Returns
    -------
    float
        The lowest gain found.
    """
    cells = -(-(need.size - 1) // CELL)
    return _lower(*bound_cells(line, cells + 3), np.ones(cells, np.int32), need, ceiling)


def lower_need_of_limited(
    audio: NDArray[np.float64],
    channel: int,
    gain: NDArray[np.float64],
    active: NDArray[np.bool_],
    need: NDArray[np.float64],
    ceiling: float,
) -> float:
    """Do as `lower_need` for one channel of (63 + frames + 64, channels) times a gain per frame.

    Only the runs of `CELL` intervals that are ``active`` are made and looked at.

    Parameters
    ----------
    audio : array
        Shape (63 + frames + 64, channels), full scale 1.0.
    channel : int
        Which one.
    gain : array
        Gain per frame of the audio.
    active : array
        Which runs of `CELL` intervals to look at.
    need : array
        Highest gain allowed per frame so far; changed in place.
    ceiling : float
        Linear.

    Returns
    -------
    float
        The lowest gain found.
    """
    flags = active.astype(np.int32)
    cells = flags.size + 5
    signal = np.zeros(cells * CELL + CELL, np.float32)  # and 32 to work in
    tops, bends = np.zeros((2, cells), np.float32)
    made = np.zeros(cells, np.int32)
    _limited_kernel(audio, channel, gain, flags, signal, tops.view(np.int32), bends.view(np.int32), made)
    return _lower(signal, tops, bends, flags, need, ceiling)


def _lower(
    signal: NDArray[np.float32],
    tops: NDArray[np.float32],
    bends: NDArray[np.float32],
    flags: NDArray[np.int32],
    need: NDArray[np.float64],
    ceiling: float,
) -> float:
    most, slack = _bounds()
    filters, _ = interpolator()
    long, comb = _long_interpolator()
    values = np.empty(PHASES + 1, np.float32)
    limit = np.float32(ceiling)
    return float(_required_kernel(signal, tops, bends, flags, limit, filters, long, comb, most, slack, values, need))
