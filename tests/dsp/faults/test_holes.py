"""Holes: what cannot be meant is a fault, what may be meant is a gap, music is neither."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.faults.holes.detector import HoleDetector
from dsp.faults.holes.judge import Holes

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
Audio = NDArray[Any]


def bed(seconds: float = 6.0, rate_hz: int = RATE_HZ, shared: bool = True) -> Audio:
    """Held tones with a little air, wide, that fade in and out; ``shared``: both channels hold the same notes."""
    rng = np.random.default_rng(5)
    t = np.arange(int(seconds * rate_hz)) / rate_hz
    edge = np.clip(np.minimum(t / 0.05, (seconds - t) / 0.5), 0, 1) ** 3
    sides = []
    for c, detune in enumerate((1.0, 1.0 if shared else 1.3)):
        tones = ((110.0, 0.5), (164.8, 0.3), (220.0, 0.3), (659.0, 0.1))
        wave = sum(a * np.sin(2 * np.pi * f * detune * t + 0.4 * c + k) for k, (f, a) in enumerate(tones))
        sides.append((wave + 0.02 * rng.standard_normal(len(t))) * 0.3 * edge)
    return np.stack(sides, axis=1)


def found(audio: Audio, rate_hz: int = RATE_HZ) -> Holes:
    return HoleDetector.find(np.ascontiguousarray(audio, dtype=np.float32), rate_hz)


def said(holes: Holes) -> dict[str, int]:
    """How many of each kind, those that there are."""
    names = ("dropouts", "gaps", "mutes", "lost", "ended", "cut_ends", "cut_starts", "repeats", "stutters")
    return {name: getattr(holes, name).count for name in names if getattr(holes, name).count}


def faded(length: int, fade: int) -> Audio:
    gain = np.zeros(length)
    gain[:fade], gain[length - fade :] = np.linspace(1, 0, fade), np.linspace(0, 1, fade)
    return gain[:, None]


def test_the_bed_alone_and_silence_have_no_holes() -> None:
    assert said(found(bed())) == {}
    assert said(found(np.zeros((RATE_HZ, 2)))) == {}
    assert said(found(np.zeros((0, 2)))) == {}


@pytest.mark.parametrize("rate_hz", [8_000, 11_025, 22_050, 48_000, 96_000, 192_000])
def test_short_holes_are_found_at_every_rate_and_most_are_faults(rate_hz: int) -> None:
    audio = bed(3.0, rate_hz)
    places = [(round(s * rate_hz), round(n * rate_hz)) for s, n in ((0.8, 0.0015), (1.3, 0.003), (1.8, 0.02))]
    for at, length in places:
        audio[at : at + length] = 0.0
    holes = found(audio, rate_hz)
    assert holes.dropouts.count >= 2
    events = sorted((*holes.dropouts.events, *holes.gaps.events), key=lambda e: e.start_frame)
    assert [e.start_frame for e in events] == pytest.approx([at for at, _ in places], abs=2)
    assert [e.length_frames for e in events] == pytest.approx([length for _, length in places], abs=4)


@pytest.mark.parametrize("length_s", [0.07, 0.5, 2.5])
def test_a_long_hole_of_all_channels_may_be_meant(length_s: float) -> None:
    audio = bed()
    audio[2 * RATE_HZ : round((2 + length_s) * RATE_HZ)] = 0.0
    holes = found(audio)
    assert said(holes) == {"gaps": 1}
    assert holes.gaps.events[0].severity == pytest.approx(length_s, abs=0.001)


@pytest.mark.parametrize("length_s", [0.005, 0.2, 3.0])
def test_one_channel_that_stops_while_what_it_shares_goes_on_is_a_fault(length_s: float) -> None:
    audio = bed()
    audio[2 * RATE_HZ + 77 : round((2 + length_s) * RATE_HZ), 1] = 0.0
    holes = found(audio)
    assert said(holes) == {"dropouts": 1}
    assert holes.dropouts.events[0].channels == (1,)


def test_a_channel_that_dies_for_good_is_a_fault_and_a_part_of_its_own_that_stops_is_none() -> None:
    for shared, kind in ((True, "lost"), (False, "ended")):
        audio = bed(shared=shared)
        audio[3 * RATE_HZ + 50 :, 0] = 0.0
        holes = found(audio)
        assert said(holes) == {kind: 1}
        assert getattr(holes, kind).events[0].start_frame == pytest.approx(3 * RATE_HZ + 50, abs=2)
    audio = bed(shared=False)
    audio[2 * RATE_HZ :, 0] *= np.exp(-np.arange(4 * RATE_HZ) / (0.1 * RATE_HZ))
    assert said(found(audio)) == {}


@pytest.mark.parametrize("fade_s", [0.001, 0.005, 0.02])
@pytest.mark.parametrize("channels", [[0, 1], [1]])
def test_a_faded_hole_may_be_meant(fade_s: float, channels: list[int]) -> None:
    audio = bed()
    audio[90_000:96_000, channels] *= faded(6_000, round(fade_s * RATE_HZ))
    assert said(found(audio)) == {"gaps": 1}


def test_noise_of_converters_and_dither_fills_no_hole() -> None:
    audio = bed()
    audio[90_000:90_900] = 0.0
    audio += 2e-5 * np.random.default_rng(1).standard_normal(audio.shape)
    assert said(found(audio)) == {"dropouts": 1}


def test_a_frozen_value_is_a_fault_and_the_flat_top_of_a_saturated_bass_is_none() -> None:
    audio = bed()
    audio[90_010:90_700] = audio[90_009]
    assert said(found(audio)) == {"dropouts": 1}
    t = np.arange(RATE_HZ) / RATE_HZ
    for f in (41.0, 49.0):
        for drive in (4.0, 12.0):
            bass = np.round(0.6 * np.tanh(drive * np.sin(2 * np.pi * f * t)) * 2**15) / 2**15
            edge = np.clip(np.minimum(t, 1 - t) / 0.1, 0, 1)
            assert said(found(np.stack([bass, 0.98 * bass], axis=1) * edge[:, None])) == {}


def gate(audio: Audio, step: int, shut: int, ramp: int) -> Audio:
    open_ = (np.arange(len(audio)) % step >= shut).astype(float)
    if ramp > 1:
        open_ = np.convolve(open_, np.ones(ramp) / ramp, "same")
        open_[open_ < 1e-9] = 0.0
    return audio * open_[:, None]


@pytest.mark.parametrize("ramp_s", [0.0, 0.0003, 0.003])
def test_a_gate_in_rhythm_is_music(ramp_s: float) -> None:
    assert said(found(gate(bed(), 5_300, 1_985, round(ramp_s * RATE_HZ)))) == {}


@pytest.mark.parametrize(("step", "lost"), [(4_096, 512), (4_096, 1_024), (8_820, 441)])
def test_lost_buffers_keep_time_and_are_faults(step: int, lost: int) -> None:
    holes = found(gate(bed(), step, lost, 0))
    assert holes.dropouts.count >= len(bed()) // step - 8  # not where the bed fades
    assert "gaps" not in said(holes)


def test_uneven_rests_between_the_same_chords_are_how_it_is_played() -> None:
    audio, rng, at = bed(), np.random.default_rng(2), 20_000
    for _ in range(20):
        length = int(rng.integers(1_500, 3_000))
        audio[at : at + length] *= faded(length, 150)
        at += length + int(rng.integers(5_000, 9_000))
    assert said(found(audio)) == {}


def test_mutes_of_one_length_at_one_distance_are_told_as_such() -> None:
    audio = bed(20.0)
    for second in (2.0, 7.0, 12.0, 17.0):
        audio[round(second * RATE_HZ) : round((second + 0.5) * RATE_HZ)] *= faded(22_050, 200)
    assert said(found(audio)) == {"mutes": 4}


def test_sound_cut_beside_silence_is_told_with_its_place() -> None:
    audio = bed()
    audio[4 * RATE_HZ + 11 :] = 0.0
    audio[: RATE_HZ + 33] = 0.0
    holes = found(audio)
    assert said(holes) == {"cut_ends": 1, "cut_starts": 1}
    assert holes.cut_ends.events[0].start_frame == pytest.approx(4 * RATE_HZ + 11, abs=2)
    assert holes.cut_starts.events[0].end_frame == pytest.approx(RATE_HZ + 33, abs=2)


def test_blocks_and_chunk_borders_do_not_matter() -> None:
    audio = bed(4.0).astype(np.float32)
    audio[65_000:66_200] = 0.0
    audio[100_000:140_000, 0] = 0.0
    whole = found(audio)
    assert said(whole) == {"dropouts": 1, "gaps": 1}
    for cut in (977, 44_100):
        detector = HoleDetector(RATE_HZ, 2)
        for start in range(0, len(audio), cut):
            detector.process(audio[start : start + cut])
        assert detector.finish() == whole
    for offset in (32, 4_001, 60_000):
        moved = found(np.concatenate((np.zeros((offset, 2)), audio)))
        assert [e.start_frame - offset for e in moved.dropouts.events] == [e.start_frame for e in whole.dropouts.events]


@pytest.mark.parametrize("buffer", [64, 441, 1_024])
@pytest.mark.parametrize(("again", "kind"), [(1, "repeats"), (10, "stutters")])
def test_a_buffer_that_is_played_again_is_told(buffer: int, again: int, kind: str) -> None:
    audio = np.round(bed() * 2**23) / 2**23
    audio[90_000 : 90_000 + again * buffer] = np.tile(audio[90_000 - buffer : 90_000], (again, 1))
    holes = found(audio)
    assert said(holes) == {kind: 1}
    event = getattr(holes, kind).events[0]
    assert event.start_frame == 90_000
    assert event.length_frames == pytest.approx(again * buffer, abs=2)


def test_a_synthesiser_s_periods_are_no_repeated_buffers() -> None:
    rng, t = np.random.default_rng(3), np.arange(2_205)
    notes = [0.5 * np.round(8 * np.sin(2 * np.pi * t / rng.integers(64, 400))) / 8 for _ in range(100)]
    lead = np.concatenate(notes)
    assert said(found(np.stack([lead, lead], axis=1))) == {}


def test_a_drum_machine_with_nothing_around_it_plays_rests() -> None:
    audio = np.zeros(4 * RATE_HZ)
    hit = np.random.default_rng(4).standard_normal(6_000) * 0.2
    for start in range(3_000, 160_000, 11_025):
        audio[start : start + 6_000] = hit
    assert said(found(np.stack([audio, 0.9 * audio], axis=1))).keys() <= {"cut_ends"}


def test_a_quiet_end_at_sixteen_bits_has_no_holes() -> None:
    t = np.arange(4 * RATE_HZ) / RATE_HZ
    for hz in (31.0, 110.0):
        ending = 0.5 * np.sin(2 * np.pi * hz * t) * (1 + np.sin(2 * np.pi * 5.0 * t)) * np.exp(-t / 0.5)
        ending[:2_000] *= np.linspace(0, 1, 2_000)
        assert said(found(np.stack([np.round(ending * 2**15) / 2**15] * 2, axis=1))) == {}


def loop(seconds: float, repeats: int) -> Audio:
    """Noise with a few tones, wide, the same again and again, a breath of another sound between."""
    rng = np.random.default_rng(11)
    t = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    tones = np.stack([np.sin(2 * np.pi * 131.0 * t), np.sin(2 * np.pi * 131.0 * t + 0.5)], axis=1)
    part = 0.2 * tones + 0.05 * rng.standard_normal((len(t), 2)).cumsum(axis=0) / 20
    apart = 0.1 * rng.standard_normal((round(0.03 * RATE_HZ), 2))
    part *= np.clip(np.minimum(t, seconds - t) / 0.1, 0, 1)[:, None]
    return np.concatenate([x for _ in range(repeats) for x in (part, apart)])


@pytest.mark.parametrize("length", [60, 441])
def test_a_hole_that_comes_again_with_its_sound_is_part_of_it(length: int) -> None:
    audio = loop(3.1, 5)
    period = len(audio) // 5
    for i in range(5):
        audio[i * period + 60_000 : i * period + 60_000 + length] = 0.0
    assert said(found(audio)) == {"gaps": 5}


@pytest.mark.parametrize("length", [60, 441])
def test_holes_at_other_places_of_a_sound_that_comes_again_are_faults(length: int) -> None:
    audio = loop(3.1, 5)
    period = len(audio) // 5
    for i in range(5):
        at = i * period + 40_000 + 9_777 * i
        audio[at : at + length] = 0.0
    assert said(found(audio)) == {"dropouts": 5}
    assert said(found(loop(3.1, 5))) == {}
