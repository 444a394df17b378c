"""The gain asked for below a ceiling, against the plain sum over every tap of every interval."""

import numpy as np
import pytest

from dsp.mastering.limiter.required_gain import (
    AFTER,
    BEFORE,
    LONG_TAPS,
    RIPPLE,
    _long_interpolator,
    lower_need,
    lower_need_of_limited,
    required_gain,
)
from dsp.meters.true_peak import CELL, PHASES, interpolator

FRAMES = 3_000


def dull_noise(rng: np.random.Generator, channels: int = 1) -> np.ndarray:
    """Return noise up to an eighth of the rate, where the longer filter has nothing to add."""
    lines = np.fft.rfft(rng.standard_normal((FRAMES + LONG_TAPS, channels)), axis=0)
    lines[(FRAMES + LONG_TAPS) // 8 :] = 0.0
    return 2.0 * np.fft.irfft(lines, FRAMES + LONG_TAPS, axis=0)


def summed_need(line: np.ndarray, ceiling: float, *, also_long: bool = False) -> np.ndarray:
    """Return the gain asked of frame -1 to the frame behind the last, by definition; of the longer filter as well."""
    intervals = line.size - BEFORE - AFTER
    peak = np.abs(np.stack([line[BEFORE : BEFORE + intervals], line[BEFORE + 1 : BEFORE + 1 + intervals]])).max(axis=0)
    for filters in (interpolator()[0], _long_interpolator()[0]) if also_long else (interpolator()[0],):
        taps = filters.shape[0]
        first = BEFORE - (taps // 2 - 1)
        windows = np.lib.stride_tricks.sliding_window_view(line, taps)[first : first + intervals]
        between = np.abs(windows @ filters.astype(np.float64))
        assert between.shape == (intervals, PHASES)
        peak = np.maximum(peak, between.max(axis=1))
    gain = np.where(peak > ceiling, (1 - RIPPLE) * ceiling / peak, 1.0)
    return np.minimum(np.append(gain, 1.0), np.append(1.0, gain))  # of both ends of each interval


def assert_asked(found: np.ndarray, shorter: np.ndarray, both: np.ndarray) -> None:
    """Where something rings in the longer filter the need is that of both, elsewhere that of the shorter."""
    assert (found <= shorter * (1 + 2e-5)).all()
    assert (found >= both * (1 - 2e-5)).all()


@pytest.mark.parametrize("ceiling", [0.1, 0.7, 1.5])
def test_both_samples_around_every_peak_are_asked(ceiling: float) -> None:
    audio = dull_noise(np.random.default_rng(1), 2)
    expected = np.minimum(*(summed_need(line, ceiling) for line in audio.T))[1:-1]
    both = np.minimum(*(summed_need(line, ceiling, also_long=True) for line in audio.T))[1:-1]
    assert (expected < 1.0).any()
    assert_asked(required_gain(audio, ceiling), expected, both)


def test_the_lowest_is_returned_and_what_was_asked_before_stays() -> None:
    line = dull_noise(np.random.default_rng(2))[:, 0]
    expected = summed_need(line, 0.5)
    need = np.full(expected.size, 0.9)
    both = summed_need(line, 0.5, also_long=True)
    assert both.min() * (1 - 2e-5) <= lower_need(line, need, 0.5) <= expected.min() * (1 + 2e-5)
    assert_asked(need, np.minimum(expected, 0.9), np.minimum(both, 0.9))
    assert lower_need(np.zeros(line.size), np.ones(expected.size), 0.5) == 1.0


def test_a_limited_channel_is_asked_as_if_it_had_been_multiplied_and_only_where_it_is_active() -> None:
    audio = dull_noise(np.random.default_rng(3), 2)
    gain = 0.8 + 0.2 * np.sin(np.arange(audio.shape[0]) / 50.0)
    expected = summed_need(audio[:, 1] * gain, 0.5)
    both = summed_need(audio[:, 1] * gain, 0.5, also_long=True)
    active = np.ones(-(-(expected.size - 1) // CELL), np.bool_)
    need = np.ones(expected.size)
    lower_need_of_limited(audio, 1, gain, active, need, 0.5)
    assert_asked(need, expected, both)
    active[10:] = False
    need = np.ones(expected.size)
    lower_need_of_limited(audio, 1, gain, active, need, 0.5)
    assert_asked(need[: 10 * CELL], expected[: 10 * CELL], both[: 10 * CELL])
    assert (need[10 * CELL + 1 :] == 1.0).all()
