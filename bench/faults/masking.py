"""Whether a fault can be heard where it stands: the noise-to-mask ratio of ITU-R BS.1387, which knows no detector.

The FFT-based ear model of the basic version: power in quarter Bark bands, weighted as the outer and middle ear do, with
the ear's own noise added, spread over frequency and time; the masked threshold lies 3 dB and more under that. The
song with the fault is compared with the song as it would be without; both at the rate the model is defined for.

Sources: Rec. ITU-R BS.1387-2 (05/2023), Annex 2, sections 2.1 and 4.5; P. Kabal, "An Examination and Interpretation of
ITU-R BS.1387", McGill University, 2003, sections 2 and 4.5.
"""

from functools import cache

import numpy as np
import soxr

from dsp.core.arrays import F32, F64

RATE_HZ = 48_000  # BS.1387, 2.1.2
FRAME, STEP = 2048, 1024
LEVEL_DB = 92.0  # of a sine at full scale, where no other level is known
GAMMA = 0.84971762641205  # what a window loses of a sine of 1,019.5 Hz
LOWEST_HZ, HIGHEST_HZ, WIDTH_BARK = 80.0, 18_000.0, 0.25
LOWER_DB = 27.0  # a Bark, towards low frequencies
POWER = 0.4  # how spread patterns add up
SHORTEST_S, AT_100_HZ_S = 0.008, 0.030  # time constants
BEFORE = 10 * STEP  # what was before still masks; so far in, the event lies in the middle of a frame
AFTER = FRAME


def noise_to_mask_db(clean: F32, faulty: F32, start: int, end: int, rate_hz: int) -> float:
    """Return how far a fault stands over the masked threshold, in dB: in the frame, band and channel where most.

    Parameters
    ----------
    clean, faulty : array
        Shape (frames, channels), full scale 1.0: the song without and with it.
    start, end : int
        Where it is, in frames; both versions are equal elsewhere, as far as they are compared.
    rate_hz : int
        Sampling rate in Hz.

    Returns
    -------
    float
        The largest noise-to-mask ratio; -inf where both are equal.
    """
    low = max(start - round(BEFORE / RATE_HZ * rate_hz), 0)
    high = min(end + round(AFTER / RATE_HZ * rate_hz), len(clean))
    worst = 0.0
    for channel in range(clean.shape[1]):
        pair = [_at_model_rate(x[low:high, channel], rate_hz) for x in (clean, faulty)]
        worst = max(worst, float(_ratios(*pair).max(initial=0.0)))
    return float(10.0 * np.log10(worst)) if worst > 0.0 else -np.inf


def _at_model_rate(signal: F32, rate_hz: int) -> F64:
    return np.asarray(soxr.resample(signal.astype(np.float64), rate_hz, RATE_HZ, "VHQ"), np.float64)


def _ratios(clean: F64, faulty: F64) -> F64:
    """Return noise over masked threshold, shape (frames, bands)."""
    reference, test = _spectra(clean), _spectra(faulty)
    bands, centres = _bands()
    noise = (np.abs(reference) - np.abs(test)) ** 2 @ bands.T
    z = np.arange(len(centres)) * WIDTH_BARK
    offset_db = np.where(z <= 12.0, 3.0, 0.25 * z)
    ratios: F64 = noise / (_excitation(np.abs(reference) ** 2 @ bands.T) * 10 ** (-offset_db / 10))
    return ratios


def _spectra(signal: F64) -> F64:
    """Return the weighted amplitudes of all frames, shape (frames, bins)."""
    frames = np.lib.stride_tricks.sliding_window_view(signal, FRAME)[::STEP]
    scale = 10 ** (LEVEL_DB / 20) / (GAMMA * (FRAME - 1) / 4)
    khz = np.maximum(np.arange(FRAME // 2 + 1) * RATE_HZ / FRAME, 1.0) / 1000
    ear_db = -2.184 * khz**-0.8 + 6.5 * np.exp(-0.6 * (khz - 3.3) ** 2) - 0.001 * khz**3.6
    amplitudes: F64 = np.abs(np.fft.rfft(frames * np.hanning(FRAME), axis=1)) * scale * 10 ** (ear_db / 20)
    return amplitudes


@cache
def _bands() -> tuple[F64, F64]:
    """Return how much of each bin lies in each band, shape (bands, bins), and the bands' centres in Hz."""
    lowest, highest = (7.0 * np.arcsinh(f / 650.0) for f in (LOWEST_HZ, HIGHEST_HZ))
    number = int(np.ceil((highest - lowest) / WIDTH_BARK))
    borders = np.minimum(lowest + np.arange(number + 1) * WIDTH_BARK, highest)
    centres = 650.0 * np.sinh((borders[:-1] + borders[1:]) / 2 / 7.0)
    hz = 650.0 * np.sinh(borders / 7.0) * FRAME / RATE_HZ
    bins = np.arange(FRAME // 2 + 1)
    inside = np.minimum(hz[1:, None], bins + 0.5) - np.maximum(hz[:-1, None], bins - 0.5)
    return np.maximum(inside, 0.0), centres


def _excitation(power: F64) -> F64:
    """Return the pattern that masks, from power in bands: own noise, spreading over bands, decay over frames."""
    _, centres = _bands()
    own = 10 ** (0.1456 * (centres / 1000) ** -0.8)
    spread = np.array([_spread(frame) for frame in np.maximum(power, 1e-12) + own])
    tau_s = SHORTEST_S + 100.0 / centres * (AT_100_HZ_S - SHORTEST_S)
    kept = np.exp(-STEP / RATE_HZ / tau_s)
    smeared, excitation = np.zeros(len(centres)), np.empty_like(spread)
    for i, frame in enumerate(spread):
        smeared = kept * smeared + (1 - kept) * frame
        excitation[i] = np.maximum(smeared, frame)
    return excitation


def _spread(power: F64) -> F64:
    pattern: F64 = _unnormalised(power) / _of_ones()
    return pattern


@cache
def _of_ones() -> F64:
    return _unnormalised(np.ones(len(_bands()[1])))


def _unnormalised(power: F64) -> F64:
    centres = _bands()[1]
    number = len(power)
    lower = 10 ** (-LOWER_DB / 10 * WIDTH_BARK)
    upper = 10 ** ((-2.4 - 23.0 / centres) * WIDTH_BARK) * power ** (0.2 * WIDTH_BARK)
    m = np.arange(number)
    total = (1 - lower ** (m + 1)) / (1 - lower) + (1 - upper ** (number - m)) / (1 - upper) - 1
    distance = m[:, None] - m[None, :]  # of the band that is heard from the one that masks
    slopes_log = np.where(distance < 0, -np.log(lower) * distance, np.log(upper) * distance)
    summed: F64 = np.sum(np.exp(POWER * (np.log(power / total) + slopes_log)), axis=1) ** (1 / POWER)
    return summed
