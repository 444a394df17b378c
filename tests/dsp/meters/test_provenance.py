"""Bit depth, dither and the brick walls of lossy and upsampled sources."""

import io

import numpy as np
import pytest
import soundfile
import soxr

from dsp.meters.provenance import BrickWall, Provenance, ProvenanceStage, find_brick_wall
from dsp.meters.spectrum import SpectrumStage
from tests.accuracy import Accuracy
from tests.dsp.fault_music import STYLES, clip_of, fade_out, quantise


def provenance_of(audio: np.ndarray, cut: int = 33_333) -> Provenance:
    stage = ProvenanceStage(44_100, audio.shape[1])
    for start in range(0, len(audio), cut):
        stage.process(audio[start : start + cut])
    return stage.finish()


def wall_of(audio: np.ndarray, rate_hz: int = 44_100) -> BrickWall | None:
    stage = SpectrumStage(rate_hz, audio.shape[1])
    stage.process(np.ascontiguousarray(audio, dtype=np.float32))
    return find_brick_wall(stage.finish())


@pytest.mark.slow
@pytest.mark.parametrize("bits", [8, 12, 16, 20, 24])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_bits_in_use_are_exact(bits: int, dtype: type) -> None:
    audio = quantise(clip_of("pop", 1), bits).astype(dtype)
    assert provenance_of(audio).real_bits == bits
    assert not provenance_of(audio).float_content


@pytest.mark.slow
def test_one_sample_decides() -> None:
    audio = quantise(clip_of("pop", 1), 16).astype(np.float32)
    audio[77_777, 1] += np.float32(2.0**-19)
    assert provenance_of(audio).real_bits == 20


def test_wide_integers_and_true_floats() -> None:
    audio = quantise(clip_of("pop", 1), 32)
    assert provenance_of(audio).real_bits == 32
    floats = clip_of("pop", 1)
    assert provenance_of(floats).float_content
    assert provenance_of(floats.astype(np.float32)).real_bits is None
    assert provenance_of(np.zeros((1_000, 2), np.float32)).real_bits is None


@pytest.mark.slow
def test_dither() -> None:
    rng = np.random.default_rng(4)
    music = fade_out(clip_of("ambient", 2, length_s=6.0), 8.0)
    assert provenance_of(quantise(music, 16, rng).astype(np.float32)).dithered is True
    assert provenance_of(quantise(music, 16).astype(np.float32)).dithered is not True
    assert provenance_of(quantise(music, 24, rng).astype(np.float32)).dithered is None
    assert provenance_of(quantise(clip_of("rock", 2), 16).astype(np.float32)).dithered is None
    low = 2e-5 * np.sin(2 * np.pi * 80 * np.arange(44_100) / 44_100)
    assert provenance_of(quantise(low[:, None] + 2.0**-15, 16).astype(np.float32)).dithered is False


@pytest.mark.slow
@pytest.mark.parametrize("cut", [1, 255, 4_097])
def test_blocks_do_not_matter(cut: int) -> None:
    audio = quantise(fade_out(clip_of("ambient", 2, length_s=0.5), 8.0), 16, np.random.default_rng(0))
    assert provenance_of(audio.astype(np.float32), cut) == provenance_of(audio.astype(np.float32))


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_an_honest_file_has_no_wall(style: str) -> None:
    audio = clip_of(style, 1, length_s=6.0)
    assert wall_of(audio) is None
    assert wall_of(quantise(audio, 16)) is None
    there_and_back = soxr.resample(soxr.resample(audio, 44_100, 48_000), 48_000, 44_100)
    assert wall_of(quantise(there_and_back, 24)) is None, "a resampler's own filter is not a wall"


def encoded(audio: np.ndarray, container: str, subtype: str, level: float) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, audio, 44_100, format=container, subtype=subtype, compression_level=level)
    file.seek(0)
    return soundfile.read(file)[0]


BRIGHT = ("pop", "rock", "drum machine", "techno", "saturated")


@pytest.mark.slow
def test_lossy_and_upsampled_sources_are_seen(accuracy: Accuracy) -> None:
    made = {
        "MP3, highest quality": lambda x: (encoded(x, "MP3", "MPEG_LAYER_III", 0.0), 44_100),
        "MP3, middle quality": lambda x: (encoded(x, "MP3", "MPEG_LAYER_III", 0.5), 44_100),
        "44.1 to 48 kHz": lambda x: (soxr.resample(x, 44_100, 48_000), 48_000),
        "44.1 to 96 kHz": lambda x: (soxr.resample(x, 44_100, 96_000), 96_000),
        "22.05 to 44.1 kHz": lambda x: (soxr.resample(soxr.resample(x, 44_100, 22_050), 22_050, 44_100), 44_100),
    }
    for name, make in made.items():
        kinds = []
        for style in BRIGHT:
            audio, rate_hz = make(clip_of(style, 1, length_s=6.0))
            wall = wall_of(quantise(audio, 24), rate_hz)
            kinds.append(None if wall is None else wall.kind)
        found = sum(k is not None for k in kinds)
        accuracy.row("provenance", source=name, files=str(len(BRIGHT)), called_possible=str(found))
        if "to" in name:
            assert kinds == ["upsampled"] * len(BRIGHT)
        elif "middle" in name:
            assert found >= 4


@pytest.mark.parametrize("frames", [0, 1, 40, 17_000])
def test_tiny_files(frames: int) -> None:
    for value in (0.0, 1e-39, 1.0, -1.0, 0.3):
        audio = np.full((frames, 3), value, np.float32)
        result = provenance_of(audio)
        assert result.dithered is None
        if frames and value in (1.0, -1.0):
            assert result.real_bits == 1
    assert wall_of(np.zeros((17_000, 1))) is None
    assert wall_of(np.ones((10, 1)), 8_000) is None


def test_wrong_arguments() -> None:
    with pytest.raises(ValueError, match="rate_hz"):
        ProvenanceStage(0, 2)
    with pytest.raises(ValueError, match="channels"):
        ProvenanceStage(44_100, 0)
    with pytest.raises(ValueError, match="block"):
        ProvenanceStage(44_100, 2).process(np.zeros((5, 1)))
