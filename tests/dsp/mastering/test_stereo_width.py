import numpy as np
import pytest

from dsp.mastering.stereo_width import StereoWidth, WidthSettings

RATE_HZ = 44_100


def tone(hertz: float) -> np.ndarray:
    return np.sin(2 * np.pi * hertz * np.arange(RATE_HZ) / RATE_HZ)


def test_low_side_is_taken_away_and_high_side_kept() -> None:
    for hertz, kept_db in ((40.0, -35.0), (1_000.0, 0.0)):
        side = tone(hertz)
        y = StereoWidth(RATE_HZ, 2, WidthSettings(0.0, 120.0)).process(np.stack([side, -side], axis=1))
        left = y[RATE_HZ // 2 :, 0]
        level_db = 10 * np.log10((left**2).mean() / (side[RATE_HZ // 2 :] ** 2).mean())
        assert level_db == pytest.approx(kept_db, abs=0.1) if kept_db == 0.0 else level_db < kept_db


def test_the_middle_is_never_touched() -> None:
    middle = tone(60.0)
    audio = np.stack([middle, middle], axis=1)
    y = StereoWidth(RATE_HZ, 2, WidthSettings(4.0, 150.0)).process(audio)
    assert np.abs(y - audio).max() < 1e-15


def test_side_gain_is_what_it_says_and_mono_sum_stays() -> None:
    audio = np.random.default_rng(1).standard_normal((1_000, 2))
    y = StereoWidth(RATE_HZ, 2, WidthSettings(3.0)).process(audio)
    assert np.allclose(y.sum(axis=1), audio.sum(axis=1))
    ratio = np.linalg.norm(y[:, 0] - y[:, 1]) / np.linalg.norm(audio[:, 0] - audio[:, 1])
    assert 20 * np.log10(ratio) == pytest.approx(3.0)


def test_mono_has_no_width() -> None:
    with pytest.raises(ValueError, match="channels is 1"):
        StereoWidth(RATE_HZ, 1, WidthSettings())
