"""Loudness: the standard's tones, silence, short signals, block cuts."""

import math

import numpy as np
import pytest

from dsp.meters.loudness import LoudnessStage, channel_weights, loudness


def tone(level_dbfs: float, seconds: float, rate_hz: int = 48_000, hz: float = 1000.0, channels: int = 2) -> np.ndarray:
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    return np.repeat(10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * t)[:, None], channels, axis=1)


def test_the_997_hz_tone_of_the_standard() -> None:
    # ITU-R BS.1770-5, Annex 1: a 0 dBFS 997 Hz sine in one channel reads -3.01 LKFS
    assert loudness(tone(0.0, 5.0, hz=997.0, channels=1), 48_000).integrated_lufs == pytest.approx(-3.01, abs=0.005)


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 37_800, 44_100, 96_000, 192_000, 384_000])
def test_a_tone_reads_the_same_at_every_rate(rate_hz: int) -> None:
    result = loudness(tone(-23.0, 6.0, rate_hz), rate_hz)
    for value in (result.integrated_lufs, result.max_momentary_lufs, result.max_short_term_lufs):
        assert value == pytest.approx(-22.993, abs=0.006)


def test_blocks_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    audio = rng.standard_normal((44_100 * 4 + 17, 3)) * np.array([0.1, 0.01, 0.3])
    whole = loudness(audio, 44_100)
    stage = LoudnessStage(44_100, 3)
    start = 0
    while start < audio.shape[0]:
        stop = start + int(rng.integers(0, 9000))
        stage.process(audio[start:stop])
        start = stop
    cut = stage.finish()
    assert cut.integrated_lufs == pytest.approx(whole.integrated_lufs, abs=1e-9)
    np.testing.assert_allclose(cut.short_term_lufs, whole.short_term_lufs, rtol=1e-12)
    np.testing.assert_allclose(cut.momentary_lufs, whole.momentary_lufs, rtol=1e-12)


@pytest.mark.parametrize("frames", [0, 1, 100, 19_199])
def test_too_short_for_a_gating_block(frames: int) -> None:
    result = loudness(np.full((frames, 1), 0.5), 48_000)
    assert result.integrated_lufs == -math.inf
    assert result.max_momentary_lufs == -math.inf
    assert result.range_lu == 0.0


def test_silence_is_minus_infinity() -> None:
    result = loudness(np.zeros((48_000 * 4, 2)), 48_000)
    assert result.integrated_lufs == -math.inf
    assert np.all(np.isneginf(result.short_term_lufs))
    assert result.short_term_lufs.size == 11


@pytest.mark.parametrize(
    ("speakers", "expected"),
    [
        ("FL FR LFE", [1, 1, 0]),
        ("FL FR BC", [1, 1, 1]),
        ("FL FR FC LFE", [1, 1, 1, 0]),
        ("FL FR FC BC", [1, 1, 1, 1]),
        ("FL FR BL BR", [1, 1, 1.41, 1.41]),
        ("FL FR FC LFE BC", [1, 1, 1, 0, 1]),
        ("FL FR FC LFE BL BR", [1, 1, 1, 0, 1.41, 1.41]),
        ("FL FR FC LFE SL SR", [1, 1, 1, 0, 1.41, 1.41]),
        ("FL FR FC BC SL SR", [1, 1, 1, 1, 1.41, 1.41]),
        ("FL FR FC LFE BC SL SR", [1, 1, 1, 0, 1, 1.41, 1.41]),
        ("FL FR FC BL BR SL SR", [1, 1, 1, 1, 1, 1.41, 1.41]),
        ("FL FR FC LFE BL BR SL SR", [1, 1, 1, 0, 1, 1, 1.41, 1.41]),
        ("FL FR FC LFE BL BR FLC FRC", [1, 1, 1, 0, 1.41, 1.41, 1, 1]),
        ("FL FR FC TFL TBR", [1, 1, 1, 1, 1]),
    ],
)
def test_channels_weigh_by_where_they_sound(speakers: str, expected: list[float]) -> None:
    np.testing.assert_allclose(channel_weights(len(expected), speakers.split()), expected)


def test_channel_weights() -> None:
    np.testing.assert_allclose(channel_weights(6), [1, 1, 1, 0, 1.41, 1.41])
    np.testing.assert_allclose(channel_weights(2, ("LFE", "BL")), [1, 1])
    with pytest.raises(ValueError, match="speakers are 2, allowed are 3"):
        channel_weights(3, ("FL", "FR"))
    with pytest.raises(ValueError, match="channels is 0"):
        channel_weights(0)
