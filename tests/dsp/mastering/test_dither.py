import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.mastering.dither import Quantiser, peak_steps
from dsp.mastering.noise_shaping import shaping_filter, threshold_db, weighting_db

RATE_HZ = 44_100


def rounded(x: NDArray[np.float64], bits: int, seed: int = 1, *, shaped: bool = False) -> NDArray[np.int32]:
    return Quantiser(RATE_HZ, x.shape[1], bits, np.random.default_rng(seed), shaped=shaped).process(x)


@pytest.mark.parametrize("bits", [16, 24])
def test_error_is_free_of_the_signal_and_has_the_power_of_tpdf(bits: int) -> None:
    x = 0.5 * np.sin(np.arange(200_000) / 30.0)[:, None]
    step = 2.0 ** (1 - bits)
    error = rounded(x, bits) / 2.0**31 - x
    # rounding adds 1/12, each uniform value another 1/12 (Lipshitz et al. 1992, section 5)
    assert np.mean((error / step) ** 2) == pytest.approx(3 / 12, rel=0.02)
    assert abs(np.corrcoef(error[:, 0], x[:, 0])[0, 1]) < 0.01
    assert np.abs(error).max() <= peak_steps(RATE_HZ, shaped=False) * step * (1 + 1e-6)


def test_the_dither_is_triangular() -> None:
    x = np.full((400_000, 1), 0.3 / 2**15)
    steps = (rounded(x, 16) >> 16)[:, 0]
    # rounded to 0 when the dither lies between -0.8 and 0.2 steps of a triangle from -1 to 1
    assert np.mean(steps == 0) == pytest.approx(1 - 0.2**2 / 2 - 0.8**2 / 2, abs=0.005)
    assert np.mean(steps) == pytest.approx(0.3, abs=0.01)
    assert set(np.unique(steps)) <= {-1, 0, 1}


@pytest.mark.parametrize("shaped", [False, True])
def test_low_bits_are_empty_and_full_scale_is_clipped_not_wrapped(shaped: bool) -> None:
    x = np.array([[1.0, -1.0], [2.0, -2.0]])
    out = rounded(x, 16, shaped=shaped)
    assert not (out & 0xFFFF).any()
    assert out[1, 0] == 32767 << 16
    assert out[1, 1] == -32768 << 16


@pytest.mark.parametrize(("bits", "shaped"), [(24, False), (16, False), (16, True)])
def test_blocks_in_order_give_the_same_as_the_whole(bits: int, shaped: bool) -> None:
    x = np.random.default_rng(2).standard_normal((1_000, 2)) * 0.1
    whole = rounded(x, bits, 3, shaped=shaped)
    parts = Quantiser(RATE_HZ, 2, bits, np.random.default_rng(3), shaped=shaped)
    cut = [parts.process(x[a:b]) for a, b in ((0, 1), (1, 1), (1, 700), (700, 1_000))]
    assert np.array_equal(np.concatenate(cut), whole)


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [44_100, 48_000, 88_200, 96_000])
def test_shaped_noise_is_quieter_to_the_ear_and_still_free_of_the_signal(rate_hz: int) -> None:
    x = 0.3 * np.sin(np.arange(1 << 19) / 17.0)[:, None]
    heard = {}
    for shaped in (False, True):
        quantiser = Quantiser(rate_hz, 1, 16, np.random.default_rng(5), shaped=shaped)
        error = (quantiser.process(x) / 2.0**31 - x)[:, 0] * 2**15
        assert abs(np.corrcoef(error, x[:, 0])[0, 1]) < 0.01
        assert np.abs(error).max() <= peak_steps(rate_hz, shaped=shaped)
        frames = error.reshape(-1, 4_096) * np.hanning(4_096)
        power = (np.abs(np.fft.rfft(frames)) ** 2).mean(axis=0)
        frequency_hz = np.fft.rfftfreq(4_096, 1 / rate_hz)
        grid_hz = np.linspace(0.0, rate_hz / 2, weighting_db(rate_hz).size)
        weight = 10 ** (np.interp(frequency_hz, grid_hz, weighting_db(rate_hz)) / 10)
        heard[shaped] = 10 * np.log10((power * weight).sum())
        if shaped:  # Gerzon and Craven: the mean of the logarithm stays, that of plain TPDF noise
            plain_db = 10 * np.log10(0.25 * np.sum(np.hanning(4_096) ** 2))
            assert np.mean(10 * np.log10(power)) == pytest.approx(plain_db, abs=0.3)
    assert heard[True] < heard[False] - 9.0


def test_the_threshold_is_terhardts() -> None:
    found = threshold_db(np.array([100.0, 1_000.0, 3_300.0, 10_000.0]))
    assert found == pytest.approx([22.96, 3.37, -5.0, 10.58], abs=0.1)


def test_the_filter_is_stable_to_invert() -> None:
    for rate_hz in (44_100, 48_000, 96_000, 192_000):
        assert np.abs(np.roots([1.0, *shaping_filter(rate_hz)])).max() < 1.0  # minimum phase: the least noise


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="bits is 8"):
        Quantiser(RATE_HZ, 1, 8, np.random.default_rng(1))
    with pytest.raises(ValueError, match="rate_hz is 32000"):
        Quantiser(32_000, 1, 16, np.random.default_rng(1), shaped=True)
