"""Steady infrasound under music is told, with its level and its place; what drums and bass notes bring is not."""

import numpy as np
import pytest

from dsp.core.arrays import F32, F64
from dsp.faults.noise.infrasound import InfrasoundDetector

SECONDS = 40.0


def drums(rate_hz: int) -> F64:
    """Return kick drums twice a second whose pitch falls from 90 to 30 Hz, each with a push of air: shape (frames,)."""
    t = np.arange(round(SECONDS * rate_hz)) / rate_hz
    beat = t % 0.5
    phase = 2 * np.pi * (30 * beat + 60 * 0.06 * (1 - np.exp(-beat / 0.06)))
    return np.asarray(0.5 * np.sin(phase) * np.exp(-beat / 0.12) + 0.15 * np.exp(-beat / 0.05) * (beat > 0.002))


def noise(rate_hz: int, level_dbfs: float) -> F64:
    """Return noise from 4 to 18 Hz."""
    frames = round(SECONDS * rate_hz)
    spectrum = np.fft.rfft(np.random.default_rng(2).standard_normal(frames))
    hz = np.arange(len(spectrum)) / SECONDS
    made = np.fft.irfft(spectrum * ((hz >= 4) & (hz <= 18)), frames)
    return np.asarray(made / np.sqrt(np.mean(made**2)) * 10 ** (level_dbfs / 20))


def stereo(mono: F64) -> F32:
    return np.repeat(mono.astype(np.float32)[:, None], 2, axis=1)


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 44_100, pytest.param(96_000, marks=pytest.mark.slow)])
def test_rumble_under_drums_is_told_with_its_level_and_its_place(rate_hz: int) -> None:
    audio, rumble = drums(rate_hz), noise(rate_hz, -22.0)
    rumble[: 8 * rate_hz] = 0.0
    found = InfrasoundDetector.find(stereo(audio + rumble), rate_hz)
    assert found.worst()[0].severity == pytest.approx(-22.0, abs=2.0)
    assert found.events[0].start_frame / rate_hz == pytest.approx(8.0, abs=5.0)
    assert found.events[-1].end_frame / rate_hz == pytest.approx(SECONDS, abs=11.0)


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 44_100])
def test_what_drums_bring_below_hearing_is_no_rumble(rate_hz: int) -> None:
    assert InfrasoundDetector.find(stereo(drums(rate_hz)), rate_hz).count == 0


@pytest.mark.slow
def test_a_tone_of_twelve_hertz_is_told_and_one_of_forty_is_not() -> None:
    t = np.arange(20 * 44_100) / 44_100
    assert InfrasoundDetector.find(stereo(0.1 * np.sin(2 * np.pi * 12 * t)), 44_100).worst()[0].severity == (
        pytest.approx(-23.0, abs=0.3)
    )
    assert InfrasoundDetector.find(stereo(0.5 * np.sin(2 * np.pi * 40 * t)), 44_100).count == 0


def test_an_offset_silence_and_a_short_sound_have_none() -> None:
    assert InfrasoundDetector.find(stereo(np.full(20 * 8_000, 0.2)), 8_000).count == 0
    assert InfrasoundDetector.find(np.zeros((20 * 8_000, 2), np.float32), 8_000).count == 0
    assert InfrasoundDetector.find(np.zeros((3, 2), np.float32), 8_000).count == 0


def test_blocks_do_not_matter() -> None:
    audio = stereo(drums(8_000) + noise(8_000, -26.0))
    detector = InfrasoundDetector(8_000, 2)
    for start in range(0, len(audio), 997):
        detector.process(audio[start : start + 997])
    assert detector.finish() == InfrasoundDetector.find(audio, 8_000)
