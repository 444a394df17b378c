"""16-bit sound after a gain lies on a lattice; nothing else does."""

from functools import cache

import numpy as np
import pytest

from dsp.faults.source.lattice import Lattice, LatticeDetector
from tests.dsp.fault_music import STYLES, clip_of, quantise

RATE_HZ = 44_100


def lattice_of(audio: np.ndarray) -> Lattice | None:
    return LatticeDetector.find(np.asarray(audio, np.float32), RATE_HZ)


@cache
def sixteen(style: str = "plucks", seed: int = 1) -> np.ndarray:
    return quantise(clip_of(style, seed, 3.0), 16, np.random.default_rng(seed))


@pytest.mark.slow
@pytest.mark.parametrize("gain_db", [-19.7, -12.1, -3.3, -0.1, 2.0, 5.5])
def test_sixteen_bits_are_seen_after_any_gain(gain_db: float) -> None:
    gain = 10 ** (gain_db / 20)
    rng = np.random.default_rng(0)
    for audio in (quantise(sixteen() * gain, 24), sixteen() * gain, quantise(sixteen() * gain, 24, rng)):
        found = lattice_of(audio)
        assert found is not None
        assert found.bits == pytest.approx(16 - np.log2(gain), abs=0.001)


def test_each_channel_may_have_a_gain_of_its_own_and_the_finest_step_is_told() -> None:
    found = lattice_of(quantise(sixteen() * np.array([0.7, 0.43]), 24))
    assert found is not None
    assert found.step == pytest.approx(0.43 * 2.0**-15, rel=1e-5)
    dead = lattice_of(quantise(sixteen() * np.array([0.7, 0.0]), 24))
    assert dead is not None
    assert dead.step == pytest.approx(0.7 * 2.0**-15, rel=1e-5)


@pytest.mark.slow
@pytest.mark.parametrize("style", STYLES)
def test_honest_sound_lies_on_none(style: str) -> None:
    audio, rng = clip_of(style, 2, 2.0), np.random.default_rng(3)
    assert lattice_of(audio) is None
    assert lattice_of(quantise(audio, 24)) is None
    assert lattice_of(quantise(0.01 * audio, 24, rng)) is None
    assert lattice_of(quantise(audio, 24) * 0.6) is None


def test_two_sixteen_bit_files_mixed_at_different_gains_lie_on_none() -> None:
    assert lattice_of(quantise(0.6137 * sixteen("plucks", 1) + 0.3719 * sixteen("plucks", 2), 24)) is None


def test_bits_that_are_always_zero_are_left_to_the_bits_in_use() -> None:
    assert lattice_of(sixteen()) is None
    assert lattice_of(sixteen() * 0.5) is None


def test_sounds_of_few_values_are_not_converted_files() -> None:
    t = np.arange(6 * RATE_HZ)[:, None] / RATE_HZ
    rng = np.random.default_rng(1)
    volumes = np.round(15 * rng.random((600, 1))).repeat(441, axis=0)
    clean = {
        "silence": np.zeros((6 * RATE_HZ, 2)),
        "nothing but dither": quantise(np.zeros((6 * RATE_HZ, 2)), 24, rng),
        "a constant": np.full((6 * RATE_HZ, 1), 0.3),
        "a tone of whole periods": quantise(0.5 * np.sin(2 * np.pi * 441 * t), 24),
        "a tone": quantise(0.5 * np.sin(2 * np.pi * 997 * t), 24),
        "a square wave": 0.4 * np.sign(np.sin(2 * np.pi * 220.5 * t)),
        "a chip with sixteen volumes": 0.013 * volumes * np.sign(np.sin(2 * np.pi * 150 * t)),
        "a slow ramp": quantise(0.9 * (t % 1.0 - 0.5), 24),
        "crushed to eight bits": quantise(0.61 * quantise(clip_of("plucks", 1, 3.0), 8), 24),
    }
    assert {name: lattice_of(audio) for name, audio in clean.items()} == dict.fromkeys(clean)


@pytest.mark.parametrize("frames", [0, 1, 2, 100])
def test_too_little_says_nothing(frames: int) -> None:
    assert lattice_of(np.full((frames, 2), 0.1)) is None


def test_blocks_do_not_matter() -> None:
    audio = quantise(0.7 * sixteen(), 24).astype(np.float32)
    detector = LatticeDetector(RATE_HZ, 2)
    for start in range(0, len(audio), 33_333):
        detector.process(audio[start : start + 33_333])
    assert detector.finish() == LatticeDetector.find(audio, RATE_HZ)
