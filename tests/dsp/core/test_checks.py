"""Argument checks and level units."""

import math

import numpy as np
import pytest

from dsp.core import checks, units


def test_finite_blocks_are_returned_uncopied() -> None:
    block = np.ones((4, 2), np.float32)
    assert checks.finite_block(block)[0] is block
    loud = np.full((1 << 16, 2), 0.9e6, np.float32)  # all of it just below what is no sound any more
    cleared, bad = checks.finite_block(loud)
    assert cleared is loud
    assert bad == 0
    assert checks.finite_block(np.zeros((0, 2)))[1] == 0


def test_non_finite_samples_become_zero_in_a_copy() -> None:
    block = np.array([[1.0, np.nan], [np.inf, -np.inf], [0.5, 0.25]])
    cleared, bad = checks.finite_block(block)
    assert bad == 3
    np.testing.assert_array_equal(cleared, [[1.0, 0.0], [0.0, 0.0], [0.5, 0.25]])
    assert np.isnan(block[0, 1])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("value", [2e6, -2e6, 1e30, np.finfo(np.float32).max])
def test_a_value_far_beyond_any_sound_is_no_sample_either(dtype: type[np.floating], value: float) -> None:
    block = np.full((1000, 2), 0.5, dtype)
    block[500] = value, -value  # their sum says nothing
    cleared, bad = checks.finite_block(block)
    assert bad == 2
    assert np.abs(cleared).max() == 0.5


def test_blocks_are_made_contiguous() -> None:
    block = checks.audio_block(np.ones((8, 4))[:, ::2], 2)
    assert block.flags.c_contiguous


@pytest.mark.parametrize("channels", [0, -1, 65, 1.5])
def test_channel_counts(channels: float) -> None:
    with pytest.raises(ValueError, match="channels is"):
        checks.channel_count(channels)  # type: ignore[arg-type]


def test_silence_has_no_level() -> None:
    assert units.amplitude_db(0.0) == -math.inf
    assert units.power_db(-1e-20) == -math.inf
    assert units.db_amplitude(-math.inf) == 0.0
    assert units.db_power(-math.inf) == 0.0
    assert units.amplitude_db(-0.5) == pytest.approx(-6.0206, abs=1e-4)
    np.testing.assert_array_equal(units.powers_db([0.0, 1.0, -1.0]), [-math.inf, 0.0, -math.inf])
    np.testing.assert_array_equal(units.amplitudes_db([0.0, -1.0]), [-math.inf, 0.0])
