"""Argument checks shared by the stages: every refusal names the argument, its value and what is allowed."""

import math

import numpy as np
from numpy.typing import NDArray

MIN_RATE_HZ = 8_000
MAX_RATE_HZ = 384_000
MAX_SAMPLE = 1e6  # ours: 120 dB over full scale; float files hold more, and squares of it overflow
MAX_CHANNELS = 64  # ours: more than any sound file a mix is bounced to; bounds the memory per block

Audio = NDArray[np.float32] | NDArray[np.float64]


def rate(rate_hz: int) -> int:
    """Return the sample rate in Hz, or raise ValueError outside 8,000 to 384,000."""
    if rate_hz != int(rate_hz) or not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ValueError(f"rate_hz is {rate_hz}, allowed is a whole number from {MIN_RATE_HZ} to {MAX_RATE_HZ}")
    return int(rate_hz)


def channel_count(channels: int) -> int:
    """Return the number of channels, or raise ValueError outside 1 to 64."""
    if channels != int(channels) or not 1 <= channels <= MAX_CHANNELS:
        raise ValueError(f"channels is {channels}, allowed is a whole number from 1 to {MAX_CHANNELS}")
    return int(channels)


def audio_block(block: Audio, channels: int) -> Audio:
    """Return a block as C-contiguous float32 or float64 of shape (frames, channels).

    Raises ValueError for another shape, another number of channels, or samples that are not floats.

    Parameters
    ----------
    block : array
        What was given.
    channels : int
        How many channels it must have.

    Returns
    -------
    array
        The block itself where it is so already, else a copy.
    """
    if block.ndim != 2 or block.shape[1] != channels:
        raise ValueError(f"block has shape {block.shape}, allowed is (frames, {channels})")
    if block.dtype not in (np.float32, np.float64):
        raise ValueError(f"block has samples of type {block.dtype}, allowed are float32 and float64")
    if block.flags.c_contiguous:
        return block
    contiguous: Audio = np.ascontiguousarray(block)  # type: ignore[assignment]
    return contiguous


def no_sound(block: Audio) -> NDArray[np.bool_]:
    """Return where a block holds what no sound can be: NaN, infinities, and values beyond `MAX_SAMPLE`."""
    return ~(np.abs(block) <= MAX_SAMPLE)


def finite_block(block: Audio) -> tuple[Audio, int]:
    """Return the block with 0 for every sample that is no sound (`no_sound`), and how many samples that were.

    The block itself is returned, uncopied, when there are none: the sum of its squares says so at once, and only when
    it is larger than those of any sound every sample is looked at.
    """
    if block.size == 0:
        return block, 0
    samples = block.reshape(-1)
    with np.errstate(invalid="ignore", over="ignore"):
        if float(np.dot(samples, samples)) <= MAX_SAMPLE * MAX_SAMPLE:
            return block, 0
    bad = no_sound(block)
    count = int(np.count_nonzero(bad))
    if count == 0:
        return block, 0
    cleared: Audio = block.copy()
    cleared[bad] = 0.0
    return cleared, count


def in_range(name: str, value: float, low: float, high: float, unit: str = "") -> float:
    """Return the value, or raise ValueError when it is not finite or outside [low, high].

    Parameters
    ----------
    name : str
        What the message calls it.
    value : float
        What was given.
    low, high : float
        The range, ends included.
    unit : str
        Unit for the message, with its space.

    Returns
    -------
    float
        The value as a float.
    """
    if not (math.isfinite(value) and low <= value <= high):
        raise ValueError(f"{name} is {value}{unit}, allowed is {low} to {high}{unit}")
    return value
