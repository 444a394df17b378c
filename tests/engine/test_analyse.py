"""The analysis job: from a file to numbers, curves and findings."""

import hashlib
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile

from bridge.engine.analyse import run_analysis
from bridge.errors import AudioFileError, JobCancelledError
from bridge.model import Analysis, Progress

pytestmark = pytest.mark.slow


def write(path: Path, audio: np.ndarray, rate_hz: int = 44_100, subtype: str = "PCM_24") -> Path:
    soundfile.write(path, audio, rate_hz, subtype=subtype)
    return path


@pytest.fixture(scope="module")
def music() -> np.ndarray:
    rng = np.random.default_rng(7)
    noise = rng.standard_normal((44_100 * 5, 2))
    return 0.1 * np.cumsum(noise, axis=0) / np.sqrt(np.arange(1, noise.shape[0] + 1))[:, None]


def test_everything_is_in_the_record(tmp_path: Path, music: np.ndarray) -> None:
    path = write(tmp_path / "Song v1.wav", music)
    seen: list[Progress] = []
    result = run_analysis(path, progress=seen.append)
    assert result.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert result.format.duration_s == pytest.approx(5.0)
    assert result.measurement.integrated_lufs is not None
    assert result.measurement.range_lu is None
    assert "60 s" in result.measurement.unavailable["range_lu"]
    assert result.curves is not None
    assert len(result.curves.short_term_lufs.values) == 21
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert seen[-1].fraction == 1.0
    text = msgspec.json.encode(result)
    assert msgspec.json.decode(text, type=Analysis) == result


def test_series_can_be_left_out(tmp_path: Path, music: np.ndarray) -> None:
    assert run_analysis(write(tmp_path / "a.wav", music), with_series=False).curves is None


def test_cancelling(tmp_path: Path, music: np.ndarray) -> None:
    with pytest.raises(JobCancelledError, match=r"a\.wav"):
        run_analysis(write(tmp_path / "a.wav", music), cancelled=lambda: True)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError, match="0 frames"):
        run_analysis(write(tmp_path / "a.wav", np.zeros((0, 2))))


def test_silence_is_a_fault_with_reasons(tmp_path: Path) -> None:
    result = run_analysis(write(tmp_path / "a.wav", np.zeros((44_100, 2))))
    assert result.findings
    assert result.measurement.integrated_lufs is None
    assert result.measurement.unavailable["integrated_lufs"] == "the file is silent"
    msgspec.json.encode(result)


@pytest.mark.parametrize("subtype", ["PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"])
def test_the_sample_format_does_not_matter(tmp_path: Path, subtype: str, music: np.ndarray) -> None:
    steps = np.round(music * 2**15) / 2**15
    result = run_analysis(write(tmp_path / "a.wav", steps, subtype=subtype))
    base = run_analysis(write(tmp_path / "b.wav", steps, subtype="PCM_16"))
    assert result.measurement == base.measurement


def test_a_file_full_of_overs_lists_the_worst_ten(tmp_path: Path) -> None:
    n = np.arange(44_100 * 4)
    loud = (0.905 + 0.4 * n / n.size)[:, None] * np.sin(2 * np.pi * 997 * n / 44_100)[:, None]
    result = run_analysis(write(tmp_path / "a.wav", loud, subtype="FLOAT")).measurement
    assert result.true_peak_over_count == 31  # from 0.95 s on
    assert result.true_peak_over_at_s == tuple(sorted(result.true_peak_over_at_s))
    assert len(result.true_peak_over_at_s) == 10
    assert result.true_peak_over_at_s[0] >= 3.0
