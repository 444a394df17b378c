"""True peak: the skipping changes nothing, neither do block cuts; known peaks between the samples."""

import math

import numpy as np
import pytest

from dsp.meters.true_peak import TruePeakStage, true_peak


def programme(seconds: float, rate_hz: int, seed: int, channels: int = 2) -> np.ndarray:
    """Return something with music's spectrum and dynamics: filtered noise, decaying hits, a hard ceiling."""
    rng = np.random.default_rng(seed)
    frames = round(seconds * rate_hz)
    noise = rng.standard_normal((frames, channels))
    spectrum = np.fft.rfft(noise, axis=0)
    spectrum *= (1.0 / np.maximum(np.arange(spectrum.shape[0]), 20.0) ** 0.6)[:, None]
    music = np.fft.irfft(spectrum, frames, axis=0)
    hits = np.exp(-((np.arange(frames) % (rate_hz // 2)) / (0.05 * rate_hz)))[:, None]
    music = music / np.abs(music).max() * (0.3 + 2.0 * hits)
    return np.clip(music, -0.9, 0.9).astype(np.float32)


@pytest.mark.parametrize(("rate_hz", "seed"), [(44_100, 1), (96_000, 2), (8_000, 3), (37_800, 4)])
def test_skipping_changes_nothing(rate_hz: int, seed: int) -> None:
    audio = programme(2.05, rate_hz, seed)
    results = []
    for exhaustive in (False, True):
        stage = TruePeakStage(rate_hz, 2, exhaustive=exhaustive)
        stage.process(audio)
        results.append(stage.finish())
    np.testing.assert_array_equal(results[0].hop_peak, results[1].hop_peak)
    np.testing.assert_array_equal(results[0].hop_at_s, results[1].hop_at_s)
    assert results[0].true_peak_dbtp == results[1].true_peak_dbtp


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1, 7, 47, 4410, 5000])
def test_blocks_do_not_matter(cut: int) -> None:
    audio = programme(0.3, 44_100, 5)
    whole = true_peak(audio, 44_100)
    stage = TruePeakStage(44_100, 2)
    for start in range(0, audio.shape[0], cut):
        stage.process(audio[start : start + cut])
    pieces = stage.finish()
    np.testing.assert_array_equal(pieces.hop_peak, whole.hop_peak)
    np.testing.assert_array_equal(pieces.hop_at_s, whole.hop_at_s)


@pytest.mark.parametrize("frequency", [0.01, 0.1, 0.2, 0.25, 0.3, 0.37, 0.41, 0.45])
def test_a_sine_reads_its_amplitude(frequency: float) -> None:
    for phase in np.linspace(0, np.pi, 13):
        n = np.arange(4000)
        audio = (0.5 * np.sin(2 * np.pi * frequency * n + phase) * np.hanning(4000))[:, None]
        reading = true_peak(audio, 48_000).true_peak_dbtp
        assert -0.06 < reading - 20 * math.log10(0.5) < 0.03


@pytest.mark.parametrize("frames", [0, 1, 2, 47, 48])
def test_short_signals(frames: int) -> None:
    audio = np.full((frames, 1), 0.5, np.float32)
    result = true_peak(audio, 44_100)
    if frames == 0:
        assert result.true_peak_dbtp == -math.inf
        assert result.hop_peak.shape == (0, 1)
    else:
        assert result.true_peak_dbtp >= -6.03
        assert result.hop_peak.shape == (1, 1)


def test_silence() -> None:
    result = true_peak(np.zeros((44_100, 2)), 44_100)
    assert result.true_peak_dbtp == -math.inf
    assert result.hop_peak.shape == (10, 2)
    assert result.over_at_s == ()


def test_overs_are_found_where_they_are() -> None:
    n = np.arange(48_000)
    sine = np.sin(2 * np.pi * 12_000 * n / 48_000 + np.pi / 4)  # samples at 0.707, peaks at 1.0
    audio = np.where((n >= 24_000) & (n < 24_480), 1.2 * sine, 0.5 * sine)[:, None]
    result = true_peak(audio, 48_000)
    assert len(result.over_at_s) == 1
    assert 0.5 <= result.over_at_s[0] < 0.51
    assert result.true_peak_dbtp == pytest.approx(20 * math.log10(1.2), abs=0.9)
