import numpy as np
import pytest

from dsp.core.resample import Resampler


@pytest.mark.parametrize(("from_hz", "to_hz"), [(44_100, 48_000), (96_000, 44_100), (8_000, 384_000)])
def test_a_sine_stays_a_sine_in_place(from_hz: int, to_hz: int) -> None:
    x = np.sin(2 * np.pi * 997.0 * np.arange(from_hz) / from_hz)[:, None]
    resampler = Resampler(from_hz, to_hz, 1)
    y = np.concatenate([resampler.process(x[:5_000]), resampler.process(x[5_000:]), resampler.finish()])
    assert abs(y.shape[0] - to_hz) <= 1
    wanted = np.sin(2 * np.pi * 997.0 * np.arange(y.shape[0]) / to_hz)
    middle = slice(to_hz // 10, -to_hz // 10)
    assert np.abs(y[middle, 0] - wanted[middle]).max() < 1e-6


def test_equal_rates_change_nothing() -> None:
    x = np.random.default_rng(1).standard_normal((100, 2))
    resampler = Resampler(44_100, 44_100, 2)
    assert np.array_equal(resampler.process(x), x)
    assert resampler.finish().shape == (0, 2)


def test_rates_out_of_range_are_refused() -> None:
    with pytest.raises(ValueError, match="rate_hz is 1000"):
        Resampler(1_000, 44_100, 2)
