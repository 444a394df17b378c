"""A mix beside its references: files in, differences out."""

import io
from pathlib import Path

import msgspec
import numpy as np
import pytest
import soundfile
from rich.console import Console

from bridge.engine.references import run_reference
from bridge.errors import AudioFileError
from bridge.model import Progress, ReferenceComparison
from bridge.report.reference_text import render_comparison
from tests.dsp.fault_music import clip_of

pytestmark = pytest.mark.slow


def write(path: Path, audio: np.ndarray, rate_hz: int = 44_100) -> Path:
    soundfile.write(path, audio, rate_hz, **({"subtype": "PCM_24"} if path.suffix == ".wav" else {}))
    return path


def with_more_treble(audio: np.ndarray) -> np.ndarray:
    bins = np.fft.rfft(audio, axis=0)
    bins[np.fft.rfftfreq(len(audio), 1 / 44_100) > 4_000] *= 2.5
    return np.fft.irfft(bins, len(audio), axis=0) * 0.5


def test_the_same_song_brighter_and_quieter(tmp_path: Path) -> None:
    audio = clip_of("rock", 2, 8.0)
    mix = write(tmp_path / "mix.wav", with_more_treble(audio))
    references = [write(tmp_path / "a.wav", audio), write(tmp_path / "b.wav", 0.8 * audio)]
    seen: list[Progress] = []
    result = run_reference(mix, references, progress=seen.append)
    assert [p.fraction for p in seen] == sorted(p.fraction for p in seen)
    assert seen[-1].fraction == pytest.approx(1.0)
    by_centre = {round(b.centre_hz): b for b in result.bands}
    lift = by_centre[7943].difference_db - by_centre[1000].difference_db
    assert lift == pytest.approx(20 * np.log10(2.5), abs=0.5)
    assert by_centre[7943].stands_out
    assert result.references[1].gain_db == pytest.approx(result.references[0].gain_db + 1.94, abs=0.02)
    assert {n.name for n in result.numbers} >= {"plr_db", "tilt_db_per_octave", "width_db"}
    assert msgspec.json.decode(msgspec.json.encode(result), type=ReferenceComparison) == result


def test_lossy_references_are_called_out(tmp_path: Path) -> None:
    audio = clip_of("techno", 1, 5.0)
    result = run_reference(write(tmp_path / "m.wav", audio), [write(tmp_path / "r.mp3", audio)])
    assert any("lossy" in note for note in result.references[0].notes)


def test_what_is_printed(tmp_path: Path) -> None:
    audio = clip_of("rock", 2, 5.0)
    mix = write(tmp_path / "mix.wav", with_more_treble(audio))
    result = run_reference(mix, [write(tmp_path / "ref [x].wav", audio)])
    out = io.StringIO()
    render_comparison(result, Console(file=out, width=100))
    printed = out.getvalue()
    assert "ref [x].wav" in printed.replace("\n", "")
    assert "•" in printed
    assert "7 943" in printed.replace("\N{THIN SPACE}", " ")


def test_errors(tmp_path: Path) -> None:
    mix = write(tmp_path / "m.wav", clip_of("rock", 2, 1.0))
    with pytest.raises(ValueError, match="references"):
        run_reference(mix, [])
    with pytest.raises(AudioFileError, match="missing"):
        run_reference(mix, [tmp_path / "missing.wav"])
    silent = write(tmp_path / "s.wav", np.zeros((44_100, 2)))
    assert run_reference(mix, [silent]).bands == ()
