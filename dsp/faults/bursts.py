"""A burst of prediction error looked at closely: is it one lonely break of the wave, or the beginning of a sound?

The filter is fitted to the music just before and just after the burst, so that it knows both. A click, a pop, a hard
edit or a jump of the gain breaks the prediction for as long as the filter is, and not one frame longer; a drum, a pluck
or a consonant goes on being new for milliseconds, and leaves the error, like the sound, higher than it was.
"""

from dataclasses import dataclass

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.faults.chunks import PIECE
from dsp.faults.prediction import autocorrelation, error_filter

ORDER = 32  # ours: twice that of the first look; 0.7 ms at 44.1 kHz
WHITE = 1e-9
LOOK_S = 0.045  # ours: music that the filter is fitted to, on each side
NEAR_S = 0.005  # ours: a drum's stick, a plectrum or a consonant is not over so soon
LEVEL_S = 0.012
GUARD = 8  # frames before a burst: a spike that went through a resampler rings as far
TAIL = ORDER + 16  # frames that belong to it
FAR = ORDER + GUARD  # how far from its largest error its first frame can be
REACH_FRAMES = FAR + 2 * ORDER + PIECE  # needed beside `LOOK_S` on either side
PULSE = 4  # ours, frames
LEAST = 3.0  # ours: less over every other error is not lonely
NOTHING = 1e-15


@dataclass(frozen=True, slots=True)
class Burst:
    """A burst of prediction error; levels in dB."""

    frame: int  # where it begins, counted as the signal was given
    stands_db: float  # its largest error over any other within 45 ms
    before_db: float  # over the largest of the 5 ms before
    after_db: float  # over the largest of the 5 ms after
    edge_db: float  # what its first two frames are over those: a wave that breaks off needs no time for it
    size: float  # its largest error, linear
    error_rise_db: float  # how much larger the errors are after than before
    level_rise_db: float  # how much louder the sound is, its slope measured: a pop's own decay hardly counts
    gain_db: float  # how far the burst shrinks when what was before is turned up or down: a jump of the gain, if at all
    pulse_db: float  # how far it shrinks when its first samples are replaced by any others: a click, if far
    music_rms: float  # of the quieter side


def burst_at(signal: F32, near: int, rate_hz: int) -> Burst | None:
    """Return the burst about a frame; None where none stands out.

    Parameters
    ----------
    signal : array
        One channel, shape (frames,).
    near : int
        A frame within `ORDER` of its largest error.
    rate_hz : int
        Sampling rate in Hz.

    Returns
    -------
    Burst or None
        What stands there; None of silence, and where the signal does not reach far enough on both sides.
    """
    look = round(LOOK_S * rate_hz)
    low, high = near - look - FAR - 2 * ORDER, near + look + FAR + TAIL
    if low < 0 or high > len(signal):
        return None
    x = signal[low:high].astype(np.float64)
    middle = near - low
    sides = (x[middle - FAR - look : middle - FAR], x[middle + TAIL : middle + TAIL + look])
    coefficients = error_filter(autocorrelation(np.array(sides), ORDER), WHITE)
    error = np.abs(np.convolve(x, coefficients)[: len(x)])
    error[:ORDER] = 0.0
    peak = middle - FAR + int(np.argmax(error[middle - FAR : middle + FAR]))
    size = float(error[peak])
    if size <= NOTHING:
        return None
    floor = float(error[middle - FAR - round(NEAR_S * rate_hz) : middle - FAR].max())
    over = error[peak - ORDER : peak + 1] > min(4.0 * floor, size / 2)
    start = peak - ORDER + int(np.argmax(over))
    if size < LEAST * max(error[: start - GUARD].max(), error[start + TAIL :].max()):
        return None
    explained_db = _gain_db(x, coefficients, start), _pulse_db(x, coefficients, start)
    return _described(x, error, start, size, low, rate_hz, explained_db)


def _described(
    x: F64, error: F64, start: int, size: float, low: int, rate_hz: int, explained_db: tuple[float, float]
) -> Burst:
    near, level = round(NEAR_S * rate_hz), round(LEVEL_S * rate_hz)
    before, after = error[ORDER : start - GUARD], error[start + TAIL :]
    sides = x[start - 4 - level : start - 4], x[start + TAIL : start + TAIL + level]
    powers = [_power(np.diff(side)) for side in sides]
    error_powers = _power(before[-near:]), _power(after[:near])
    return Burst(
        frame=start + low,
        stands_db=_db(size, max(float(before.max()), float(after.max()))),
        before_db=_db(size, float(before[-near:].max())),
        after_db=_db(size, float(after[:near].max())),
        edge_db=_db(float(error[start : start + 2].max()), float(before[-near:].max())),
        size=size,
        error_rise_db=_db(error_powers[1], error_powers[0]) / 2,
        level_rise_db=_db(powers[1], powers[0]) / 2,
        gain_db=explained_db[0],
        pulse_db=explained_db[1],
        music_rms=float(np.sqrt(min(map(_power, sides)))),
    )


def _gain_db(x: F64, coefficients: F64, start: int) -> float:
    """Return how far the errors of the burst fall when the music before it is multiplied by the best of all gains."""
    past, now = x[start - ORDER : start + ORDER].copy(), x[start - ORDER : start + ORDER].copy()
    past[ORDER:], now[:ORDER] = 0.0, 0.0
    of_past, of_now = (np.convolve(part, coefficients)[ORDER : 2 * ORDER] for part in (past, now))
    gain = -float(np.vdot(of_now, of_past)) / max(float(np.vdot(of_past, of_past)), NOTHING**2)
    return _db(_power(of_past + of_now), _power(gain * of_past + of_now)) / 2


def _pulse_db(x: F64, coefficients: F64, start: int) -> float:
    """Return how far the errors of the burst fall when a pulse of `PULSE` samples of any shape is taken away."""
    error = np.convolve(x[start - ORDER : start + 2 * ORDER], coefficients)[ORDER : 3 * ORDER]
    pulses = np.array([np.convolve(unit, coefficients)[: 2 * ORDER] for unit in np.eye(PULSE, 2 * ORDER)]).T
    left = error - pulses @ np.linalg.lstsq(pulses, error, rcond=None)[0]
    return _db(_power(error), _power(left)) / 2


def _power(signal: F64) -> float:
    return float(np.mean(signal**2)) if len(signal) else 0.0


def _db(a: float, b: float) -> float:
    return float(20.0 * np.log10(max(a, NOTHING) / max(b, NOTHING)))
