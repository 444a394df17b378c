"""The console boxes of docs/mastering.md: the commands are run and must print what the page says.

``FRESHEARS_UPDATE_DOCS=1`` writes what came out into the page instead.
"""

import os
import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import soundfile
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.demo import DemoSong

pytestmark = pytest.mark.slow

PAGE = Path(__file__).parent.parent.parent / "docs" / "mastering.md"
BOX = re.compile(r"```console\n(?P<body>.*?)```\n", re.DOTALL)


def printed(line: str) -> str:
    done = CliRunner().invoke(app, shlex.split(line)[1:])
    assert done.exception is None, done.exception
    return "\n".join(text.rstrip() for text in done.stdout.splitlines()).strip("\n")


def test_the_page_prints_what_the_commands_print(
    tmp_path: Path, demo_song: DemoSong, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (("FRESHEARS_HOME", str(tmp_path / "home")), ("NO_COLOR", "1"), ("COLUMNS", "200")):
        monkeypatch.setenv(name, value)
    mix = demo_song.mix
    (tmp_path / "home").mkdir()
    soundfile.write(
        tmp_path / "Second Wind v1.wav", mix * (0.5 / np.abs(mix).max()), demo_song.rate_hz, subtype="PCM_24"
    )
    monkeypatch.chdir(tmp_path)

    def run_box(match: re.Match[str]) -> str:
        commands = re.findall(r"^\$ (.*)$", match["body"], re.MULTILINE)
        return "```console\n" + "\n\n".join(f"$ {line}\n{printed(line)}" for line in commands) + "\n```\n"

    page = PAGE.read_text(encoding="utf-8")
    made, count = BOX.subn(run_box, page)
    assert count == 1
    if os.environ.get("FRESHEARS_UPDATE_DOCS") == "1":
        PAGE.write_text(made, encoding="utf-8")
    else:
        assert made == page
