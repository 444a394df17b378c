"""The commands about a song: mode, handoff, rest, checklist, diff, plugins; without a running bridge."""

import hashlib
import json
import shlex
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
import soundfile as sf
from typer.testing import CliRunner, Result

from bridge.cli.root import app
from bridge.demo import DemoSong
from bridge.engine.analyse import run_analysis
from bridge.errors import ConfigError, UsageError
from bridge.model import BusItem
from bridge.store import NewBounce, Store
from tests.store.fresh import fresh_store
from tests.web.html_reading import read

pytestmark = pytest.mark.slow

RATE_HZ = 22_050


class Studio:
    """A home with a store in it, and the commands run against it."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.home, self.folder = root / "home", root / "Bounces"
        self.home.mkdir()
        self.folder.mkdir()
        monkeypatch.setenv("FRESHEARS_HOME", str(self.home))
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "160")

    def run(self, *arguments: str) -> Result:
        return CliRunner().invoke(app, arguments)

    def said(self, *arguments: str) -> str:
        ran = self.run(*arguments)
        assert ran.exit_code == 0, (ran.output, ran.exception)
        return ran.output

    def json(self, *arguments: str) -> Any:
        return json.loads(self.said(*arguments, "--json"))

    def bounce(self, name: str, audio: np.ndarray, song: str = "Night Drive", *, examined: bool = True) -> int:
        path = self.folder / name
        sf.write(path, audio, RATE_HZ, subtype="PCM_24")
        store = fresh_store(self.home / "freshears.db")
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        stat = path.stat()
        new = NewBounce(
            path, stat.st_size, stat.st_mtime_ns, sha256, song, song.casefold(), str(self.folder), "", "folder"
        )
        bounce, _ = store.bounces.record(new)
        if examined:
            job = store.jobs.add("analyse", path, "{}", name, bounce.id)
            store.jobs.end(job.id, "done")
            analysis = msgspec.json.encode(run_analysis(path, with_series=False)).decode()
            store.results.add_analysis(bounce.id, job.id, "fine", analysis)
        store.close()
        return bounce.id

    def store(self) -> Store:
        return Store.open(self.home / "freshears.db")


@pytest.fixture
def studio(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Studio:
    return Studio(tmp_path, monkeypatch)


@pytest.fixture(scope="module")
def song(half_rate_song: DemoSong) -> np.ndarray:
    excerpt = half_rate_song.mix[8 * RATE_HZ : 13 * RATE_HZ]
    return excerpt * np.hanning(len(excerpt))[:, None] ** 0.2


def test_the_mode_of_a_song_and_its_questions(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    assert "Night Drive: mixing (every song begins as a mix)" in studio.said("mode", "night")
    assert "Loudness can wait." in studio.said("mode", "Night Drive")
    studio.said("mode", "Night Drive", "mastering", "--why", "the label waits", "--answer", "keep=the quiet verse")
    shown = studio.json("mode", "Night Drive")
    assert (shown["mode"], shown["source"], shown["why"]) == ("mastering", "person", "the label waits")
    assert {q["key"]: q["answer"] for q in shown["questions"]}["keep"] == "the quiet verse"
    assert "Night Drive: mastering" in studio.said("mode", str(studio.folder / "a.wav"))
    assert "did you mean Night Drive?" in str(studio.run("mode", "Nite Drive").exception)
    for wrong in (["mode", "Nothing"], ["mode", "Night", "mastered"], ["mode", "Night", "--answer", "x=y"]):
        assert isinstance(studio.run(*wrong).exception, UsageError)


def test_the_way_from_the_sheet_to_readiness(studio: Studio, song: np.ndarray) -> None:
    bounce_id = studio.bounce("a.wav", song)
    first = studio.json("rest", "Night Drive")
    assert first["readiness"]["headline"] == "Ready when it has been handed off and rested."
    studio.said("handoff", "Night Drive", "--intent", "intimate", "--keep", "the breath", "--worry", "phones")
    assert studio.json("mode", "Night")["mode"] == "mixing"  # not called complete yet
    assert studio.json("rest", "Night")["rest"] is None
    handed = studio.json("handoff", "Night Drive", "--complete")
    assert handed["handoff"]["must_survive"] == ["the breath"]
    assert [Path(path).suffix for path in handed["files"]] == [".md", ".json"]
    assert "the breath" in Path(handed["files"][0]).read_text()
    assert studio.json("mode", "Night")["mode"] == "resting"
    resting = studio.json("rest", "Night")
    assert resting["readiness"]["verdict"] == "ready-when-rested"
    assert 86_300 < resting["rest"]["left_s"] <= 86_400
    (studio.home / "config.toml").write_text("[rest]\nhours = 0\n")
    assert studio.json("rest", "Night")["readiness"]["verdict"] == "ready"
    store = studio.store()
    store.sessions.set_bus(bounce_id, "/p", (BusItem("SoundID Reference", "room-correction"),))
    store.close()
    assert studio.json("rest", "Night")["readiness"]["verdict"] == "fix-first"
    assert "Fix in the mix first: SoundID Reference was active" in studio.said("rest", "Night")


def test_the_sheet_in_a_file_and_its_versions(studio: Studio, song: np.ndarray, tmp_path: Path) -> None:
    studio.bounce("a.wav", song)
    assert "no sheet yet" in studio.said("handoff", "Night", "--show")
    sheet = tmp_path / "sheet.md"
    sheet.write_text("## Intent\nstrange\n## What must survive\n- the hum\n## Complete, not perfect\nyes\n")
    studio.said("handoff", "Night", "--file", str(sheet))
    assert "- the hum" in studio.said("handoff", "Night", "--show")
    sheet.write_text("## Intent\nsad\n")
    assert isinstance(studio.run("handoff", "Night", "--file", str(sheet)).exception, UsageError)
    assert studio.run("handoff", "Night").exit_code == 2  # no terminal to edit in
    store = studio.store()
    assert len(store.song_state.handoffs(1)) == 1
    store.close()


def test_the_checklist(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    said = studio.said("checklist", "Night", "Car", "--note", "boomy \x1b[31m")
    assert "☑ car  today at" in said
    assert "\x1b" not in said
    assert "Not heard yet: headphones, phone, small speaker, mono, quiet." in said
    (studio.home / "config.toml").write_text('[rest]\nplaces = ["kitchen"]\n')
    assert [place["place"] for place in studio.json("checklist", "Night")["places"]] == ["kitchen", "car"]


def test_two_bounces_are_compared(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    assert isinstance(studio.run("diff", "Night").exception, UsageError)
    studio.bounce("b.wav", 0.5 * song)
    studio.bounce("c.flac", song)
    assert "The two are identical but for +6.02 dB of gain." in studio.said("diff", "Night")
    assert "The two are identical." in studio.said("diff", "Night", "1", "3", "--bands")
    found = studio.json("diff", str(studio.folder / "a.wav"), str(studio.folder / "b.wav"))
    assert found["level_change_db"] == pytest.approx(-6.02, abs=0.01)
    assert isinstance(studio.run("diff", "Night", "1", "9").exception, UsageError)
    assert isinstance(studio.run("diff", "Night", "one").exception, UsageError)


def test_songs_that_cannot_be_told_apart_are_listed(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song, "Night Drive")
    studio.bounce("b.wav", 0.5 * song, "Night Walk", examined=False)
    error = studio.run("rest", "Night").exception
    assert isinstance(error, UsageError)
    assert "Night Drive" in str(error)
    assert "Night Walk" in str(error)
    assert studio.json("rest", str(studio.folder / "b.wav"))["song"] == "Night Walk"
    assert studio.json("rest", "night walk")["readiness"]["verdict"] == "not-examined"


def test_plugins_classify_and_ones_own_list(studio: Studio) -> None:
    one = studio.json("plugins", "classify", "VST3: Pro-L 2 (FabFilter)")
    assert one == {
        "name": "Pro-L 2",
        "purpose": "loudness",
        "why": "it raises loudness (limiter, maximiser or clipper); listed as pro l",
    }
    many = CliRunner().invoke(app, ["plugins", "classify", "-", "--json"], input="EBU R128 Meter\nACE EQ\n")
    assert [found["purpose"] for found in json.loads(many.output)] == ["meter", "tone"]
    (studio.home / "plugins.toml").write_text('[any]\nglue = ["Pro-L"]\n')
    assert studio.json("plugins", "classify", "Pro-L 2")["purpose"] == "glue"
    (studio.home / "plugins.toml").write_text("[any]\nloud = []\n")
    assert isinstance(studio.run("plugins", "classify", "x").exception, ConfigError)


def test_without_songs_each_command_says_so(studio: Studio) -> None:
    for command in (["mode", "x"], ["rest", "x"], ["handoff", "x"], ["checklist", "x"], ["diff", "x"]):
        assert studio.run(*command).exit_code == 2


def test_the_sheet_in_ones_own_editor(studio: Studio, song: np.ndarray, monkeypatch: pytest.MonkeyPatch) -> None:
    studio.bounce("a.wav", song)
    editor = studio.home / "editor.py"
    editor.write_text(
        "import sys, pathlib\n"
        "page = pathlib.Path(sys.argv[1])\n"
        "page.write_text(page.read_text().replace('neutral\\n', 'energetic\\n', 1).replace('\\nno\\n', '\\nyes\\n'))\n"
    )
    monkeypatch.setattr("bridge.cli.commands.handoff._in_a_terminal", lambda: True)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", shlex.join([sys.executable, str(editor)]))
    assert "as energetic; complete." in studio.said("handoff", "Night")
    monkeypatch.setenv("EDITOR", "true")
    before = studio.json("handoff", "Night", "--show")
    studio.said("handoff", "Night")  # closed without a change: no new version
    assert studio.json("handoff", "Night", "--show") == before
    monkeypatch.setenv("EDITOR", "/no/such/editor")
    assert studio.run("handoff", "Night").exit_code == 1


def test_a_master_inside_the_rest_is_asked_about_once(
    studio: Studio, song: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.bounce("a.wav", song)
    path = studio.folder / "a.wav"
    studio.said("handoff", "Night", "--intent", "strange", "--complete")
    monkeypatch.setattr("bridge.cli.mastering.in_a_terminal", lambda: True)
    answers, asked = iter((False, True)), []

    def confirm(question: str, *, default: bool) -> bool:
        asked.append((question, default))
        return next(answers)

    monkeypatch.setattr("typer.confirm", confirm)
    waits = studio.run("master", str(path))
    assert str(waits.exception) == "a.wav waits. Good ears are worth a night."
    assert studio.json("songs")[0]["masters"] == []
    assert "did you mean Night Drive?" in str(studio.run("master", "Nite Drive").exception)
    studio.said("master", "Night Drive:1", "--reason", "the label waits")
    assert asked == [("Night Drive, bounce 1, rests for another 24 hours: master it now?", True)] * 2
    (master,) = studio.json("songs")[0]["masters"]
    store = studio.store()
    (made,) = store.results.masters(1)
    result = store.results.master_result(made.id)
    store.close()
    assert result is not None
    assert (result.output, result.intent) == (master["path"], "strange")
    assert result.notes[0] == "Made anyway: The mix rests for another 24 hours. (the label waits)"
    assert studio.json("mode", "Night")["mode"] == "mastering"
    assert studio.json("rest", "Night")["overrides"][0]["reason"] == "the label waits"


def test_where_nobody_can_be_asked_a_master_is_made_and_the_question_is_said(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    path = str(studio.folder / "a.wav")
    ran = studio.run("master", path, "--json")
    assert ran.exit_code == 0, ran.output
    question = "Night Drive, bounce 1, has no hand-off sheet yet: master it now?"
    assert f"{question} Nobody is asked here, so it is made; that is written down." in ran.stderr.replace("\n", " ")
    assert len(studio.json("rest", "Night")["overrides"]) == 1
    again = studio.run("master", path, "--target", "cd")
    assert question not in again.output  # once a bounce


@pytest.mark.parametrize("name", ["~nobody-at-all/x", "\x00", "x" * 5000, "🔥", "../../etc/passwd"])
def test_names_that_are_no_songs(studio: Studio, song: np.ndarray, name: str) -> None:
    studio.bounce("a.wav", song, examined=False)
    assert isinstance(studio.run("rest", name).exception, UsageError)


def test_a_report_on_disk_folds_loudness_away_while_the_song_is_mixed(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    path = studio.folder / "a.wav"
    texts = {}
    for mode in ("mixing", "mastering"):
        studio.said("mode", "Night Drive", mode)
        written = Path(studio.json("report", str(path))["report"])
        assert written.stem == "Night Drive – bounce 1"
        texts[mode] = read(written.read_text(encoding="utf-8")).open_text
    assert "Integrated loudness" not in texts["mixing"]
    assert "True peak" in texts["mixing"]
    assert "Integrated loudness" in texts["mastering"]
    stranger = studio.folder / "b.wav"
    sf.write(stranger, song, RATE_HZ)
    page = Path(studio.json("report", str(stranger))["report"]).read_text(encoding="utf-8")
    assert "Integrated loudness" in read(page).open_text  # no song of ours: somebody asks for everything


def test_a_report_of_a_bounced_over_file_is_not_the_bounces(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    path, copy = studio.folder / "a.wav", studio.folder / "copy.wav"
    copy.write_bytes(path.read_bytes())
    sf.write(path, 0.5 * song, RATE_HZ)
    assert Path(studio.json("report", str(path))["report"]).stem == "a"
    assert Path(studio.json("report", str(copy))["report"]).stem == "Night Drive – bounce 1"


def test_two_bounces_are_said_to_be_prints_of_one_mix(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("mix.wav", np.tanh(song * 4.0) * 0.9)
    studio.bounce("quiet one.wav", song * 0.5)
    assert "come from the bus" not in studio.said("diff", "Night Drive", "1", "2")
    said = studio.said("diff", "Night Drive", "1", "2", "--prints")
    assert "come from the bus" in said
    assert "Crest factor: -" in said
    assert studio.json("diff", "Night Drive", "1", "2")["bus_effect"]["loudness_lu"] > 3.0  # remembered
    assert "come from the bus" in studio.said("rest", "Night Drive")
    for wrong in (["1", "1"], ["1", "7"], []):
        assert isinstance(studio.run("diff", "Night Drive", *wrong, "--prints").exception, UsageError)


def test_a_dry_print_is_called_so_everywhere(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("mix.wav", np.tanh(song * 4.0) * 0.9)
    studio.bounce("quiet one.wav", song * 0.5)
    said = studio.said("diff", "Night Drive", "1", "2", "--prints")
    assert "B: bounce 1 dry, quiet one.wav" in said
    assert studio.json("songs")[0]["last_bounce"]["revision"] == 1
    for words in (("rest", "Night Drive:1 dry"), ("checklist", "Night Drive:2")):  # the number it had is known
        assert "Night Drive, bounce 1 dry" in studio.said(*words)
    page = Path(studio.json("report", str(studio.folder / "quiet one.wav"))["report"])
    assert page.stem == "Night Drive – bounce 1 dry"
    assert "bounce 1 dry" in page.read_text(encoding="utf-8")
    assert "Night Drive, bounce 2 is Night Drive, bounce 1 dry now." in studio.said("songs", "history")
    studio.said("songs", "undo")
    assert studio.json("songs")[0]["last_bounce"]["revision"] == 2


def test_two_songs_of_one_name_are_listed_as_they_have_to_be_named(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("mix.wav", song)
    store = Store.open(studio.home / "freshears.db")
    for folder in ("/music/Renders", "/music/Demos"):
        new = NewBounce(Path(folder) / "a.wav", 1, 1, folder, "Tide", "tide", folder, "", "folder")
        store.bounces.record(new)
    store.close()
    listed = studio.said("songs")
    assert "Bounces/Night Drive" not in listed
    for name in ("/music/Renders/Tide", "/music/Demos/Tide"):
        assert f"Name it {name}: there is another one." in listed
        assert "Tide: mixing" in studio.said("mode", name)


def test_sets_of_stems_are_listed_with_the_songs(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("mix.wav", song)
    store = Store.open(studio.home / "freshears.db")
    for stem in ("Bass", "Drums"):
        store.landings.add_stem(studio.folder, "tide", "Tide", studio.folder / f"Tide - {stem}.wav", stem, (1, 1))
    store.close()
    assert "Stems of Tide, kept as a set: Bass, Drums" in studio.said("songs")
    assert "Stems" not in studio.said("songs", "drive")


def test_what_people_said_stands_on_the_report(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("a.wav", song)
    path = str(studio.folder / "a.wav")
    page = read(Path(studio.json("report", path)["report"]).read_text(encoding="utf-8"))
    assert "Not heard yet on car, headphones" in page.text
    studio.said("handoff", "Night Drive", "--intent", "intimate", "--keep", "the breath")
    studio.said("checklist", "Night Drive", "car", "--note", "boomy <b>")
    page = read(Path(studio.json("report", path)["report"]).read_text(encoding="utf-8"))
    assert "Heard on car: boomy <b>" in page.text
    assert "What must survive the breath" in page.text
    assert "Not heard yet on headphones" in page.text


def test_versions_are_rows_of_their_own_and_status_asks_about_near_names(studio: Studio) -> None:
    silence = np.zeros((400, 2))
    main = studio.bounce("a.wav", silence, examined=False)
    store = studio.store()
    for count, version in enumerate(("", "instrumental"), 1):
        new = NewBounce(
            studio.folder / f"{count}.wav", 1, 1, str(count), "Night Drive", "night drive", str(studio.folder), "",
            "folder", version, not version, 1,
        )  # fmt: skip
        store.bounces.record(new)
    near, _ = store.bounces.record(
        NewBounce(studio.folder / "n.wav", 1, 1, "n", "Nite Drive", "nite drive", "", "", "x")
    )
    song_id = store.bounces.by_id(main).song_id
    store.landings.ask(near.song_id, song_id)
    store.close()
    rows = [line.split("  ")[0] for line in studio.said("songs").splitlines()]
    assert rows == ["Song", "Night Drive", "Night Drive (instrumental)", "Nite Drive"]
    (first, _) = studio.json("songs")
    assert (first["revisions"], first["last_bounce"]["revision"]) == (1, 1)  # and 1 dry
    assert [(one["version"], one["revisions"]) for one in first["versions"]] == [("instrumental", 1)]
    assert "New song, or Night Drive? Nite Drive looks near to it." in studio.said("status")
    assert "is a song of its own" in studio.said("songs", "answer", "Nite Drive", "new")
    assert "New song" not in studio.said("status")


def test_a_dry_print_is_called_so_in_a_comparison(studio: Studio, song: np.ndarray) -> None:
    studio.bounce("mix.wav", np.tanh(song * 4.0) * 0.9)
    studio.bounce("dry one.wav", song * 0.5)
    with sqlite3.connect(studio.home / "freshears.db") as store:
        store.execute("UPDATE bounces SET is_dry = 1, revision = 1 WHERE revision = 2")
    store.close()
    said = studio.said("diff", "Night Drive:1", "Night Drive:1 dry")
    assert "A: bounce 1, mix.wav" in said
    assert "B: bounce 1 dry, dry one.wav" in said
