"""A steady line near the top of hearing is found; what moves, comes and goes, or is wide is not one."""

import numpy as np
import pytest

from dsp.core.arrays import F32
from dsp.faults.excerpts import Excerpts
from dsp.faults.noise.whine import WhineDetector

RATE_HZ = 44_100
FRAMES = 6 * RATE_HZ
T = np.arange(FRAMES) / RATE_HZ


def song(seed: int = 1) -> F32:
    """Return noise whose treble falls off, louder and softer from second to second."""
    rng = np.random.default_rng(seed)
    noise = np.fft.irfft(np.fft.rfft(rng.standard_normal((FRAMES, 2)), axis=0), FRAMES, axis=0)
    dark = noise + np.roll(noise, 1, axis=0)
    return np.asarray(0.003 * dark * (1 + np.floor(T) % 3)[:, None], np.float32)


def tone(hz: float, level_dbfs: float) -> F32:
    return np.asarray(np.sqrt(2) * 10 ** (level_dbfs / 20) * np.sin(2 * np.pi * hz * T), np.float32)[:, None]


@pytest.mark.parametrize("hz", [15_625.0, 15_734.26, 18_900.4])
@pytest.mark.parametrize("level_dbfs", [-65.0, -40.0])
def test_a_whine_is_named_with_its_frequency_and_level(hz: float, level_dbfs: float) -> None:
    found = WhineDetector.find(song() + tone(hz, level_dbfs), RATE_HZ)
    assert found is not None
    assert found.hz == pytest.approx(hz, abs=1.0)
    assert found.level_dbfs == pytest.approx(level_dbfs, abs=2.0)


@pytest.mark.slow
def test_treble_a_sweep_a_tone_in_half_of_the_song_and_a_wide_band_are_none() -> None:
    sweep = np.sin(2 * np.pi * (15_000 * T + 300 * T**2)).astype(np.float32)[:, None]
    band = tone(16_000.0, -30.0) * np.random.default_rng(2).standard_normal((FRAMES, 1)).astype(np.float32)
    half = tone(16_000.0, -40.0) * (T < 3.0)[:, None]
    for audio in (song(), song() + 0.01 * sweep, song() + half, song() + band):
        assert WhineDetector.find(audio.astype(np.float32), RATE_HZ) is None


def test_silence_short_sounds_and_low_rates_have_none() -> None:
    assert WhineDetector.look(Excerpts(RATE_HZ, 0)) is None
    assert WhineDetector.find(np.zeros((FRAMES, 2), np.float32), RATE_HZ) is None
    assert WhineDetector.find(tone(16_000.0, -40.0)[:RATE_HZ], RATE_HZ) is None
    assert WhineDetector.find(song(), 22_050) is None


@pytest.mark.slow
def test_however_the_blocks_are_cut_the_same_is_found() -> None:
    audio = song() + tone(17_000.0, -50.0)
    detector = WhineDetector(RATE_HZ, 2)
    for start in range(0, FRAMES, 9_999):
        detector.process(audio[start : start + 9_999])
    found = detector.finish()
    assert found is not None
    assert found == WhineDetector.find(audio, RATE_HZ)
