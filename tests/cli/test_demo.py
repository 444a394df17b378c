"""The demo does the main job for real; a second tool measures what it made."""

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.conftest import Demo
from tests.cli.run import freshears
from tests.readme_transcript import in_readme, normalised

pytestmark = pytest.mark.slow


def test_it_ends_with_a_report_and_a_master_on_disk(demo: Demo) -> None:
    for path in (demo.report, demo.master):
        assert str(path) in demo.printed
    page = demo.report.read_text(encoding="utf-8")
    assert "http://" not in re.sub(r"""xmlns=["'][^"']*["']""", "", page)
    assert "https://" not in page
    sidecar = json.loads(demo.report.with_suffix(".json").read_text(encoding="utf-8"))
    assert sidecar["measurement"]["integrated_lufs"] < -16.0


def test_the_transcript_in_the_readme_is_what_it_prints(demo: Demo) -> None:
    # Composing runs beside the bridge's start: their first lines may come in either order.
    assert sorted(normalised(demo.printed, demo.folder).splitlines()) == sorted(in_readme().splitlines())


@pytest.mark.parametrize("which", ["bounce", "master"])
def test_ffmpeg_agrees(demo: Demo, which: str, program: Callable[[str], str]) -> None:
    path: Path = getattr(demo, which)
    ours = freshears("analyze", str(path), "--json").json()["measurement"]
    command = [
        program("ffmpeg"),
        "-nostats",
        "-hide_banner",
        "-i",
        str(path),
        "-af",
        "ebur128=peak=true:framelog=verbose",
    ]
    log = subprocess.run([*command, "-f", "null", "-"], capture_output=True, text=True, check=True).stderr
    summary = log[log.rindex("Summary:") :]
    theirs = {name: float(value) for name, value in re.findall(r"(I|LRA|Peak):\s+(-?[\d.]+)", summary)}
    assert ours["integrated_lufs"] == pytest.approx(theirs["I"], abs=0.1)
    assert ours["true_peak_dbtp"] == pytest.approx(theirs["Peak"], abs=0.2)
