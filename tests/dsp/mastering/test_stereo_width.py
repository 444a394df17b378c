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


def test_a_stretch_is_mended_with_ramps_whatever_the_blocks() -> None:
    rng = np.random.default_rng(2)
    audio = rng.standard_normal((8 * RATE_HZ, 2))
    settings = WidthSettings(mend_db=-4.0, mend_s=((2.0, 3.0), (5.5, 1.0)))
    whole = StereoWidth(RATE_HZ, 2, settings).process(audio)
    cut = StereoWidth(RATE_HZ, 2, settings)
    parts = np.concatenate([cut.process(part) for part in np.split(audio, [1, 17, 99_001, 240_000])])
    assert np.array_equal(whole, parts)
    gain_db = 20 * np.log10(np.abs((whole[:, 0] - whole[:, 1]) / (audio[:, 0] - audio[:, 1])))
    seconds = np.arange(len(audio)) / RATE_HZ
    inside = (seconds >= 2.0) & (seconds <= 5.0) | (seconds >= 5.5) & (seconds <= 6.5)
    outside = (seconds < 1.49) | (seconds > 7.01)
    assert np.allclose(gain_db[inside], -4.0, atol=1e-6)
    assert np.allclose(gain_db[outside], 0.0, atol=1e-9)
    assert np.abs(np.diff(gain_db)).max() < 4.0 * np.pi / 2 / 0.5 / RATE_HZ * 1.01  # a cosine ramp over half a second
    assert np.allclose(whole.sum(axis=1), audio.sum(axis=1))


def test_a_stretch_only_gets_narrower() -> None:
    for wrong in (WidthSettings, lambda **k: WidthSettings(mend_s=((-1.0, 2.0),), **k)):
        with pytest.raises(ValueError, match="mend_"):
            wrong(mend_db=0.5 if wrong is WidthSettings else -1.0)
