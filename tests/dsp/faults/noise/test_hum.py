"""Mains hum under music is found where the music is quiet; notes, drones and tones that are the music are not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.core.arrays import F32
from dsp.faults.excerpts import Excerpts
from dsp.faults.noise.hum import Hum, HumDetector

RATE_HZ = 8_000
SECONDS = 14
LOUD, QUIET = 10 ** (-20 / 20), 10 ** (-58 / 20)


def song(seed: int, rate_hz: int = RATE_HZ) -> F32:
    """Return chords and noise that are loud for most of the time and quiet in the last four seconds."""
    rng = np.random.default_rng(seed)
    t = np.arange(SECONDS * rate_hz) / rate_hz
    sound = 0.3 * rng.standard_normal((len(t), 2))
    for start in range(0, SECONDS, 2):
        within = (t >= start) & (t < start + 2)
        for note in rng.integers(31, 60, 4):  # from 49 Hz up
            tone = np.sin(2 * np.pi * 440 * 2 ** ((note - 69) / 12) * t[within]) * np.exp(-(t[within] - start))
            sound[within] += tone[:, None]
    level = np.where(t < SECONDS - 4, LOUD, QUIET)[:, None]
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * level, np.float32)


def hum(mains_hz: float, level_dbfs: float, rate_hz: int = RATE_HZ) -> NDArray[np.float64]:
    """Return hum with four overtones, each 3 dB under the one before."""
    t = np.arange(SECONDS * rate_hz) / rate_hz
    levels = 10 ** (-3 * np.arange(5) / 20)
    lines = [a * np.sin(2 * np.pi * (k + 1) * mains_hz * t + k) for k, a in enumerate(levels)]
    return np.asarray(np.sum(lines, axis=0) / np.sqrt(np.sum(levels**2) / 2) * 10 ** (level_dbfs / 20))


@pytest.mark.slow
@pytest.mark.parametrize("mains_hz", [50, 60])
@pytest.mark.parametrize("level_dbfs", [-65.0, -45.0])
@pytest.mark.parametrize("channels", [(0, 1), (1,)])
def test_hum_is_named_with_its_level(mains_hz: int, level_dbfs: float, channels: tuple[int, ...]) -> None:
    audio = song(1)
    audio[:, channels] += hum(mains_hz + 0.07, level_dbfs)[:, None].astype(np.float32)
    found = HumDetector.find(audio, RATE_HZ)
    assert isinstance(found, Hum)
    assert found.mains_hz == mains_hz
    assert found.level_dbfs == pytest.approx(level_dbfs, abs=1.0)
    assert found.start_frame >= (SECONDS - 4) * RATE_HZ


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [11_025, 48_000])
def test_the_rate_does_not_matter(rate_hz: int) -> None:
    audio = song(2, rate_hz) + hum(50, -60.0, rate_hz)[:, None].astype(np.float32)
    found = HumDetector.find(audio, rate_hz)
    assert found is not None
    assert found.mains_hz == 50


@pytest.mark.parametrize("seed", range(3))
def test_music_alone_has_none(seed: int) -> None:
    assert HumDetector.find(song(seed), RATE_HZ) is None


@pytest.mark.slow
def test_notes_of_just_this_pitch_that_come_and_go_are_music() -> None:
    audio = song(3)
    for start in (1, 5, SECONDS - 4):
        piece = slice(start * RATE_HZ, (start + 1) * RATE_HZ)
        audio[piece] += hum(50, -45.0)[piece, None]
    assert HumDetector.find(audio, RATE_HZ) is None


@pytest.mark.slow
def test_a_note_of_just_this_pitch_that_dies_away_is_music() -> None:
    audio = song(4)
    last = slice((SECONDS - 4) * RATE_HZ, None)
    fall = 10 ** (-12 * np.arange(4 * RATE_HZ) / RATE_HZ / 20)
    audio[last] += (hum(50, -45.0)[last] * fall)[:, None]
    assert HumDetector.find(audio, RATE_HZ) is None


@pytest.mark.parametrize("level_dbfs", [-60.0, -12.0])
def test_a_tone_on_its_own_is_the_sound_itself(level_dbfs: float) -> None:
    assert HumDetector.find(hum(50, level_dbfs)[:, None].repeat(2, axis=1), RATE_HZ) is None


@pytest.mark.slow
@pytest.mark.parametrize("cut", [4_999, 10**6])
def test_however_the_blocks_are_cut_the_same_is_found(cut: int) -> None:
    audio = song(5) + hum(60, -60.0)[:, None].astype(np.float32)
    detector = HumDetector(RATE_HZ, 2)
    for start in range(0, len(audio), cut):
        detector.process(audio[start : start + cut])
    found = detector.finish()
    assert found is not None
    assert found == HumDetector.find(audio, RATE_HZ)


def test_silence_and_short_sounds_have_none() -> None:
    assert HumDetector.look(Excerpts(RATE_HZ, 0)) is None
    assert HumDetector.find(np.zeros((3 * RATE_HZ, 2), np.float32), RATE_HZ) is None
    assert HumDetector.find(hum(50, -40.0)[: RATE_HZ // 2, None], RATE_HZ) is None
    assert HumDetector.find(hum(50, -40.0)[:1, None], RATE_HZ) is None
