"""`freshears doctor --report`: what helps is in it, and no name of anything of the person's."""

import json
import logging
import os
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bridge.cli.root import app
from bridge.plainlog import FaultFormatter
from bridge.settings.home import home
from tests.cli.printing.hostile import DRIVES, HOSTILE, House, build

SECRET = "Geheimnis"


def reported(out: Path, house: House, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("FRESHEARS_HOME", str(house.home))
    monkeypatch.setenv("HOME", str(house.root))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(house.root / "nothing"))
    result = CliRunner().invoke(app, ["doctor", "--report", "--out", str(out)])
    assert result.exit_code == 0, result.output
    return out.read_text()


def test_a_home_full_of_names_gives_none_of_them_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / SECRET).mkdir()
    house = build(tmp_path / SECRET)
    faults = home(str(house.home)).faults_path
    log = logging.Logger("bridge.somewhere")
    handler = logging.FileHandler(faults)
    handler.setFormatter(FaultFormatter())
    log.addHandler(handler)
    log.warning("%s waits for %s", SECRET, house.mix)
    try:
        house.mix.with_name(f"{SECRET}-not-there").read_bytes()
    except OSError:
        log.exception("%s cannot be read", house.mix)
    other = logging.Logger("theirs")
    other.addHandler(handler)
    other.warning(f"they put {SECRET} into their message")
    log.warning("the worker: %s", f'  File "/home/{SECRET}/x/bridge/worker/process.py", line 12, in main')
    log.warning("the worker: %s", rf'  File "C:\{SECRET}\bridge\worker\pipe.py", line 7, in read')
    handler.close()
    text = reported(tmp_path / "report.txt", house, monkeypatch)
    for name in (SECRET, "Harbour", "Tide", "夜", "FORGED", "Bounces", "latin", str(tmp_path), "session", DRIVES[:4]):
        assert name not in text
    assert not re.search(r"(?<![\w.])/(home|tmp|root|Users)/|[A-Z]:\\", text)
    for told in (
        "bridge.somewhere: %s waits for %s",
        "builtins.FileNotFoundError ENOENT",
        "read_bytes",
        "bridge/worker/process.py:12 in main",
        "bridge/worker/pipe.py:7 in read",
        "theirs: ",
        "watch.folders: 1 set",
        "osc.port: 0",
        "page.enabled: False",
        "bounces: 3",
        "numpy ",
    ):
        assert told in text, told


def test_a_report_of_nothing_and_of_noise_is_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "home"
    where.mkdir()
    (where / "freshears.db").write_bytes(os.urandom(5000))
    (where / "freshears.log.faults").write_bytes(
        b'{"at": 1e300}\n[]\n\xff\x00\n{"at": 1, "level": 3}\n'
        b'{"at": 1, "level": "", "logger": "", "says": "", "errors": ["x"]}\n'
    )
    monkeypatch.setenv("FRESHEARS_HOME", str(where))
    out = tmp_path / "report.txt"
    for _ in range(2):  # nothing is overwritten
        assert CliRunner().invoke(app, ["doctor", "--report", "--out", str(out)]).exit_code == 0
    assert len(list(tmp_path.glob("report*.txt"))) == 2
    text = out.read_text()
    assert "The store\n  damaged" in text
    assert text.count("a line that cannot be read") == 5
    (where / "config.toml").write_text(f"[watch]\nfolders = 3 # {HOSTILE.split()[0]}")
    out.unlink()
    assert CliRunner().invoke(app, ["doctor", "--report", "--out", str(out)]).exit_code == 0
    assert "cannot be read: ConfigError" in out.read_text()


@pytest.mark.parametrize("out", ["", ".", "reports"])
def test_a_folder_that_is_named_takes_the_report(out: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FRESHEARS_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    Path("reports").mkdir()
    assert CliRunner().invoke(app, ["doctor", "--report", "--out", out]).exit_code == 0
    assert [path.parent for path in tmp_path.rglob("*report*.txt")] == [tmp_path / out]


def test_a_chain_of_errors_is_told_by_its_kinds() -> None:
    formatter = FaultFormatter()
    try:
        try:
            raise ValueError(SECRET)
        except ValueError as error:
            raise OSError(28, SECRET) from error
    except OSError as error:
        record = logging.LogRecord("bridge.x", logging.ERROR, "", 0, "the disk: %s", (SECRET,), None)
        record.exc_info = (type(error), error, error.__traceback__)
    note = json.loads(formatter.format(record))
    assert [one["kind"] for one in note["errors"]] == ["builtins.OSError", "builtins.ValueError"]
    assert note["errors"][0]["errno"] == "ENOSPC"
    assert note["says"] == "the disk: %s"
    assert SECRET not in json.dumps(note)
