"""The quick way to plain WAVE files: taken for them, and for nothing else."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.audio.pcm import plain_samples

RAMP = np.linspace(-1.0, 1.0, 3000).reshape(1000, 3)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "FLOAT"])
def test_any_stretch_can_be_read(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, RAMP, 44_100, subtype=subtype)
    expected, _ = soundfile.read(path, dtype="float32")
    with path.open("rb", buffering=0) as file:
        samples = plain_samples(file, subtype, 3, 1000)
        assert samples is not None
        for first, frames in ((0, 1000), (0, 1), (999, 1), (500, 250), (990, 100), (1000, 10)):
            got = samples.read(first, frames)
            np.testing.assert_array_equal(got, expected[first : first + frames])
            assert got.flags.owndata or got.base is not None


@pytest.mark.parametrize(
    ("suffix", "subtype"), [(".wav", "PCM_32"), (".wav", "ULAW"), (".aiff", "PCM_24"), (".rf64", "PCM_24")]
)
def test_other_files_go_the_general_way(tmp_path: Path, suffix: str, subtype: str) -> None:
    path = tmp_path / f"a{suffix}"
    soundfile.write(path, RAMP, 44_100, subtype=subtype)
    with path.open("rb", buffering=0) as file:
        assert plain_samples(file, subtype, 3, 1000) is None


def test_a_length_that_does_not_fit_goes_the_general_way(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, RAMP, 44_100, subtype="PCM_16")
    with path.open("rb", buffering=0) as file:
        assert plain_samples(file, "PCM_16", 3, 1001) is None
        assert plain_samples(file, "PCM_16", 3, 999) is None
