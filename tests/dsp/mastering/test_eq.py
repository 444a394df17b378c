import numpy as np
import pytest

from dsp.core.filters import response_db
from dsp.mastering.eq import EqBand, Equalizer, fit_bands

RATE_HZ = 44_100
BANDS = (EqBand("low_shelf", 90.0, -3.0), EqBand("bell", 1_000.0, 2.0), EqBand("high_shelf", 8_000.0, -1.5))


def run(equalizer: Equalizer, audio: np.ndarray, cuts: tuple[int, ...]) -> np.ndarray:
    parts = [equalizer.process(piece) for piece in np.split(audio, cuts)]
    rest = equalizer.finish()
    return np.concatenate([*parts, *([] if rest is None else [rest])])


@pytest.mark.parametrize("linear_phase", [False, True])
def test_response_length_and_blocks(linear_phase: bool) -> None:
    audio = np.zeros((RATE_HZ, 2))
    audio[20_000] = 1.0
    whole = run(Equalizer(RATE_HZ, 2, BANDS, linear_phase=linear_phase), audio, ())
    cut = run(Equalizer(RATE_HZ, 2, BANDS, linear_phase=linear_phase), audio, (1, 17, 19_000))
    assert whole.shape == audio.shape
    assert np.array_equal(whole, cut)
    hertz = np.array([30.0, 90.0, 500.0, 1_000.0, 15_000.0])
    wanted = response_db(np.array([b.row(RATE_HZ) for b in BANDS]), hertz, RATE_HZ)
    assert 20 * np.log10(np.abs(np.fft.rfft(whole[:, 0]))[hertz.astype(int)]) == pytest.approx(wanted, abs=0.05)


def test_linear_phase_is_symmetric_and_in_place() -> None:
    audio = np.zeros((RATE_HZ, 1))
    audio[20_000] = 1.0
    y = run(Equalizer(RATE_HZ, 1, BANDS, linear_phase=True), audio, ())[:, 0]
    assert int(np.argmax(np.abs(y))) == 20_000
    assert y[20_001:22_000] == pytest.approx(y[19_999:18_000:-1], abs=1e-12)


def test_no_bands_change_nothing() -> None:
    audio = np.random.default_rng(1).standard_normal((100, 2))
    assert np.array_equal(run(Equalizer(RATE_HZ, 2, ()), audio, ()), audio)


def test_fitted_bands_follow_a_broad_curve_inside_their_caps() -> None:
    hertz = np.geomspace(31.5, 16_000, 28)
    wanted = np.where(hertz < 130, -4.0, np.where(hertz > 7_000, 3.0, 0.0))
    bands = fit_bands(hertz, wanted, RATE_HZ, 2.5, 1.0)
    assert {b.kind for b in bands} >= {"low_shelf", "high_shelf"}
    assert all(-2.5 <= b.gain_db <= 1.0 for b in bands)
    assert fit_bands(hertz, np.zeros(hertz.size), RATE_HZ, 3.0, 3.0) == ()


def test_bad_bands_are_refused() -> None:
    with pytest.raises(ValueError, match="gain_db is 40"):
        EqBand("bell", 100.0, 40.0)
    with pytest.raises(ValueError, match="kind is notch"):
        EqBand("notch", 100.0, 1.0)  # type: ignore[arg-type]
