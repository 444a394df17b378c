"""What is kept for a second look: the quietest seconds and windows spread evenly, however the blocks are cut."""

import numpy as np
import pytest

from dsp.core.arrays import F32
from dsp.faults.excerpts import CHANNELS_MOST, QUIET_MOST, SPREAD_FRAMES, SPREAD_MOST, Excerpts, ExcerptStage

RATE = 8000


def kept(audio: F32, cut: int) -> Excerpts:
    stage = ExcerptStage(RATE, audio.shape[1])
    for start in range(0, len(audio), cut):
        stage.process(audio[start : start + cut])
    return stage.finish()


def noise(seconds: float, channels: int = 2) -> F32:
    rng = np.random.default_rng(3)
    return (0.1 * rng.standard_normal((round(seconds * RATE), channels))).astype(np.float32)


def test_the_quietest_seconds_are_kept_in_order_of_time() -> None:
    audio = noise(30.0)
    for second in (21, 4):
        audio[second * RATE : (second + 1) * RATE] *= 0.01
    audio[9 * RATE : 10 * RATE] = 0.0  # digital silence holds no noise
    quiet = kept(audio, 5000).quiet
    starts = [e.start_frame // RATE for e in quiet]
    assert len(quiet) == QUIET_MOST
    assert starts == sorted(starts)
    assert {4, 21} <= set(starts)
    assert 9 not in starts
    np.testing.assert_array_equal(quiet[starts.index(4)].audio, audio[4 * RATE : 5 * RATE])


@pytest.mark.parametrize("cut", [999, 7 * RATE])
def test_the_very_last_second_counts_instead_of_the_one_it_overlaps(cut: int) -> None:
    audio = noise(20.4)
    audio[-RATE:] *= 0.01
    quiet = kept(audio, cut).quiet
    assert [e.start_frame for e in quiet if e.start_frame >= 19 * RATE] == [len(audio) - RATE]
    np.testing.assert_array_equal(quiet[-1].audio, audio[-RATE:])
    audio[-RATE // 4 :] = 1.0
    assert all(e.start_frame % RATE == 0 for e in kept(audio, cut).quiet)


@pytest.mark.slow
@pytest.mark.parametrize("windows", [0.5, 1, 15.5, 16, 17, 40, 100])
def test_windows_lie_evenly_over_all_of_it(windows: float) -> None:
    audio = noise(windows * SPREAD_FRAMES / RATE, 1)
    spread = kept(audio, 100_000).spread
    starts = np.array([e.start_frame for e in spread])
    assert min(int(windows) or 1, SPREAD_MOST // 2) <= len(spread) <= SPREAD_MOST
    steps = set(np.diff(starts).tolist())
    assert len(steps) <= 1
    assert starts[0] == 0
    assert len(audio) - starts[-1] < max(steps, default=0) + 2 * SPREAD_FRAMES
    for excerpt in spread:
        end = excerpt.start_frame + len(excerpt.audio)
        np.testing.assert_array_equal(excerpt.audio, audio[excerpt.start_frame : end])


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1, 977, 65_536, 10**7])
def test_however_the_blocks_are_cut_the_same_is_kept(cut: int) -> None:
    audio = noise(1.5 if cut == 1 else 60.0)
    one, other = kept(audio, cut), kept(audio, 4096)
    for a, b in zip((*one.quiet, *one.spread), (*other.quiet, *other.spread), strict=True):
        assert a.start_frame == b.start_frame
        np.testing.assert_array_equal(a.audio, b.audio)


def test_silence_and_nothing_have_no_quiet_seconds() -> None:
    assert kept(np.zeros((RATE * 5, 2), np.float32), 999).quiet == ()
    assert kept(np.zeros((0, 2), np.float32), 999) == Excerpts(RATE, 0)


def test_of_many_channels_the_first_are_kept() -> None:
    assert kept(noise(1.0, 12), 4000).quiet[0].audio.shape == (RATE, CHANNELS_MOST)
