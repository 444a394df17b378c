"""Clipping below the maximum: found where a bus clips for a while, not in waves that are flat by their nature."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.faults.clipping import Clipping, ClippingDetector
from tests.dsp.fault_music import clip_of, quantise

Audio = NDArray[Any]
RATE_HZ = 44_100


def song(style: str = "pop", seed: int = 1, rate_hz: int = RATE_HZ) -> Audio:
    return clip_of(style, seed, rate_hz=rate_hz).copy()


def clip_passage(audio: Audio, at_s: float, by_db: float, rate_hz: int = RATE_HZ) -> tuple[int, int]:
    """Clip 200 ms so many dB under their own maximum, which is not the file's; return where the first and last are."""
    part = audio[int(at_s * rate_hz) :][: int(0.2 * rate_hz)]
    line = np.abs(part).max() * 10 ** (-by_db / 20)
    tops = np.flatnonzero((np.abs(part) > line).any(axis=1)) + int(at_s * rate_hz)
    np.clip(part, -line, line, out=part)
    return int(tops[0]), int(tops[-1])


def find(audio: Audio, bits: int = 24, rate_hz: int = RATE_HZ) -> Clipping:
    return ClippingDetector.find(quantise(audio, bits).astype(np.float32), rate_hz)


@pytest.mark.slow
@pytest.mark.parametrize("by_db", [3.0, 6.0])
@pytest.mark.parametrize("rate_hz", [22_050, 44_100, 96_000])
def test_a_bus_that_clips_for_a_moment_is_found_at_its_place(by_db: float, rate_hz: int) -> None:
    audio = song(rate_hz=rate_hz)
    audio[: rate_hz // 10] *= 1.4  # the file's maximum is elsewhere
    start, end = clip_passage(audio, 1.53, by_db, rate_hz)
    (place,) = find(audio, rate_hz=rate_hz).flat_tops.events
    assert start <= place.start_frame
    assert place.end_frame <= end + 1
    assert place.end_frame - place.start_frame > 0.3 * (end - start)


def test_it_is_found_in_a_16_bit_file_too() -> None:
    audio = song()
    clip_passage(audio, 1.0, 6.0)
    assert find(audio, 16).flat_tops.count > 3


def test_two_passages_at_different_heights_are_both_found() -> None:
    audio = song()
    clip_passage(audio, 1.0, 6.0)
    clip_passage(audio, 2.0, 3.0)
    starts = [e.start_frame / RATE_HZ for e in find(audio).flat_tops.events]
    assert [round(s) for s in starts] == [1, 2]


def test_a_passage_that_clips_stays_found_when_something_louder_follows() -> None:
    audio = 0.5 * song()
    clip_passage(audio, 1.0, 6.0)
    audio[2 * RATE_HZ :] *= 1.9
    assert [round(e.start_frame / RATE_HZ) for e in find(audio).flat_tops.events] == [1]


def test_a_tone_with_flat_tops_is_only_likely_to_be_clipped() -> None:
    t = np.arange(3 * RATE_HZ) / RATE_HZ
    tone = np.clip(0.6 * np.sin(2 * np.pi * 111.3 * t), -0.57, 0.57)
    tone[:2000] *= 1.5 * np.linspace(0.0, 1.0, 2000) ** 2
    found = find(np.stack([tone, tone], axis=1))
    assert found.flat_tops.count == 0
    assert found.maybe.count > 100


def quiet_square() -> Audio:
    square = 0.2 * np.sign(np.sin(2 * np.pi * 220.5 * np.arange(2 * RATE_HZ) / RATE_HZ + 0.1))
    return np.concatenate([square, 0.6 * np.sin(np.arange(RATE_HZ) / 30.0)])[:, None]


def crushed() -> Audio:
    """Held samples, as a bit-crusher makes them, in half of the song."""
    audio = song()
    audio[RATE_HZ // 2 : 2 * RATE_HZ] = (
        0.7 * np.repeat(audio[RATE_HZ // 2 : 2 * RATE_HZ : 6], 6, axis=0)[: 3 * RATE_HZ // 2]
    )
    return audio


def rounded_square() -> Audio:
    """A square of changing length under a louder tone's maximum, whose flat parts rounding moves by a step."""
    rng = np.random.default_rng(7)
    lengths = rng.integers(300, 2000, 100)
    square = 0.2 * np.repeat(np.where(np.arange(len(lengths)) % 2, 1.0, -1.0), lengths)[: 2 * RATE_HZ]
    square += 1e-5 * rng.integers(0, 2, len(square))
    return np.concatenate([square, 0.6 * np.sin(np.arange(RATE_HZ) / 30.0)])[:, None]


@pytest.mark.slow
@pytest.mark.parametrize("sound", [quiet_square, rounded_square, crushed])
def test_waves_that_are_flat_by_their_nature_are_not_clipped(sound: Any) -> None:
    found = find(sound())
    assert (found.flat_tops.count, found.maybe.count) == (0, 0)


@pytest.mark.slow
@pytest.mark.parametrize("bits", [8, 16, 24])
@pytest.mark.parametrize("style", ["pop", "ambient", "square lead", "chip tune"])
def test_a_clean_song_has_none(style: str, bits: int) -> None:
    found = find(song(style, 2), bits)
    assert (found.flat_tops.count, found.maybe.count) == (0, 0)


def test_blocks_of_any_cut_find_the_same() -> None:
    audio = song()
    clip_passage(audio, 1.0, 6.0)
    clip_passage(audio, 1.45, 3.0)  # over the end of a chunk
    audio = quantise(audio, 24).astype(np.float32)
    detector = ClippingDetector(RATE_HZ, 2)
    for part in np.array_split(audio, [1, 7000, 65_000, 70_001, 131_073]):
        detector.process(part)
    assert detector.finish() == ClippingDetector.find(audio, RATE_HZ)
