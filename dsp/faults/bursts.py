"""A burst of prediction error looked at closely: is it one lonely break of the wave, or the beginning of a sound?

The filter is fitted to the music just before and just after the burst, so that it knows both. A click, a pop, a hard
edit or a jump of the gain breaks the prediction for as long as the filter is, and not one frame longer; a drum, a pluck
or a consonant goes on being new for milliseconds, and leaves the error, like the sound, higher than it was.

Some breaks come again: an instrument, a sample or a loop breaks the wave alike each time it is played. What a fault
breaks is music that goes on, another piece of it each time; what an instrument breaks it makes itself, and so the sound
just before or just after comes again with the break. Prediction errors are compared, in which tones and whatever else
plays on weigh little; with the filter of one of the two, so that equal sounds stay equal.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F32, F64, I64
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
SPAN_S = 0.012  # ours: of the sound before and after that is compared: a drum's stick, a plectrum
EARLY = 8  # frames of a burst that come before it was seen to begin
LAG_S = 7e-5  # ours: so exactly are beginnings found
APART_S = 0.05  # ours: nearer are the channels of one break, or its echo
BREAK_ALIKE = 0.7  # ours: of the burst itself; any two clicks of one sample are
SOUND_ALIKE = 0.3  # ours: of the sound beside it, under other music; by chance six times less than this
# ours: a tone is like itself so many frames later; likeness says something only where it is larger than that
SHIFTED, OVER_TONAL, THE_SAME = 8, 1.2, 0.95
NEW = 0.002  # ours: of the burst; what is beside it must have something new in it
MOST = 128  # breaks that are compared; a song with more of them is full of such


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


class BreakWaves:
    """Keeps the wave about breaks, and tells which of them come again.

    Parameters
    ----------
    rate_hz : int
        Sampling rate in Hz.
    """

    def __init__(self, rate_hz: int) -> None:
        self._apart, self._span = round(APART_S * rate_hz), round(SPAN_S * rate_hz)
        self._lag = max(2, round(LAG_S * rate_hz))
        self._before = ORDER + self._span + EARLY + self._lag
        self._after = TAIL + self._span + self._lag
        self._frames: list[int] = []
        self._waves: list[F32] = []

    @property
    def is_full(self) -> bool:
        """Whether there may have been more than are compared."""
        return len(self._frames) == MOST

    @property
    def reach_frames(self) -> int:
        """Frames needed on either side of a break."""
        return max(self._before, self._after)

    def add(self, frame: int, signal: F32, column: int) -> None:
        """Keep a break, if its sides are there.

        Parameters
        ----------
        frame : int
            Where it begins in the file.
        signal : array
            Its channel, shape (frames,).
        column : int
            Where it begins there.
        """
        first, until = column - self._before, column + self._after
        if len(self._frames) < MOST and first >= 0 and until <= len(signal):
            self._frames.append(frame)
            self._waves.append(signal[first:until].copy())

    def recurring(self) -> I64:
        """Return the frames of all breaks that come again, sorted; where one has two channels its frames are both."""
        frames, again = np.array(self._frames, np.int64), np.zeros(len(self._frames), bool)
        if len(frames) < 2:
            return frames[:0]
        waves = np.array(self._waves, np.float64)
        size = 1 << (waves.shape[1] + ORDER).bit_length()
        spectra = np.fft.rfft(waves, size, axis=1)
        for i in range(len(frames)):
            if not again[i]:
                sides = waves[i, : self._span], waves[i, -self._span :]
                coefficients = error_filter(autocorrelation(np.array(sides), ORDER), WHITE)
                errors = np.fft.irfft(spectra * np.fft.rfft(coefficients, size), size, axis=1)[:, : waves.shape[1]]
                alike = self._alike(errors, i) & (np.abs(frames - frames[i]) >= self._apart)
                again |= alike
                again[i] |= alike.any()
        return np.sort(frames[again])

    def _alike(self, errors: F64, one: int) -> NDArray[np.bool_]:
        """Say of each break whether it is that one again."""
        at = self._before
        burst = self._likeness(errors, one, at - EARLY, TAIL)
        lag = np.argmax(burst, axis=1)
        rows = np.arange(len(errors))
        beside = np.zeros(len(errors), bool)
        size = float(np.abs(errors[one, at - EARLY : at + TAIL]).max())
        for start in (at - EARLY - self._span, at + TAIL):
            own = errors[one, start : start + self._span]
            if np.sqrt(np.mean(np.square(own))) >= NEW * size:
                sound = self._likeness(errors, one, start, self._span)[rows, lag]
                beside |= sound > max(SOUND_ALIKE, min(OVER_TONAL * self._tonal(own), THE_SAME))
        again: NDArray[np.bool_] = (burst[rows, lag] >= BREAK_ALIKE) & beside
        return again

    def _likeness(self, errors: F64, one: int, start: int, length: int) -> F64:
        """Return the correlation of a stretch of one break with that of all, shape (breaks, lags)."""
        own = errors[one, start : start + length]
        shifted = errors[:, start - self._lag : start + length + self._lag]
        others = np.lib.stride_tricks.sliding_window_view(shifted, length, axis=1)
        powers = np.sqrt(np.einsum("jlk,jlk->jl", others, others) * np.vdot(own, own))
        likeness: F64 = (others @ own) / np.maximum(powers, np.finfo(np.float64).tiny)
        return likeness

    @staticmethod
    def _tonal(sound: F64) -> float:
        """Return how like itself a sound is when it is shifted."""
        power = float(np.vdot(sound, sound))
        whole = np.correlate(sound, sound, "full")[len(sound) - 1 + SHIFTED :]
        return float(np.abs(whole).max(initial=0.0)) / max(power, np.finfo(np.float64).tiny)
