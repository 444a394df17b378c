"""Noise of one length that comes back, and heads and tails of noise; cymbals, sweeps and reverbs are music."""

from collections.abc import Sequence

import numpy as np
import pytest

from dsp.core.arrays import F32
from dsp.faults.noise.stretches import NoiseStretchDetector, NoiseStretches
from tests.dsp.fault_music import clip_of

RATE_HZ = 16_000


def song(seconds: int, rate_hz: int = RATE_HZ) -> F32:
    """Return drums, bass and chords of so many seconds."""
    return np.tile(clip_of("pop", 3, rate_hz=rate_hz), (-(-seconds // 3), 1))[: seconds * rate_hz].astype(np.float32)


def with_noise(audio: F32, at_s: Sequence[float], length_s: float, level: float = 0.1, rate_hz: int = RATE_HZ) -> F32:
    """Return the sound with white noise of one length at these times."""
    rng = np.random.default_rng(4)
    made, length = audio.copy(), round(length_s * rate_hz)
    for start in at_s:
        at = round(start * rate_hz)
        made[at : at + length] += (level * rng.standard_normal((length, 2))).astype(np.float32)
    return made


@pytest.mark.slow
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_noise_that_comes_back_is_found_where_it_is(rate_hz: int) -> None:
    audio = with_noise(song(36, rate_hz), (5.0, 15.0, 25.0), 1.0, rate_hz=rate_hz)
    events = NoiseStretchDetector.find(audio, rate_hz).repeated.events
    assert [e.start_frame / rate_hz for e in events] == pytest.approx([5.0, 15.0, 25.0], abs=0.03)
    assert [e.length_frames / rate_hz for e in events] == pytest.approx([1.0] * 3, abs=0.05)


@pytest.mark.slow
@pytest.mark.parametrize(("at_s", "lengths_s"), [((5, 12, 25), (1, 1, 1)), ((5, 15, 25), (1, 1.5, 0.6))])
def test_noise_without_a_rule_is_a_sound_of_the_song(at_s: tuple[float, ...], lengths_s: tuple[float, ...]) -> None:
    audio = song(36)
    for at, length in zip(at_s, lengths_s, strict=True):
        audio = with_noise(audio, (at,), length)
    assert NoiseStretchDetector.find(audio, RATE_HZ).repeated.count == 0


def test_noise_that_swells_or_dies_away_in_the_same_rhythm_is_music() -> None:
    rng = np.random.default_rng(5)
    crash, sweep = song(36), song(36)
    t = np.arange(2 * RATE_HZ) / RATE_HZ
    for at in (5, 15, 25):
        where = slice(at * RATE_HZ, (at + 2) * RATE_HZ)
        noise = 0.1 * rng.standard_normal((len(t), 2))
        crash[where] += (noise * np.exp(-t / 0.4)[:, None]).astype(np.float32)
        sweep[where] += (noise * (t / 2)[:, None] ** 2).astype(np.float32)
    assert NoiseStretchDetector.find(crash, RATE_HZ).repeated.count == 0
    assert NoiseStretchDetector.find(sweep, RATE_HZ).repeated.count == 0


def test_a_head_and_a_tail_of_noise_are_measured() -> None:
    audio = np.concatenate((np.zeros((4 * RATE_HZ, 2)), song(9), np.zeros((8 * RATE_HZ, 2)))).astype(np.float32)
    found = NoiseStretchDetector.find(with_noise(audio, (0.0, 13.0), 4.0, 0.0005), RATE_HZ)
    assert found.head_s == pytest.approx(4.0, abs=0.3)
    assert found.tail_s == 0.0  # the noise ends before the file does
    found = NoiseStretchDetector.find(with_noise(audio, (13.0,), 8.0, 0.0005), RATE_HZ)
    assert (found.head_s, found.tail_s) == (0.0, pytest.approx(8.0, abs=0.3))


def test_silence_dither_reverb_and_a_loud_ending_are_no_tail_of_noise() -> None:
    rng = np.random.default_rng(6)
    room = 10 ** (-60 * np.arange(8 * RATE_HZ) / RATE_HZ / 8 / 20)[:, None]
    for tail in (
        np.zeros((8 * RATE_HZ, 2)),
        2.0**-15 * rng.uniform(-1, 1, (8 * RATE_HZ, 2)),
        0.1 * room * rng.standard_normal((8 * RATE_HZ, 2)),
        0.1 * rng.standard_normal((8 * RATE_HZ, 2)),
    ):
        found = NoiseStretchDetector.find(np.concatenate((song(12), tail)).astype(np.float32), RATE_HZ)
        assert found.tail_s == 0.0


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.2, 1.0, 30.0])
def test_silence_and_noise_alone_have_none(seconds: float) -> None:
    frames = round(seconds * RATE_HZ)
    noise = 0.01 * np.random.default_rng(7).standard_normal((frames, 1))
    for audio in (np.zeros((frames, 1)), noise):
        found = NoiseStretchDetector.find(audio.astype(np.float32), RATE_HZ)
        assert (found.repeated.count, found.head_s, found.tail_s) == (0, 0.0, 0.0)


@pytest.mark.parametrize("cut", [977, 100_000])
def test_however_the_blocks_are_cut_the_same_is_found(cut: int) -> None:
    audio = with_noise(song(36), (4.0, 14.0, 24.0), 1.0)
    detector = NoiseStretchDetector(RATE_HZ, 2)
    for start in range(0, len(audio), cut):
        detector.process(audio[start : start + cut])
    found = detector.finish()
    assert isinstance(found, NoiseStretches)
    assert found.repeated.count == 3
    assert found == NoiseStretchDetector.find(audio, RATE_HZ)
