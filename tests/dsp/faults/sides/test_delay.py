"""A delay between the sides is named to the sample; centred, wide and unrelated sound has none."""

import numpy as np
import pytest
from scipy import signal

from dsp.core.arrays import F32
from dsp.faults.excerpts import SPREAD_FRAMES, Excerpts
from dsp.faults.sides.delay import ChannelDelay, DelayDetector
from tests.dsp.fault_music import clip_of

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
FRAMES = 4 * SPREAD_FRAMES


def mix(seed: int, centre: float = 1.0) -> F32:
    """Return coloured noise in the middle and other noise on each side, three times as loud in the bass."""
    rng = np.random.default_rng(seed)
    middle, left, right = rng.standard_normal((3, FRAMES)) * np.array([[centre], [0.5], [0.5]])
    sides = np.stack([middle + left, middle + right], axis=1)
    return np.asarray(0.05 * (sides + signal.lfilter([0.05], [1, -0.95], sides, axis=0)), np.float32)


def late(audio: F32, frames: int) -> F32:
    """Return the sound with its right channel late, or with its left where ``frames`` is negative."""
    moved = audio.copy()
    channel, by = (1, frames) if frames > 0 else (0, -frames)
    moved[by:, channel], moved[:by, channel] = audio[:-by, channel], 0.0
    return moved


@pytest.mark.parametrize("frames", [1, -1, 23, -44, 512, -4096])
@pytest.mark.parametrize("polarity", [1, -1])
def test_a_delay_is_named_to_the_sample(frames: int, polarity: int) -> None:
    audio = late(mix(1), frames)
    audio[:, 0] *= polarity
    found = DelayDetector.find(audio, RATE_HZ)
    assert found is not None
    assert (found.frames, found.inverted) == (frames, polarity < 0)


@pytest.mark.parametrize("rate_hz", [8_000, 192_000])
def test_the_rate_does_not_matter(rate_hz: int) -> None:
    found = DelayDetector.find(late(mix(2), 7), rate_hz)
    assert isinstance(found, ChannelDelay)
    assert found.frames == 7


def test_a_mix_with_a_centre_has_none_and_neither_have_sides_that_share_nothing() -> None:
    assert DelayDetector.find(mix(3), RATE_HZ) is None
    assert DelayDetector.find(mix(4, centre=0.0), RATE_HZ) is None


def test_a_part_that_is_delayed_beside_a_centre_is_an_effect() -> None:
    rng = np.random.default_rng(5)
    guitar = 0.08 * rng.standard_normal((FRAMES, 1)).repeat(2, axis=1)
    assert DelayDetector.find(mix(5) + late(guitar.astype(np.float32), 900), RATE_HZ) is None


def test_a_room_between_two_microphones_has_no_single_delay() -> None:
    rng = np.random.default_rng(6)
    room = rng.standard_normal((2, 2000)) * np.exp(-np.arange(2000) / 400)
    dry = rng.standard_normal(FRAMES)
    wet = np.stack([signal.oaconvolve(dry, r)[:FRAMES] for r in room], axis=1)
    assert DelayDetector.find((0.01 * wet).astype(np.float32), RATE_HZ) is None


def test_a_wave_that_repeats_has_no_delay() -> None:
    turns = np.arange(FRAMES) * 441 / RATE_HZ
    saw = np.stack([turns % 1, (turns + 0.3) % 1], axis=1) - 0.5
    assert DelayDetector.find(saw.astype(np.float32), RATE_HZ) is None


@pytest.mark.parametrize("cut", [4999, 10**6])
def test_however_the_blocks_are_cut_the_same_is_found(cut: int) -> None:
    audio = late(mix(7), 19)
    detector = DelayDetector(RATE_HZ, 2)
    for start in range(0, FRAMES, cut):
        detector.process(audio[start : start + cut])
    assert detector.finish() == DelayDetector.find(audio, RATE_HZ)


def test_silence_short_sounds_and_other_channel_counts_have_none() -> None:
    assert DelayDetector.look(Excerpts(RATE_HZ, 0)) is None
    assert DelayDetector.find(np.zeros((FRAMES, 2), np.float32), RATE_HZ) is None
    assert DelayDetector.find(late(mix(8)[:100_000], 5), RATE_HZ) is None
    assert DelayDetector.find(mix(8)[:, :1], RATE_HZ) is None
    assert DelayDetector.find(clip_of("pop", 1).astype(np.float32), RATE_HZ) is None
