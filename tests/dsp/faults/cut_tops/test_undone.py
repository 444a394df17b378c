"""Clipping before a high-pass is seen once the filter is undone, and nothing in music that was never clipped."""

import numpy as np
import pytest
from scipy import signal

from dsp.faults.chunks import PIECE
from dsp.faults.cut_tops.tops import TopsDetector
from dsp.faults.cut_tops.undone import CORNER_HZ, LOWEST_HZ, UndoneTopsDetector, _filtered, inverse_high_pass
from dsp.faults.detector import FaultDetector
from tests.dsp.fault_music import clip_of, limit
from tests.dsp.faults.cut_tops.test_tops import Audio, clipped, song


def high_passed(audio: Audio, rate_hz: int, corner_hz: float, order: int = 2) -> Audio:
    return np.asarray(signal.sosfilt(signal.butter(order, corner_hz, "high", fs=rate_hz, output="sos"), audio, axis=0))


def single(audio: Audio) -> Audio:
    return np.ascontiguousarray(audio, np.float32)


def over_bass(rate_hz: int, by_db: float) -> Audio:
    """Music over a loud, low bass, clipped or not: a high-pass spreads its tops."""
    audio = song("plucks", rate_hz)
    t = np.arange(len(audio)) / rate_hz
    bass = 0.5 * np.abs(audio).max() * np.sin(2 * np.pi * (41.0 + 3.0 * np.sin(2.1 * t)) * t)[:, None]
    line = np.abs(audio + bass).max() * 10 ** (-by_db / 20)
    return np.clip(audio + bass, -line, line)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 192_000])
def test_the_filter_is_the_inverse_of_a_high_pass(rate_hz: int) -> None:
    coefficients = inverse_high_pass(rate_hz)
    (b, a), (lowest_b, lowest_a) = (signal.butter(2, hz, "high", fs=rate_hz) for hz in (CORNER_HZ, LOWEST_HZ))
    frequencies_hz = np.geomspace(0.5, 0.49 * rate_hz, 50)
    through = signal.freqz(coefficients[:3], [1.0, *coefficients[3:]], frequencies_hz, fs=rate_hz)[1]
    through *= signal.freqz(b, a, frequencies_hz, fs=rate_hz)[1]
    expected = signal.freqz(lowest_b, lowest_a, frequencies_hz, fs=rate_hz)[1]
    np.testing.assert_allclose(through * lowest_b[0] ** -1, expected * lowest_b[0] ** -1, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("rate_hz", [8_000, 44_100, 384_000])
def test_it_is_filtered_as_scipy_does_and_summed_up(rate_hz: int) -> None:
    x = (0.3 + 0.2 * np.random.default_rng(1).standard_normal(64 * PIECE)).astype(np.float32)
    coefficients, state = inverse_high_pass(rate_hz), np.zeros(2)
    out, peak = np.empty_like(x), np.empty(64, np.float32)
    for half in (slice(0, 24 * PIECE), slice(24 * PIECE, None)):  # goes on from chunk to chunk
        _filtered(x[half], coefficients, state, out[half], peak[half.start // PIECE : 24 if half.stop else None])
    wanted = signal.lfilter(coefficients[:3], [1.0, *coefficients[3:]], x.astype(np.float64))
    np.testing.assert_allclose(out, wanted, rtol=3e-7, atol=1e-9)
    np.testing.assert_array_equal(peak, np.abs(out).reshape(64, PIECE).max(axis=1))


@pytest.mark.slow
@pytest.mark.parametrize("corner_hz", [25.0, 30.0, 35.0])
def test_clipping_before_a_high_pass_is_seen(corner_hz: float) -> None:
    rate_hz = 44_100
    cut, whole = (single(high_passed(over_bass(rate_hz, db), rate_hz, corner_hz)) for db in (3.0, 0.0))
    assert UndoneTopsDetector.find(cut, rate_hz).count > max(20, 2 * TopsDetector.find(cut, rate_hz).count)
    assert UndoneTopsDetector.find(whole, rate_hz).count == 0


@pytest.mark.slow
@pytest.mark.parametrize("style", ["pop", "ambient", "plucks", "rock", "techno", "square lead"])
def test_music_that_was_never_clipped_has_none(style: str) -> None:
    audio = clip_of(style, 3, 6.0, 44_100)
    for whole in (audio, limit(audio, 44_100, 3.0, 0.9), high_passed(audio, 44_100, 30.0), audio + 0.02):
        assert UndoneTopsDetector.find(single(whole), 44_100).count == 0


@pytest.mark.slow
def test_blocks_of_any_cut_find_the_same() -> None:
    audio = single(high_passed(clipped("ambient", 44_100), 44_100, 30.0))
    detector = UndoneTopsDetector(44_100, 2)
    for part in np.array_split(audio, [1, 7000, 65_000, 70_001, 131_073]):
        detector.process(part)
    assert detector.finish() == UndoneTopsDetector.find(audio, 44_100)


@pytest.mark.slow
def test_the_whole_pass_says_so() -> None:
    stage = FaultDetector(44_100, 2)
    stage.process(single(high_passed(over_bass(44_100, 3.0), 44_100, 30.0)))
    assert stage.finish().cut_tops.count > 20
