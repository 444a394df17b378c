"""The frames of lossy codecs are found in what was decoded from them, and in nothing else."""

import io
import shutil
import subprocess
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from dsp.faults.source.codec_grid import CodecGrid, CodecGridDetector
from dsp.faults.source.filterbanks import filter_banks
from tests.dsp.fault_music import STYLES, clip_of, quantise

RATE_HZ = 44_100


@cache
def clip(style: str) -> np.ndarray:
    return clip_of(style, 4, 6.0)


@cache
def warm(seed: int) -> np.ndarray:
    """Noise that swells and falls off with frequency as music does, 9 dB an octave; different on both sides."""
    rng = np.random.default_rng(seed)
    spectrum = rng.standard_normal((6 * RATE_HZ // 2 + 1, 2)) * np.exp(
        2j * np.pi * rng.random((6 * RATE_HZ // 2 + 1, 2))
    )
    spectrum /= np.maximum(np.arange(len(spectrum)), 600)[:, None] ** 1.5
    noise = np.fft.irfft(spectrum, axis=0) * (2 + np.sin(np.arange(6 * RATE_HZ) / 20_000))[:, None]
    return 0.5 * noise / np.abs(noise).max()


def grid_of(audio: np.ndarray, rate_hz: int = RATE_HZ) -> CodecGrid | None:
    return CodecGridDetector.find(np.asarray(audio, np.float32), rate_hz)


def codec_of(audio: np.ndarray) -> str | None:
    found = grid_of(audio)
    return None if found is None else found.codec


def decoded(audio: np.ndarray, container: str, subtype: str, level: float) -> np.ndarray:
    file = io.BytesIO()
    soundfile.write(file, audio, RATE_HZ, format=container, subtype=subtype, compression_level=level)
    file.seek(0)
    return soundfile.read(file)[0]


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize(
    ("codec", "container", "subtype", "level"),
    [("MP3", "MP3", "MPEG_LAYER_III", 0.0), ("Ogg Vorbis", "OGG", "VORBIS", 0.4)],  # 320 kbit/s, quality 6
)
def test_a_codec_is_known_after_a_cut_and_a_gain(
    seed: int, codec: str, container: str, subtype: str, level: float
) -> None:
    lossy = decoded(warm(seed), container, subtype, level)
    assert codec_of(quantise(0.63 * lossy[1_234:], 24)) == codec
    assert codec_of(warm(seed)[1_234:]) is None


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="needs ffmpeg")
def test_aac_is_known(tmp_path: Path) -> None:
    first, coded, last = (str(tmp_path / name) for name in ("a.wav", "a.m4a", "b.wav"))
    soundfile.write(first, warm(3), RATE_HZ, subtype="PCM_24")
    for command in ([first, "-c:a", "aac", "-b:a", "256k", coded], [coded, "-c:a", "pcm_s24le", last]):
        subprocess.run(["ffmpeg", "-v", "error", "-i", *command], check=True)
    assert codec_of(soundfile.read(last)[0]) == "AAC"


@pytest.mark.slow
@pytest.mark.parametrize("style", list(STYLES)[::2])
def test_honest_sound_has_no_frames(style: str) -> None:
    rng = np.random.default_rng(6)
    assert grid_of(quantise(clip(style), 24)) is None
    assert grid_of(quantise(0.1 * clip(style), 16, rng)) is None


@pytest.mark.slow
def test_tones_noise_and_little_sounds_have_no_frames() -> None:
    t = np.arange(5 * RATE_HZ)[:, None] / RATE_HZ
    rng = np.random.default_rng(1)
    clean = {
        "silence": np.zeros((5 * RATE_HZ, 2)),
        "noise": 0.1 * rng.standard_normal((5 * RATE_HZ, 2)),
        "nothing but dither": quantise(np.zeros((5 * RATE_HZ, 2)), 16, rng),
        "a tone": quantise(0.5 * np.sin(2 * np.pi * 997 * t), 16),
        "a square wave": 0.4 * np.sign(np.sin(2 * np.pi * 220.5 * t)),
        "clicks 576 samples apart": 0.5 * (np.arange(5 * RATE_HZ) % 576 == 0).astype(float)[:, None],
        "a loop of 1,024 samples": np.tile(0.3 * rng.standard_normal((1024, 1)), (215, 1)),
        "a second": 0.1 * rng.standard_normal((RATE_HZ, 2)),
        "one sample": np.full((1, 2), 0.5),
        "nothing": np.zeros((0, 2)),
    }
    assert {name: grid_of(audio) for name, audio in clean.items()} == dict.fromkeys(clean)


def test_no_codec_has_such_rates() -> None:
    assert grid_of(0.1 * np.random.default_rng(1).standard_normal((96_000, 2)), 96_000) is None


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_line_alone_is_found_in_its_own_frame_and_line_only(number: int) -> None:
    bank = filter_banks(2, 24, 8192)[number]
    length = bank.vectors.shape[1]
    signal = np.zeros(3 * length)
    signal[length : 2 * length] = bank.vectors[30]
    values = [bank.vectors @ signal[length + frame * bank.hop :][:length] for frame in (-1, 0, 1)]
    own = values[1][30]
    values[1][30] = 0.0
    assert np.abs(values).max() < 3e-4 * own


@pytest.mark.slow
def test_blocks_do_not_matter() -> None:
    audio = np.asarray(0.1 * np.random.default_rng(2).standard_normal((4 * RATE_HZ, 2)), np.float32)
    detector = CodecGridDetector(RATE_HZ, 2)
    for start in range(0, len(audio), 33_333):
        detector.process(audio[start : start + 33_333])
    assert detector.finish() == grid_of(audio)
