"""Sides that change in the middle of a song: named with their frames; what music does to its sides is left alone."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import signal

from dsp.core.arrays import F32
from dsp.faults.clicks import ClickDetector
from dsp.faults.events import FaultEvent
from dsp.faults.sides.switches import MANY, Switches
from tests.dsp.fault_music import clip_of

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
FROM, TO = 40_001, 90_003


def song(rate_hz: int = RATE_HZ, seconds: float = 2.6) -> F32:
    """Return a chord in the middle, a voice on each side, and a little air that differs."""
    n = np.arange(round(seconds * rate_hz)) / rate_hz
    middle, left, right = (
        sum(0.08 * np.sin(2 * np.pi * hz * n + hz) for hz in of)
        for of in ((110.0, 165.0, 220.0), (330.0, 495.0, 991.0), (277.2, 415.0, 1244.0))
    )
    rng = np.random.default_rng(3)
    air = signal.lfilter([0.0002], [1, -0.7], rng.standard_normal((len(n), 2)), axis=0)
    return np.asarray(np.stack([middle + left, middle + 0.8 * right], axis=1) + air, np.float32)


def swapped(audio: F32, start: int, end: int | None) -> F32:
    audio[start:end] = audio[start:end, ::-1].copy()
    return audio


def inverted(audio: F32, start: int, end: int | None) -> F32:
    audio[start:end, 1] *= -1.0
    return audio


def halved(audio: F32, start: int, end: int | None) -> F32:
    audio[start:end, 0] *= 0.5
    return audio


def found(audio: F32, rate_hz: int = RATE_HZ) -> Switches:
    return ClickDetector.find(audio, rate_hz).switches


def events(switches: Switches) -> list[tuple[FaultEvent, ...]]:
    return [switches.swapped.events, switches.inverted.events, switches.levels.events]


CHANGES = pytest.mark.parametrize(
    ("change", "kind", "channels", "severity"),
    [(swapped, 0, (0, 1), 0.0), (inverted, 1, (1,), 0.0), (halved, 2, (0,), -6.02)],
)


@CHANGES
def test_a_change_is_named_from_its_first_frame_to_its_last(
    change: Callable[[F32, int, int | None], F32], kind: int, channels: tuple[int, ...], severity: float
) -> None:
    of_kinds = events(found(change(song(), FROM, TO)))
    (event,) = of_kinds.pop(kind)
    assert (event.start_frame, event.end_frame, event.channels) == (FROM, TO, channels)
    assert event.severity == pytest.approx(severity, abs=0.1)
    assert of_kinds == [(), ()]


@CHANGES
def test_a_change_that_stays_is_a_moment(
    change: Callable[[F32, int, int | None], F32], kind: int, channels: tuple[int, ...], severity: float
) -> None:
    switches = found(change(song(), FROM, None))
    (event,) = events(switches)[kind]
    assert (event.start_frame, event.length_frames, event.channels) == (FROM, 1, channels)
    assert [m.start_frame for m in switches.moments] == [FROM]


@pytest.mark.parametrize("rate_hz", [8_000, 96_000, 192_000])
def test_the_rate_does_not_matter(rate_hz: int) -> None:
    start = rate_hz + 17
    for kind, change in enumerate((swapped, inverted, halved)):
        (event,) = events(found(change(song(rate_hz, 2.5), start, None), rate_hz))[kind]
        assert event.start_frame == start


def test_changes_of_several_kinds_keep_apart() -> None:
    audio = halved(inverted(swapped(song(), 12_000, 24_000), 40_001, 60_000), 75_000, 100_000)
    starts = [[e.start_frame for e in of] for of in events(found(audio))]
    assert starts == [[12_000], [40_001], [75_000]]


def test_both_channels_inverted_one_after_the_other_agree_again() -> None:
    audio = inverted(song(), FROM, None)
    audio[TO:, 0] *= -1.0
    (event,) = found(audio).inverted.events
    assert (event.start_frame, event.end_frame) == (FROM, TO)


def test_a_level_that_comes_back_by_another_gain_is_two_moments() -> None:
    audio = halved(song(), FROM, None)
    audio[TO:, 0] *= 4.0
    levels = found(audio).levels.events
    assert [(e.start_frame, round(e.severity)) for e in levels] == [(FROM, -6), (TO, 12)]


def test_a_song_that_plays_with_its_sides_all_the_time_has_none() -> None:
    audio = song(seconds=6.0)
    for start in range(10_000, 10_000 + MANY * 29_000, 29_000):
        audio[start : start + 14_000] = audio[start : start + 14_000, ::-1].copy()
    assert found(audio).swapped.events == ()


def test_what_changes_both_channels_is_no_change_of_the_sides() -> None:
    turned, upside_down, cut = song(), song(), song()
    turned[FROM:] *= 0.5
    upside_down[FROM:] *= -1.0
    cut = np.concatenate((cut[:FROM], cut[FROM + 487 :]))
    alike = song()[:, :1].repeat(2, axis=1)
    for audio in (song(), turned, upside_down, cut, swapped(alike, FROM, TO)):
        assert events(found(audio)) == [(), (), ()]


@pytest.mark.parametrize("hz", [3.0])
@pytest.mark.parametrize("other_side", [0.0, -1.0])
def test_a_slow_square_wave_is_no_polarity_and_no_swap(hz: float, other_side: float) -> None:
    audio = song() * np.float32(0.1)
    square = np.where(np.arange(len(audio)) * hz / RATE_HZ % 1 < 0.5, 0.2, -0.2)
    audio += (square[:, None] * [1.0, other_side]).astype(np.float32)
    assert events(found(audio)) == [(), (), ()]


def test_a_part_that_begins_hard_or_moves_to_the_other_side_is_none() -> None:
    audio = song()
    n = np.arange(len(audio)) / RATE_HZ
    audio[FROM:, 0] += (0.2 * np.sin(2 * np.pi * 660.0 * n + 1.0))[FROM:].astype(np.float32)
    part = (0.2 * np.sin(2 * np.pi * 880.0 * n + 1.0)).astype(np.float32)
    audio[:TO, 0] += part[:TO]
    audio[TO:, 1] += part[TO:]
    assert events(found(audio)) == [(), (), ()]


@pytest.mark.parametrize("kind", ["pop", "plucks", "square lead", "chip tune"])
def test_clean_music_has_none(kind: str) -> None:
    assert events(found(np.ascontiguousarray(clip_of(kind, 2), dtype=np.float32))) == [(), (), ()]


@pytest.mark.parametrize("cut", [4999, 65_536])
def test_however_the_blocks_are_cut_the_same_is_found(cut: int) -> None:
    audio = swapped(song(), FROM, TO)
    detector = ClickDetector(RATE_HZ, 2)
    for start in range(0, len(audio), cut):
        detector.process(audio[start : start + cut])
    assert detector.finish().switches == found(audio)


def test_silence_single_and_other_channel_counts_have_none() -> None:
    inverted_three = np.concatenate((inverted(song(), FROM, TO), song()[:, :1]), axis=1)
    for audio in (np.zeros((RATE_HZ, 2), np.float32), song()[:, :1], np.ascontiguousarray(inverted_three), song()[:0]):
        assert events(found(audio)) == [(), (), ()]


def slow() -> F32:
    """Return one low tone a side, in noise that hides how they move from one sample to the next."""
    n = np.arange(2 * RATE_HZ) / RATE_HZ
    tones = np.stack([0.3 * np.sin(2 * np.pi * 70.0 * n), 0.25 * np.sin(2 * np.pi * 90.0 * n)], axis=1)
    noise = np.random.default_rng(5).standard_normal(tones.shape)
    return np.asarray(tones + 0.001 * noise, np.float32)


@pytest.mark.parametrize("gain", [0.5, 0.25])
def test_a_level_is_told_where_a_step_explains_the_break_as_well(gain: float) -> None:
    audio = slow()
    at = FROM + int(np.argmax(audio[FROM : FROM + 600, 0]))
    audio[at:, 0] *= np.float32(gain)
    (event,) = found(audio).levels.events
    assert abs(event.start_frame - at) <= 1
    assert event.severity == pytest.approx(20 * np.log10(gain), abs=0.2)


@pytest.mark.parametrize("height", [-0.2, -0.1, 0.05, 0.1])
def test_a_step_in_one_channel_is_no_change_of_its_level(height: float) -> None:
    audio = slow()
    at = FROM + int(np.argmax(audio[FROM : FROM + 600, 0]))
    fall = np.exp(-np.arange(len(audio) - at) / (0.004 * RATE_HZ))
    audio[at:, 0] += (height * fall).astype(np.float32)
    assert events(found(audio)) == [(), (), ()]
