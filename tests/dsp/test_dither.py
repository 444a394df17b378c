import numpy as np
import pytest

from dsp.dither import PEAK_STEPS, quantise


@pytest.mark.parametrize("bits", [16, 24])
def test_error_is_free_of_the_signal_and_has_the_power_of_tpdf(bits: int) -> None:
    x = 0.5 * np.sin(np.arange(200_000) / 30.0)[:, None]
    step = 2.0 ** (1 - bits)
    error = quantise(x, bits, np.random.default_rng(1)) / 2.0**31 - x
    # rounding adds 1/12, each uniform value another 1/12 (Lipshitz et al. 1992, section 5)
    assert np.mean((error / step) ** 2) == pytest.approx(3 / 12, rel=0.02)
    assert abs(np.corrcoef(error[:, 0], x[:, 0])[0, 1]) < 0.01
    assert np.abs(error).max() <= PEAK_STEPS * step * (1 + 1e-6)


def test_low_bits_are_empty_and_full_scale_is_clipped_not_wrapped() -> None:
    x = np.array([[1.0, -1.0], [2.0, -2.0]])
    out = quantise(x, 16, np.random.default_rng(1))
    assert not (out & 0xFFFF).any()
    assert out[1, 0] == 32767 << 16
    assert out[1, 1] == -32768 << 16


def test_blocks_in_order_give_the_same_as_the_whole() -> None:
    x = np.random.default_rng(2).standard_normal((1_000, 2)) * 0.1
    whole = quantise(x, 24, np.random.default_rng(3))
    random = np.random.default_rng(3)
    parts = [quantise(x[a:b], 24, random) for a, b in ((0, 1), (1, 1), (1, 700), (700, 1_000))]
    assert np.array_equal(np.concatenate(parts), whole)


def test_other_word_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match="bits is 8"):
        quantise(np.zeros((1, 1)), 8, np.random.default_rng(1))
