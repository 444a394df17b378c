"""`freshears analyze` over a folder of a hundred files: both cores, progress, and an end when asked."""

import json
import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from tests.cli.run import ROOT, freshears, hears_interrupts

pytestmark = pytest.mark.slow

COUNT = 100


@pytest.fixture(scope="module")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hundred")
    rng = np.random.default_rng(9)
    noise = 0.1 * rng.normal(0, 1, (3 * 44_100, 2)) * np.hanning(3 * 44_100)[:, None]
    sf.write(folder / "000.wav", noise, 44_100, subtype="PCM_24")
    for number in range(1, COUNT):
        (folder / f"{number:03}.wav").hardlink_to(folder / "000.wav")
    return folder


def test_every_file_is_examined_in_the_order_of_the_folder(hundred: Path) -> None:
    entries = freshears("analyze", str(hundred), "--json", timeout_s=200).json()
    assert [Path(entry["file"]).name for entry in entries] == [f"{number:03}.wav" for number in range(COUNT)]
    assert len({entry["measurement"]["integrated_lufs"] for entry in entries}) == 1


def test_an_interruption_reports_what_was_done(hundred: Path) -> None:
    """On a terminal: bars are drawn, Ctrl-C ends it within a moment, and what was done is printed."""
    own = {"PYTHONPATH": str(ROOT), "FRESHEARS_HOME": "/nonexistent-home", "TERM": "xterm", "COLUMNS": "100"}
    environment = os.environ | own
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "bridge", "analyze", str(hundred), "--json"],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=theirs,
        preexec_fn=hears_interrupts,
    )
    os.close(theirs)
    drawn = b""
    while b"010.wav" not in drawn:  # those before it, but for the few at once, are done
        drawn += os.read(terminal, 4096)
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=180)
    while True:
        try:
            drawn += os.read(terminal, 65_536)
        except OSError:
            break
    os.close(terminal)
    entries = json.loads(out)
    assert process.returncode == 130
    assert 0 < len(entries) < COUNT
    assert f"{len(entries)} of {COUNT} files examined" in drawn.decode()
