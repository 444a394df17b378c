"""Fault detectors: nothing found in clean sound of any kind, everything found that was put into it."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from dsp.faults.detector import FaultDetector, Faults
from dsp.faults.events import FaultEvent
from tests.accuracy import Accuracy
from tests.dsp.fault_music import STYLES, clip_of, fade_out, limit, quantise

pytestmark = pytest.mark.slow

Audio = NDArray[Any]
SMOOTH = [s for s in STYLES if s not in ("square lead", "chip tune")]


def run(audio: Audio, rate_hz: int = 44_100, cut: int = 100_000) -> Faults:
    stage = FaultDetector(rate_hz, audio.shape[1])
    for start in range(0, len(audio), cut):
        stage.process(np.ascontiguousarray(audio[start : start + cut], dtype=np.float32))
    return stage.finish()


def alarms(result: Faults) -> int:
    found = (result.clipping, result.clicks, result.dropouts, result.not_finite, result.over_full_scale)
    return sum(len(group.events) for group in found)


def clean_versions(style: str, seed: int, rate_hz: int) -> Iterator[Audio]:
    """Everything done to a clip that leaves it clean."""
    rng = np.random.default_rng(seed)
    audio = clip_of(style, seed, rate_hz=rate_hz)
    yield audio
    for bits in (8, 16, 24):
        yield quantise(audio, bits)
    yield quantise(fade_out(audio, 1.0), 16)
    yield quantise(fade_out(audio, 3.0), 16)
    yield quantise(fade_out(audio, 3.0), 16, rng)
    if style in SMOOTH:
        for drive_db in (6.0, 12.0):
            driven = limit(audio, rate_hz, drive_db, 0.989)
            yield driven
            for bits in (8, 16, 24):
                yield quantise(driven, bits)


@pytest.mark.parametrize("style", STYLES)
def test_clean_sound_has_no_faults(style: str, accuracy: Accuracy) -> None:
    files = found = 0
    for seed, rate_hz in ((1, 44_100), (2, 48_000), (3, 44_100), (4, 37_800), (5, 96_000)):
        for audio in clean_versions(style, seed, rate_hz):
            files += 1
            found += alarms(run(audio, rate_hz))
    accuracy.row("faults-clean", sound=style, files=str(files), false_alarms=str(found))
    assert found == 0


def runs_of(mask: NDArray[np.bool_]) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return list(zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True))


@pytest.mark.parametrize("depth_db", [0.5, 1.0, 3.0, 6.0, 12.0])
def test_clipping_is_found(depth_db: float, accuracy: Accuracy) -> None:
    """Every flat top of three samples or more, also when the file was turned down after it was clipped."""
    tops = hits = 0
    for style in SMOOTH:
        for seed in (1, 2):
            audio = clip_of(style, seed, peak=1.0)
            line = 10 ** (-depth_db / 20)
            clipped = np.clip(audio, -line, line)
            real = [
                (channel, a, b)
                for channel in range(2)
                for a, b in runs_of(np.abs(audio[:, channel]) > line)
                if b - a >= 3
            ]
            for version in (
                quantise(clipped, 24),
                quantise(clipped, 16),
                clipped * 0.4315,
                quantise(clipped * 0.1, 24),
            ):
                events = run(version).clipping.events
                tops += len(real)
                hits += sum(
                    any(e.start_frame - 1 <= a and b <= e.end_frame + 1 and c in e.channels for e in events)
                    for c, a, b in real
                )
    assert tops > 1000
    accuracy.row(
        "faults-clipping",
        passed_the_line_by_dB=f"{depth_db:g}",
        flat_tops=str(tops),
        found=f"{100 * hits / tops:.2f} %",
    )
    assert hits / tops >= 0.99


def power(audio: Audio) -> float:
    return float(np.mean(np.square(audio)))


def steady(audio: Audio, at: int, ratio_db: float, before: slice, after: slice) -> bool:
    """Whether the level on both sides differs by less than a ratio, both above -50 dB."""
    a, b = power(audio[at + before.start : at + before.stop]), power(audio[at + after.start : at + after.stop])
    return min(a, b) > 1e-5 and abs(10 * np.log10(a / b)) < ratio_db


@pytest.mark.parametrize("kind", ["one sample", "three samples", "splice"])
def test_clicks_are_found(kind: str, accuracy: Accuracy) -> None:
    """Above the stated limit: six times the sharpest bend within 50 ms, a fifth of the music, no change of level."""
    reach, cases, hits = int(0.052 * 44_100) + 64, 0, 0
    for style in ("pop", "ambient", "rock", "plucks", "saturated"):
        for seed in range(12):
            rng = np.random.default_rng([seed, len(kind)])
            audio = clip_of(style, seed)
            channel, placed = int(rng.integers(2)), []
            for second in np.arange(0.25, 2.7, 0.25):
                at = int((second + rng.uniform(0, 0.1)) * 44_100)
                line = audio[:, channel]
                around = np.abs(np.diff(line[at - reach : at + reach], 2)).max()
                height = rng.uniform(0.1, 0.5) * rng.choice([-1.0, 1.0])
                changed = line.copy()
                if kind == "splice":
                    changed[at:-400] = line[at + 200 : len(line) - 200]
                else:
                    changed[at : at + (1 if kind == "one sample" else 3)] += height
                bend = np.abs(np.diff(changed[at - 4 : at + 8], 2)).max()
                loud = np.sqrt(power(changed[at - 540 : at + 540]))
                if bend < 6 * around or bend / 2 < 0.2 * loud:
                    continue
                if not steady(changed, at, 2.3, slice(-540, -6), slice(6, 540)):
                    continue
                audio[:, channel] = changed
                placed.append(at)
            events = run(np.clip(audio, -1, 1)).clicks.events
            cases += len(placed)
            hits += sum(any(e.start_frame - 8 <= at <= e.end_frame + 8 for e in events) for at in placed)
    assert cases > 40
    accuracy.row("faults-clicks", click=kind, cases=str(cases), found=f"{100 * hits / cases:.2f} %")
    assert hits / cases >= 0.99


def within(at: int, channels: list[int], events: tuple[FaultEvent, ...]) -> bool:
    """Whether an event of these channels is at a place."""
    return any(e.start_frame - 2 <= at <= e.end_frame and set(channels) <= set(e.channels) for e in events)


@pytest.mark.parametrize("kind", ["both channels", "one channel", "frozen value"])
def test_dropouts_are_found(kind: str, accuracy: Accuracy) -> None:
    """1.5 (frozen: 4) to 50 ms in music above -50 dB that is alike on both sides: found, and mostly as a fault."""
    cases = hits = faults = 0
    for style in ("pop", "ambient", "rock", "plucks", "saturated"):
        for seed in range(12):
            rng = np.random.default_rng([seed, len(kind)])
            audio = clip_of(style, seed)
            broken, placed = audio.copy(), []
            for second in np.arange(0.25, 2.6, 0.25):
                at = int((second + rng.uniform(0, 0.1)) * 44_100)
                length = int(rng.uniform(0.004 if kind == "frozen value" else 0.0015, 0.0495) * 44_100)
                channels = [0, 1] if kind == "both channels" else [int(rng.integers(2))]
                alike = [steady(audio[:, c], at, 9.0, slice(-220, 0), slice(length, length + 220)) for c in channels]
                if not all(alike):
                    continue
                held = broken[at - 1, channels] * 0.9 if kind == "frozen value" else 0.0
                broken[at : at + length, channels] = held
                placed.append((at, channels))
            holes = run(broken).holes
            cases += len(placed)
            hits += sum(within(at, c, (*holes.dropouts.events, *holes.gaps.events)) for at, c in placed)
            faults += sum(within(at, c, holes.dropouts.events) for at, c in placed)
    assert cases > 200
    accuracy.row(
        "faults-dropouts",
        dropout=kind,
        cases=str(cases),
        found=f"{100 * hits / cases:.2f} %",
        as_a_fault=f"{100 * faults / cases:.2f} %",
    )
    assert hits / cases >= 0.99
    assert faults / cases >= 0.8


def test_overs_and_broken_numbers_are_exact() -> None:
    audio = clip_of("pop", 3) * 0.9
    audio[1000, 0], audio[50_000:50_010, 1], audio[50_500, 1] = 1.5, -2.0, 1.0
    audio[70_000, 0], audio[70_001, 1], audio[110_000, 0] = np.nan, np.inf, -np.inf
    result = run(audio, cut=7_777)
    assert result.over_full_scale.count == 11
    assert [e.start_frame for e in result.over_full_scale.events] == [1000, 50_000]
    assert result.over_full_scale.events[1].severity == pytest.approx(6.02, abs=0.01)
    assert result.over_full_scale.events[1].channels == (1,)
    assert result.not_finite.count == 3
    assert [(e.start_frame, e.channels) for e in result.not_finite.events] == [(70_000, (0, 1)), (110_000, (0,))]


def test_a_gate_in_rhythm_is_music_and_the_same_gaps_at_random_are_not() -> None:
    n = np.arange(44_100 * 3)
    tone = 0.5 * np.sin(2 * np.pi * 445 * n / 44_100)[:, None]
    gated, holed = tone * (n % 5_000 < 3_500)[:, None], tone.copy()
    rng = np.random.default_rng(1)
    for start in np.arange(6_000, 120_000, 5_000):
        at = int(start + rng.integers(3_000))
        holed[at : at + 1_500] = 0.0
    assert run(gated).dropouts.count == 0
    found = run(holed).holes
    assert found.dropouts.count >= 21
    assert found.dropouts.count + found.gaps.count == 23


def test_the_steep_attack_of_a_drum_in_a_loud_mix_is_no_click() -> None:
    """The drum of a real recording: it rises by 0.4 within five samples, while the music around is as loud."""
    n = np.arange(44_100 * 6)
    audio = 0.35 * np.sin(2 * np.pi * 93 * n / 44_100) + 0.05 * np.sin(2 * np.pi * 330 * n / 44_100)
    attack = np.cumsum([0.105, 0.106, 0.089, 0.054, 0.03, 0.019, 0.014])
    drum = attack[-1] * np.exp(-np.arange(4_000) / 400.0)
    drum[: len(attack)] = attack
    for start in range(20_000, 240_000, 9_463):
        audio[start : start + 4_000] -= drum * np.sign(audio[start])
    assert run(np.stack([audio, 0.5 * audio], axis=1)).clicks.count == 0


def test_one_event_in_two_channels_is_one() -> None:
    audio = clip_of("pop", 1)
    audio[60_000:60_300] = 0.0
    audio[61_000:61_200, 1] = 0.0
    result = run(audio).dropouts
    assert result.count == 2
    assert [(e.count, e.channels) for e in result.events] == [(2, (0, 1))]


def test_offset_under_a_window() -> None:
    n = np.arange(44_100 * 3 + 300)
    bass = 0.5 * np.sin(2 * np.pi * 40 * n / 44_100)[:, None]  # ends in mid-wave
    assert abs(run(bass).dc[0]) < 1e-5
    assert run(bass + 0.01).dc[0] == pytest.approx(0.01, abs=1e-5)


def test_neighbours_merge_and_the_worst_are_chosen() -> None:
    rng = np.random.default_rng(1)
    audio = 0.3 * rng.standard_normal((44_100 * 6, 2))
    audio[44_100 * 2 : 44_100 * 4] *= 0.15
    audio = np.clip(audio, -0.25, 0.25)
    result = run(audio)
    assert result.clipping.count > 4_000
    assert len(result.clipping.events) == 2
    assert len(result.clipping.worst(1)) == 1


@pytest.mark.parametrize("cut", [1, 31, 4_096, 65_536])
def test_blocks_do_not_matter(cut: int) -> None:
    audio = clip_of("pop", 5, length_s=1.0 if cut == 1 else 3.0)
    audio = np.clip(audio, -0.5, 0.5)
    audio[20_000:20_300, 0] = 0.0
    audio[30_000, 1] += 0.4
    assert run(audio, cut=cut) == run(audio)


def test_a_chunk_border_hides_nothing() -> None:
    """The same faults at every offset against the internal chunks give the same list, moved."""
    audio = np.clip(clip_of("ambient", 4, length_s=1.5), -0.55, 0.55)
    audio[30_000:30_500, 0] = 0.0
    audio[50_000, 1] += 0.5
    first = run(audio)
    assert first.clipping.count
    assert first.dropouts.count == 1
    assert first.clicks.count == 1
    for offset in (32, 2_791, 20_000, 29_999, 32_768):
        moved = run(np.concatenate((np.zeros((offset, 2)), audio)))
        assert moved.clipping.count == first.clipping.count
        assert [e.start_frame - offset for e in moved.dropouts.events] == [30_000]
        assert [e.start_frame - offset for e in moved.clicks.events] == [50_000]


@pytest.mark.parametrize("rate_hz", [8_000, 22_050, 37_800, 44_100, 96_000, 384_000])
@pytest.mark.parametrize("frames", [1, 2, 40, 441, 17_000])
def test_hard_little_files(rate_hz: int, frames: int) -> None:
    n = np.arange(frames)
    signals = {
        "silence": np.zeros(frames),
        "denormal": np.full(frames, 1e-40),
        "offset": np.full(frames, 0.25),
        "square": np.where(n % 100 < 50, 1.0, -1.0),
        "noise": 0.3 * np.random.default_rng(0).standard_normal(frames).clip(-3, 3),
        "nan": np.full(frames, np.nan),
    }
    for name, signal in signals.items():
        result = run(signal[:, None], rate_hz)
        assert result.frames == frames
        assert result.clipping.count == 0, name
        assert result.clicks.count == 0, name
        assert result.dropouts.count == 0, name
        assert result.not_finite.count == (frames if name == "nan" else 0)
        if name == "offset":
            assert result.dc[0] == pytest.approx(0.25, abs=1e-6)


def test_many_channels_and_wide_numbers() -> None:
    audio = np.random.default_rng(2).standard_normal((5_000, 32)) * 0.1
    audio[:, 7] = 0.0
    audio[3, 4] = 1e300
    stage = FaultDetector(48_000, 32)
    stage.process(audio)
    result = stage.finish()
    assert result.not_finite.count == 1
    assert result.channel_peaks[7] == 0.0


@pytest.mark.parametrize(
    ("fall_db_per_s", "seconds"), [(0.0, 3.0), (20.0, 3.0), (60.0, 0.8), (200.0, 0.5), (20.0, 0.05)]
)
def test_how_fast_the_end_dies_away(fall_db_per_s: float, seconds: float) -> None:
    time_s = np.arange(int(seconds * 44_100)) / 44_100
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, len(time_s)) * 10 ** (-fall_db_per_s * time_s / 20)
    result = run(np.stack((noise, noise), axis=1)).edges
    assert result.end_fall_db_per_s == pytest.approx(fall_db_per_s, abs=3.0 if seconds > 0.1 else 40.0)


@pytest.mark.parametrize("fade_s", [0.06, 0.1, 0.3])
def test_an_end_that_is_faded_to_nothing_dies_away_fast(fade_s: float) -> None:
    noise = np.random.default_rng(2).uniform(-0.5, 0.5, (44_100, 2))
    faded = noise * np.minimum(1.0, np.arange(44_100)[::-1, None] / (fade_s * 44_100))
    assert run(faded).edges.end_fall_db_per_s > 60.0


def test_edges() -> None:
    audio = clip_of("ambient", 1)
    silence = np.zeros((44_100 * 4, 2))
    result = run(np.concatenate((silence, audio, silence, audio[20_000:60_000]))).edges
    assert result.head_silence_s == pytest.approx(4.0, abs=0.05)
    assert result.silences.count == 1
    assert result.silences.events[0].length_frames / 44_100 == pytest.approx(4.0, abs=0.1)
    assert result.end_peak > 0.01
    assert result.first_sample == 0.0
    assert run(audio[20_000:]).edges.first_sample == pytest.approx(float(np.abs(audio[20_000]).max()), rel=1e-6)


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        FaultDetector(0, 2)
    with pytest.raises(ValueError, match="channels"):
        FaultDetector(44_100, 0)
    with pytest.raises(ValueError, match="block"):
        FaultDetector(44_100, 2).process(np.zeros((5, 3)))
