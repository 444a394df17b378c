"""`freshears analyze --reference`: differences beside the numbers, a clear word when a reference cannot be read."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from tests.cli.run import freshears
from tests.dsp.fault_music import clip_of

pytestmark = pytest.mark.slow


def write(path: Path, audio: np.ndarray) -> str:
    soundfile.write(path, audio, 44_100, subtype="PCM_24")
    return str(path)


def test_references_on_the_command_line(tmp_path: Path) -> None:
    music = clip_of("pop", 1, 4.0)
    mix, same = write(tmp_path / "mix.wav", 0.5 * music), write(tmp_path / "same.wav", music)
    other = write(tmp_path / "other.wav", clip_of("rock", 1, 4.0))
    ran = freshears("analyze", mix, "--reference", same, "--reference", other, "--json", home=tmp_path)
    compared = ran.json()["reference"]
    assert [Path(r["file"]).name for r in compared["references"]] == ["same.wav", "other.wav"]
    assert abs(compared["references"][0]["gain_db"] + 6.02) < 0.05
    assert all(abs(b["lowest_db"]) < 0.1 or abs(b["highest_db"]) < 0.1 for b in compared["bands"])
    ran = freshears("analyze", mix, "--reference", same, home=tmp_path)
    assert "Beside the references, level-matched" in ran.out
    assert "No band differs" in ran.out


def test_a_reference_that_cannot_be_read(tmp_path: Path) -> None:
    mix = write(tmp_path / "mix.wav", clip_of("pop", 1, 1.0))
    ran = freshears("analyze", mix, "--reference", str(tmp_path / "gone.wav"), home=tmp_path)
    assert ran.code == 2
    assert "gone.wav" in ran.out + ran.err
    assert "Traceback" not in ran.err
