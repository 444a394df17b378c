"""Tops that look cut: found after whatever is done to clipped music, not in music that was never clipped."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soxr
from numpy.typing import NDArray
from scipy import signal, special

from dsp.faults.cut_tops.tops import TopsDetector, _poisson_tail
from dsp.faults.detector import FaultDetector
from tests.dsp.fault_music import clip_of, limit, quantise

pytestmark = pytest.mark.slow

Audio = NDArray[Any]


def song(style: str, rate_hz: int) -> Audio:
    """Music whose loudest tops are long and at many heights, as they are in a mix."""
    return clip_of(style, 3, 6.0, rate_hz).copy()


def clipped(style: str, rate_hz: int, by_db: float = 3.0) -> Audio:
    audio = song(style, rate_hz)
    line = np.abs(audio).max() * 10 ** (-by_db / 20)
    return np.clip(audio, -line, line)


def dithered(audio: Audio, rate_hz: int) -> Audio:
    return quantise(audio, 16, np.random.default_rng(1))


def turned_down(audio: Audio, rate_hz: int) -> Audio:
    return dithered(0.61 * audio, rate_hz)


def resampled(audio: Audio, rate_hz: int) -> Audio:
    return np.asarray(soxr.resample(soxr.resample(audio, rate_hz, 44_000), 44_000, rate_hz))


def high_passed(audio: Audio, rate_hz: int) -> Audio:
    return np.asarray(signal.sosfilt(signal.butter(2, 30.0, "high", fs=rate_hz, output="sos"), audio, axis=0))


def count(audio: Audio, rate_hz: int) -> int:
    return TopsDetector.find(np.ascontiguousarray(audio, np.float32), rate_hz).count


@pytest.mark.parametrize("after", [dithered, turned_down, resampled, high_passed])
@pytest.mark.parametrize(("style", "rate_hz"), [("ambient", 44_100), ("plucks", 48_000), ("ambient", 96_000)])
def test_clipping_is_seen_after_another_process(after: Callable[[Audio, int], Audio], style: str, rate_hz: int) -> None:
    assert count(after(song(style, rate_hz), rate_hz), rate_hz) == 0
    assert count(after(clipped(style, rate_hz), rate_hz), rate_hz) > 100


def test_the_places_are_those_that_were_cut() -> None:
    before, audio = song("ambient", 44_100), clipped("ambient", 44_100)
    cut = np.flatnonzero((before != audio).any(axis=1))
    events = TopsDetector.find(dithered(audio, 44_100).astype(np.float32), 44_100).events
    assert len(events) > 3
    for event in events:
        assert np.abs(cut - event.start_frame).min() <= 4


@pytest.mark.parametrize("style", ["pop", "ambient", "plucks", "rock", "techno", "saturated", "square lead"])
def test_music_that_was_never_clipped_has_none(style: str) -> None:
    assert count(song(style, 44_100), 44_100) == 0
    if style != "saturated":  # saturation driven into a limiter is as flat as clipping
        assert count(limit(song(style, 44_100), 44_100, 3.0, 0.9), 44_100) == 0


def test_pure_tones_and_silence_have_none() -> None:
    t = np.arange(3 * 44_100) / 44_100
    for frequency_hz in (31.0, 220.0, 997.0):
        assert count(0.5 * np.sin(2 * np.pi * frequency_hz * t)[:, None], 44_100) == 0
    assert count(np.zeros((44_100, 2)), 44_100) == 0
    assert count(np.full((1, 1), 0.5), 44_100) == 0


def test_blocks_of_any_cut_find_the_same() -> None:
    audio = dithered(clipped("ambient", 44_100), 44_100).astype(np.float32)
    detector = TopsDetector(44_100, 2)
    for part in np.array_split(audio, [1, 7000, 65_000, 70_001, 131_073]):
        detector.process(part)
    assert detector.finish() == TopsDetector.find(audio, 44_100)


def test_what_is_clipped_for_sure_is_said_once() -> None:
    stage = FaultDetector(44_100, 2)
    stage.process(quantise(clipped("ambient", 44_100), 24).astype(np.float32))
    found = stage.finish()
    assert found.clipping.count > 3
    assert found.cut_tops.count == 0


def test_the_chance_of_so_many_is_that_of_a_poisson_distribution() -> None:
    number, expected = (each.ravel() for each in np.meshgrid(2 ** np.arange(13), np.logspace(-3, 4, 71)))
    chance = _poisson_tail(number, expected)
    rare = expected < number
    np.testing.assert_allclose(chance[rare], special.gammainc(number, expected)[rare], rtol=1e-9, atol=1e-300)
    assert (chance[~rare] == 1.0).all()
    assert special.gammainc(number, expected)[~rare].min() > 0.4
