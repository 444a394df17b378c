"""What a person is told about a bounce: nothing about a clean one, one finding for each thing that is wrong."""

from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
import soxr

from bridge.engine.analyse import run_analysis
from bridge.model import Analysis, Finding
from tests.dsp.fault_music import clip_of, limit

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
Spoil = Callable[[np.ndarray], np.ndarray]


def mix_of(style: str, seed: int = 1, length_s: float = 6.0) -> np.ndarray:
    """A mix as it is bounced: a breath before, an ending that dies away, a breath after."""
    audio = clip_of(style, seed, length_s, RATE_HZ, peak=0.5)
    frames = len(audio)
    audio *= np.clip((frames - np.arange(frames)) / (2.0 * RATE_HZ), 0, 1)[:, None] ** 2
    return np.concatenate((np.zeros((8_000, 2)), audio, np.zeros((15_000, 2))))


def examine(folder: Path, audio: np.ndarray, subtype: str = "PCM_24", rate_hz: int = RATE_HZ) -> Analysis:
    path = folder / "Song.wav"
    soundfile.write(path, audio, rate_hz, subtype=subtype)
    return run_analysis(path)


def said(analysis: Analysis) -> list[tuple[str, str]]:
    return [(f.kind, f.check) for f in analysis.findings]


@pytest.mark.parametrize("style", ["pop", "ambient", "plucks", "rock", "techno", "saturated"])
@pytest.mark.parametrize(("subtype", "rate_hz"), [("PCM_24", 44_100), ("PCM_16", 48_000), ("FLOAT", 96_000)])
def test_a_clean_mix_gets_no_finding(tmp_path: Path, style: str, subtype: str, rate_hz: int) -> None:
    frames = int(4.5 * rate_hz)
    audio = clip_of(style, 3, 4.5, rate_hz, peak=0.5)
    audio *= np.clip((frames - np.arange(frames)) / (1.5 * rate_hz), 0, 1)[:, None] ** 2
    audio = np.concatenate((np.zeros((8_000, 2)), audio, np.zeros((9_000, 2))))
    assert said(examine(tmp_path, audio, subtype, rate_hz)) == []


def clipped(audio: np.ndarray) -> np.ndarray:
    return np.clip(audio, -0.3, 0.3)


def clicked(audio: np.ndarray) -> np.ndarray:
    audio[100_000, 0] += 0.4
    return audio


def dropped(audio: np.ndarray) -> np.ndarray:
    audio[120_000:120_400] = 0.0
    return audio


def broken(audio: np.ndarray) -> np.ndarray:
    audio[90_000, 1] = np.nan
    return audio


def dead(audio: np.ndarray) -> np.ndarray:
    audio[:, 1] = 0.0
    return audio


def inverted(audio: np.ndarray) -> np.ndarray:
    audio[:, 1] = -audio[:, 0]
    return audio


def mono(audio: np.ndarray) -> np.ndarray:
    audio[:, 1] = audio[:, 0]
    return audio


def over(audio: np.ndarray) -> np.ndarray:
    return audio * 3.0


def offset(audio: np.ndarray) -> np.ndarray:
    return audio + 0.02


def slight_offset(audio: np.ndarray) -> np.ndarray:
    audio[8_000:-15_000] += 0.003 * np.hanning(len(audio) - 23_000)[:, None]
    return audio


def leaning(audio: np.ndarray) -> np.ndarray:
    audio[:, 1] *= 0.6
    return audio


def rumbling(audio: np.ndarray) -> np.ndarray:
    t = np.arange(len(audio)) / RATE_HZ
    rumble = 0.08 * np.sin(2 * np.pi * 12 * t) * np.minimum(1.0, np.minimum(t, t[::-1]) / 0.3)
    return audio + rumble[:, None]


def cut_start(audio: np.ndarray) -> np.ndarray:
    return audio[50_001:] if abs(audio[50_001]).max() > 0.02 else audio[50_030:]


def cut_end(audio: np.ndarray) -> np.ndarray:
    return audio[:200_000]


def late(audio: np.ndarray) -> np.ndarray:
    return np.concatenate((np.zeros((3 * RATE_HZ, 2)), audio))


def hole(audio: np.ndarray) -> np.ndarray:
    return np.concatenate((audio, np.zeros((4 * RATE_HZ, 2)), audio))


def sixteen(audio: np.ndarray) -> np.ndarray:
    return np.round(audio * 2**15) / 2**15


def out_of_phase(audio: np.ndarray) -> np.ndarray:
    audio[:, 1] = -0.8 * audio[:, 0] + 0.2 * audio[:, 1]
    return audio


@pytest.mark.parametrize(
    ("spoil", "subtype", "expected"),
    [
        (clipped, "PCM_24", {("fault", "clipping")}),
        (clicked, "PCM_16", {("fault", "click")}),
        (dropped, "PCM_24", {("fault", "dropout")}),
        (broken, "FLOAT", {("fault", "not_finite")}),
        (dead, "PCM_24", {("fault", "dead_channel")}),
        (inverted, "PCM_24", {("fault", "inverted_channel")}),
        (mono, "PCM_24", {("listen", "mono_in_stereo")}),
        (over, "FLOAT", {("listen", "over_full_scale")}),
        (offset, "PCM_24", {("listen", "dc")}),
        (slight_offset, "PCM_24", {("note", "dc")}),
        (leaning, "PCM_24", {("listen", "imbalance")}),
        (rumbling, "PCM_24", {("listen", "rumble")}),
        (cut_start, "PCM_24", {("listen", "cut_attack")}),
        (cut_end, "PCM_24", {("listen", "cut_tail")}),
        (late, "PCM_24", {("listen", "head_silence")}),
        (hole, "PCM_24", {("listen", "silence_inside")}),
        (sixteen, "PCM_24", {("listen", "bit_depth")}),
        (out_of_phase, "PCM_24", {("listen", "correlation"), ("listen", "mono_loss"), ("listen", "imbalance")}),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
def test_one_thing_wrong_is_one_thing_said(
    tmp_path: Path, spoil: Spoil, subtype: str, expected: set[tuple[str, str]]
) -> None:
    analysis = examine(tmp_path, spoil(mix_of("pop")), subtype)
    assert set(said(analysis)) == expected
    for finding in analysis.findings:
        assert finding.message.endswith(".")
        assert finding.remedy
        assert "nan" not in finding.message.lower().replace("(nan, infinity or far beyond any sound)", "")
    msgspec.json.decode(msgspec.json.encode(analysis), type=Analysis)


def finding_of(analysis: Analysis, check: str) -> Finding:
    return next(f for f in analysis.findings if f.check == check)


def test_faults_say_when_and_where(tmp_path: Path) -> None:
    audio = clicked(dropped(mix_of("pop")))
    analysis = examine(tmp_path, audio)
    click, dropout = finding_of(analysis, "click"), finding_of(analysis, "dropout")
    assert click.at_s == pytest.approx((100_000 / RATE_HZ,), abs=0.001)
    assert click.channels == (0,)
    assert "0:02.3" in click.message
    assert "left" in click.message
    assert dropout.at_s == pytest.approx((120_000 / RATE_HZ,), abs=0.001)
    assert dropout.length_s == pytest.approx((400 / RATE_HZ,), abs=0.001)
    assert dropout.channels == (0, 1)
    assert analysis.places.clicks.count == 1


def test_a_wrecked_file_gives_a_short_list(tmp_path: Path) -> None:
    audio = mix_of("pop", length_s=12.0)
    for start in range(20_000, len(audio) - 20_000, 30_000):
        audio[start : start + 8_000] = np.clip(audio[start : start + 8_000] * 6, -0.5, 0.5)
    analysis = examine(tmp_path, audio)
    clipping = finding_of(analysis, "clipping")
    assert clipping.count > 500
    assert len(clipping.at_s) == 10
    assert analysis.places.clipping.places > 10
    assert "more places" in clipping.message
    assert len(clipping.message) < 250


def test_limited_music_is_said_to_be_limited_and_not_clipped(tmp_path: Path) -> None:
    audio = clip_of("pop", 1, 8.0, RATE_HZ)
    audio = np.concatenate((np.zeros((8_000, 2)), limit(audio, RATE_HZ, 16.0, 0.97), np.zeros((9_000, 2))))
    found = said(examine(tmp_path, audio))
    assert ("listen", "printed_loudness") in found
    assert not [check for kind, check in found if kind == "fault"]


def test_possible_sources_are_named_possible(tmp_path: Path) -> None:
    up = soxr.resample(mix_of("rock"), RATE_HZ, 96_000)
    finding = finding_of(examine(tmp_path, up, rate_hz=96_000), "upsampled")
    assert "Possibly" in finding.message
    assert "44,100" in finding.message
    soundfile.write(tmp_path / "a.mp3", mix_of("rock"), RATE_HZ, format="MP3")
    assert ("listen", "lossy_file") in said(run_analysis(tmp_path / "a.mp3"))
    lossy = soundfile.read(tmp_path / "a.mp3")[0]
    assert "Possibly" in finding_of(examine(tmp_path, lossy), "lossy_source").message


@pytest.mark.parametrize("channels", [1, 2, 6, 32])
@pytest.mark.parametrize("frames", [1, 44, 17_640])
@pytest.mark.parametrize("rate_hz", [8_000, 37_800, 384_000])
def test_little_and_odd_files(tmp_path: Path, channels: int, frames: int, rate_hz: int) -> None:
    rng = np.random.default_rng(frames)
    for audio in (
        0.1 * rng.standard_normal((frames, channels)),
        np.sign(rng.standard_normal((frames, channels))),
        np.full((frames, channels), 0.5),
        np.full((frames, channels), 1e-40),
        np.full((frames, channels), np.nan),
    ):
        analysis = examine(tmp_path, audio, "FLOAT", rate_hz)
        again = msgspec.json.decode(msgspec.json.encode(analysis), type=Analysis)
        assert again.format.frames == frames


def test_reasons_stand_beside_missing_numbers(tmp_path: Path) -> None:
    analysis = examine(tmp_path, clip_of("pop", 1)[:, :1])
    missing = analysis.measurement.unavailable
    assert missing["correlation"] == "the file does not have two channels"
    assert missing["noise_floor_dbfs"] == "the file has no quiet part to judge by"
