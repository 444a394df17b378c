"""K-weighting: the standard's tables at 48 kHz, and their response at every other rate."""

import numpy as np
import pytest

from dsp.meters.kweighting import HIGH_PASS_48K, SHELF_48K, k_weighting, magnitude
from tests.accuracy import Accuracy


def deviation_db(rate_hz: int) -> float:
    """Return the largest difference to the 48 kHz response, from 10 Hz to the lower Nyquist frequency."""
    hz = np.geomspace(10.0, min(rate_hz, 48_000) / 2 * 0.999, 2000)
    wanted = magnitude(np.array([SHELF_48K, HIGH_PASS_48K]), hz, 48_000)
    return float(np.abs(20 * np.log10(magnitude(k_weighting(rate_hz), hz, rate_hz) / wanted)).max())


def test_48_khz_is_the_standard_itself() -> None:
    np.testing.assert_array_equal(k_weighting(48_000), [SHELF_48K, HIGH_PASS_48K])


@pytest.mark.parametrize(
    ("rate_hz", "allowed_db"),
    [
        (8_000, 0.025),
        (11_025, 0.01),
        (16_000, 0.005),
        *((rate, 0.001) for rate in (22_050, 32_000, 44_100, 88_200, 96_000, 176_400, 192_000, 384_000)),
    ],
)
def test_the_response_is_that_of_48_khz(rate_hz: int, allowed_db: float, accuracy: Accuracy) -> None:
    worst = deviation_db(rate_hz)
    assert worst <= allowed_db
    accuracy.row("k-weighting", rate=f"{rate_hz}", allowed=f"{allowed_db}", largest_difference_dB=worst)


@pytest.mark.slow
def test_every_rate_gives_a_stable_filter() -> None:
    rng = np.random.default_rng(1)
    for rate_hz in (8_000, 37_800, 384_000, *rng.integers(8_000, 384_001, 60).tolist()):
        for row in k_weighting(rate_hz):
            assert np.abs(np.roots([1.0, row[3], row[4]])).max() < 1.0
        assert deviation_db(rate_hz) < 0.025


@pytest.mark.parametrize("rate_hz", [0, -44_100, 7_999, 384_001, 44_100.5])
def test_other_rates_are_refused(rate_hz: float) -> None:
    with pytest.raises(ValueError, match="rate_hz is"):
        k_weighting(rate_hz)  # type: ignore[arg-type]
