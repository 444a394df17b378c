"""The commands as people and other programs use them."""

import json
import os
import shlex
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
import soundfile as sf

from bridge.audio.reader import open_audio
from bridge.store import Store
from tests.cli.conftest import Demo
from tests.cli.run import ROOT, freshears

pytestmark = pytest.mark.slow

RATE_HZ = 44_100
COMMANDS = ("run", "status", "songs", "analyze", "master", "report", "config", "demo")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a few short files: two good ones, one silent, one broken."""
    folder = tmp_path_factory.mktemp("files")
    rng = np.random.default_rng(5)
    noise = 0.1 * rng.normal(0, 1, (2 * RATE_HZ, 2)) * np.hanning(2 * RATE_HZ)[:, None]
    noise[:100] = noise[-100:] = 0.0
    sf.write(folder / "one.wav", noise, RATE_HZ, subtype="PCM_24")
    sf.write(folder / "two.flac", 0.5 * noise, RATE_HZ, subtype="PCM_24")
    sf.write(folder / "silent.wav", np.zeros((RATE_HZ, 2)), RATE_HZ)
    (folder / "broken.wav").write_text("this is no sound")
    return folder


def test_help_names_every_command_and_loads_nothing_heavy() -> None:
    code = (
        "import sys\nsys.argv = ['freshears', '--help']\n"
        "from bridge.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "print('LOADED', [n for n in ('numba', 'scipy', 'numpy', 'soundfile', 'rich', 'sqlite3') if n in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "LOADED []" in done.stdout
    for command in COMMANDS:
        assert command in done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str) -> None:
    ran = freshears(command, "--help")
    assert ran.code == 0
    assert "freshears" in ran.out or command == "config"


def test_usage_errors_end_with_two() -> None:
    assert freshears("analyze").code == 2
    assert freshears("nonsense").code == 2
    assert freshears("report", "no such song").code == 2
    assert freshears("master", "/no/such.wav").code == 2


def test_analyze_json_has_the_promised_shape(folder: Path) -> None:
    ran = freshears("analyze", str(folder / "one.wav"), "--json")
    found = ran.json()
    assert {"file", "sha256", "format", "measurement", "findings"} <= set(found)
    assert "curves" not in found
    assert set(found["format"]) >= {"rate_hz", "channels", "frames", "subtype", "duration_s"}
    assert (found["format"]["rate_hz"], found["format"]["channels"], found["format"]["frames"]) == (RATE_HZ, 2, 88_200)
    assert set(found["measurement"]) >= {
        "integrated_lufs",
        "max_momentary_lufs",
        "max_short_term_lufs",
        "range_lu",
        "true_peak_dbtp",
        "sample_peak_dbfs",
        "crest_db",
        "plr_db",
    }
    assert "curves" in freshears("analyze", str(folder / "one.wav"), "--json", "--series").json()


def test_what_is_not_finite_is_null_with_its_reason(folder: Path) -> None:
    ran = freshears("analyze", str(folder / "silent.wav"), "--json")
    assert ran.code == 1
    measurement = ran.json()["measurement"]
    assert measurement["integrated_lufs"] is None
    assert measurement["unavailable"]["integrated_lufs"]
    assert ran.json()["findings"][0]["kind"] == "fault"


def test_several_files_are_a_list_and_a_bad_one_stops_nothing(folder: Path) -> None:
    ran = freshears("analyze", str(folder), "--json")
    assert ran.code == 1
    entries = {Path(entry["file"]).name: entry for entry in ran.json()}
    assert set(entries) == {"one.wav", "two.flac", "silent.wav", "broken.wav"}
    assert "broken.wav" in entries["broken.wav"]["error"]
    assert "measurement" in entries["two.flac"]


def test_a_bad_file_is_one_line_with_its_name(folder: Path) -> None:
    ran = freshears("analyze", str(folder / "broken.wav"))
    assert ran.code == 1
    assert "broken.wav" in ran.out
    assert "Traceback" not in ran.out + ran.err


def test_analyze_prints_the_verdict_first(demo: Demo) -> None:
    ran = freshears("analyze", str(demo.bounce))
    assert ran.code == 0
    lines = ran.out.splitlines()
    assert lines[1] == "✓ No faults found."
    assert "LUFS" in ran.out


def test_master_writes_beside_the_mix_and_never_over_anything(folder: Path, tmp_path: Path) -> None:
    before = (folder / "one.wav").read_bytes()
    out, home = tmp_path / "out", tmp_path / "home"
    ran = freshears("master", str(folder / "one.wav"), "--target", "spotify", "--out", str(out), "--json", home=home)
    result = ran.json()
    assert ran.code == 0, ran.err
    assert {"input", "output", "target", "before", "after", "moves", "notes"} <= set(result)
    assert all({"stage", "what", "amount_db", "why"} <= set(move) for move in result["moves"])
    assert Path(result["output"]).exists()
    assert (folder / "one.wav").read_bytes() == before
    kept = Path(result["output"]).read_bytes()
    Path(result["output"]).write_bytes(b"somebody else's file")
    again = freshears(
        "master", str(folder / "one.wav"), "--target", "spotify", "--out", str(out), "--json", home=home
    ).json()
    assert again["output"] != result["output"]
    assert Path(again["output"]).read_bytes() == kept
    assert Path(result["output"]).read_bytes() == b"somebody else's file"


def test_several_targets_are_one_job_and_one_that_cannot_be_made_stops_no_other(folder: Path, tmp_path: Path) -> None:
    home, out = tmp_path / "home", tmp_path / "out"
    one = ("master", str(folder / "one.wav"), "--out", str(out), "--json", "--target")
    assert [made["target"] for made in freshears(*one, "cd,vinyl", home=home).json()] == ["cd", "vinyl"]
    ran = freshears(*one, "spotify,nonsense", home=home)
    assert ran.code == 1
    made, failed = ran.json()
    assert (made["target"], failed["target"]) == ("spotify", "nonsense")
    assert "nonsense" in failed["error"]
    with closing(Store.open(home / "freshears.db", read_only=True)) as store:
        jobs = [(job.state, len(store.results.masters_of_job(job.id))) for job in store.jobs.by_state("done", "failed")]
    assert jobs == [("done", 2), ("failed", 0), ("done", 1), ("failed", 0)]
    assert freshears(*one, ",", home=home).code == 2


def test_an_impossible_master_says_why(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name, target, named in (
        ("silent.wav", "spotify", "silent.wav"),
        ("broken.wav", "spotify", "broken.wav"),
        ("one.wav", "no-such-target", "no-such-target"),
    ):
        ran = freshears("master", str(folder / name), "--target", target, "--out", str(out), home=tmp_path / "home")
        assert ran.code != 0, name
        assert "Traceback" not in ran.out + ran.err
        assert named in ran.out, name
    assert not out.exists() or list(out.iterdir()) == []


def test_report_of_a_file(folder: Path, tmp_path: Path) -> None:
    ran = freshears("report", str(folder / "one.wav"), "--out", str(tmp_path), "--json")
    page = Path(ran.json()["report"])
    assert page.parent == tmp_path
    assert "<html" in page.read_text(encoding="utf-8")


def test_status_songs_and_report_from_the_store_of_a_stopped_bridge(demo: Demo) -> None:
    home = demo.folder / "home"
    status = freshears("status", "--json", home=home).json()
    assert status["running"] is False
    assert {"pid", "version", "folders", "queue", "songs", "warnings", "daws"} <= set(status)
    (song,) = freshears("songs", "--json", home=home).json()
    assert song["revisions"] == 1
    assert [made["path"] for made in song["masters"]] == [str(demo.master)]
    assert freshears("report", song["name"], home=home).out.strip() == str(demo.report)
    assert song["name"] in freshears("songs", home=home).out
    assert "not running" in freshears("status", home=home).out


def test_status_works_before_anything_has_run(tmp_path: Path) -> None:
    ran = freshears("status", "--json", home=tmp_path / "never")
    assert ran.code == 0
    assert ran.json()["songs"] == []
    assert not (tmp_path / "never").exists()


def test_config_is_shown_as_toml_and_checked(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert freshears("config", "path", home=home).out.strip() == str(home / "config.toml")
    shown = freshears("config", "show", "--defaults", home=home).out
    home.mkdir()
    (home / "config.toml").write_text(shown)
    assert freshears("config", "show", home=home).out == shown
    assert json.loads(freshears("config", "show", "--json", home=home).out)["osc"]["port"] == 9124
    (home / "config.toml").write_text("[osc]\nprot = 1\n")
    ran = freshears("status", home=home)
    assert ran.code == 2
    assert "line 2" in ran.err
    assert "osc.prot" in ran.err


def test_config_edit_uses_the_persons_editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "home"
    code = 'import sys; open(sys.argv[1], "a").write("[osc]\\nport = 1")'
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, "-c", code]))
    monkeypatch.delenv("VISUAL", raising=False)
    ran = freshears("config", "edit", home=home)
    assert ran.code == 2  # [osc] stands twice now: said at once, not at the next start
    assert "config.toml" in ran.err


@pytest.mark.skipif(os.name != "posix", reason="POSIX pipes")
def test_a_closed_pipe_is_no_error(demo: Demo) -> None:
    command = f"{shlex.quote(sys.executable)} -m bridge songs --json | true"
    environment = dict(os.environ, FRESHEARS_HOME=str(demo.folder / "home"), PYTHONPATH=str(ROOT))
    done = subprocess.run(["bash", "-c", command], env=environment, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_files_over_two_gigabytes(tmp_path: Path) -> None:
    """A sparse file: 2.2 GB of silence in 32 channels of 64-bit floats, with one click, read from end to end."""
    path = tmp_path / "huge.wav"
    frames, channels = 8_700_000, 32
    with sf.SoundFile(path, "w", 48_000, channels, subtype="DOUBLE", format="RF64") as file:
        file.seek(frames - 1)
        file.write(np.full((1, channels), 0.5))
    assert path.stat().st_size > 2_200_000_000
    counted, loudest = 0, []
    with open_audio(path) as sound:
        assert sound.format.frames == frames
        for block in sound.blocks():
            counted += len(block)
            loudest = [*loudest[-1:], (float(block[0, 0]), float(block[-1, -1]))]
    assert counted == frames
    assert loudest == [(0.0, 0.0), (0.0, 0.5)]


def test_sound_that_begins_behind_two_gigabytes(folder: Path, tmp_path: Path) -> None:
    """A sparse file: 2.2 GB of something else stand before its sound; it is examined as any other."""
    path, bulk = tmp_path / "behind.wav", 2_200_000_000
    small = (folder / "one.wav").read_bytes()
    with path.open("wb") as file:
        file.write(b"RIFF" + (len(small) + bulk).to_bytes(4, "little") + b"WAVE" + b"JUNK" + bulk.to_bytes(4, "little"))
        file.seek(bulk, os.SEEK_CUR)
        file.write(small[12:])
    found, same = (freshears("analyze", str(one), "--json").json() for one in (path, folder / "one.wav"))
    assert found["format"]["frames"] == same["format"]["frames"] == 2 * RATE_HZ
    assert found["measurement"] == same["measurement"]
