"""Scripts of another version in an Ardour: said in *what's up* and in `status`, renewed once Ardour is closed."""

import re
import shutil
import socket
from pathlib import Path

import pytest

from bridge import __version__
from bridge.daw.ardour.adapter import ArdourAdapter
from bridge.daw.ardour.datagrams import encode
from bridge.daw.ardour.install import MANIFEST, plan_install, script_files
from bridge.daw.ardour.renewal import NEWER, OLDER, WAITS, ArdourScripts
from bridge.daw.ardour.slots import FILE, action_text
from bridge.daw.install import apply, standing_of
from bridge.daw.scripts_folder import scripts_folder
from tests.waiting import wait_for

SOURCE = scripts_folder("ardour")
OLD_WORDS, NEW_WORDS = "Carry on, then.", "Carry on."  # in what's up, which every slot holds whole


class Ardour:
    """An Ardour with its settings folder, as far as its scripts go."""

    def __init__(self, folder: Path, source: Path) -> None:
        self.folder = folder
        folder.mkdir()
        apply(plan_install(folder, source), daw_runs=False)
        self.runs = True
        self.now_s = 100.0
        self.scripts = ArdourScripts([folder], SOURCE, __version__, lambda: self.runs)

    def look(self, seconds: float = 11.0, *, heard: bool = True) -> None:
        self.now_s += seconds
        self.scripts.look(str(self.folder) if heard else None, self.now_s)

    @property
    def standing(self) -> str:
        return standing_of(self.folder, MANIFEST, script_files(SOURCE))


@pytest.fixture
def old(tmp_path: Path) -> Ardour:
    """Return an Ardour with scripts of another version, which were heard."""
    source = tmp_path / "older"
    shutil.copytree(SOURCE, source)
    whats_up = source / "freshears_whats_up.lua"
    text = whats_up.read_text(encoding="utf-8")
    assert NEW_WORDS in text
    whats_up.write_text(text.replace(NEW_WORDS, OLD_WORDS), encoding="utf-8")
    ardour = Ardour(tmp_path / "ardour7", source)
    ardour.look()
    return ardour


def test_the_hook_tells_the_version_of_the_bridge_it_came_with() -> None:
    watch = (SOURCE / "freshears_watch.lua").read_text(encoding="utf-8")
    assert re.findall(r'local version = "([^"]+)"', watch) == [__version__]


def test_scripts_of_this_version_are_not_spoken_of(tmp_path: Path) -> None:
    ardour = Ardour(tmp_path / "ardour7", SOURCE)
    ardour.scripts.told((__version__,))
    ardour.look()
    assert (ardour.scripts.notice(), ardour.scripts.sentences()) == (None, ())


def test_older_ones_are_renewed_once_ardour_is_closed_in_their_slots_too(old: Ardour) -> None:
    assert old.scripts.sentences() == (OLDER,)
    notice = old.scripts.notice()
    assert notice is not None
    assert [choice.answer for choice in notice.answers] == ["renew", "seen"]
    before = (old.folder / FILE).read_bytes()
    old.scripts.answered("renew")
    assert old.scripts.sentences() == (WAITS,)
    old.look()
    old.look(10, heard=False)  # silent, and still there: a window of its own is open
    assert (old.folder / FILE).read_bytes() == before
    old.runs = False
    old.look(10, heard=False)
    assert old.standing == "same"
    slots = action_text((old.folder / FILE).read_text(encoding="utf-8"))
    assert NEW_WORDS.encode() in slots
    assert OLD_WORDS.encode() not in slots
    old.runs = True
    old.scripts.told((__version__,))
    old.look()
    assert (old.scripts.notice(), old.scripts.sentences()) == (None, ())


def test_a_script_the_person_changed_is_kept_in_its_slot_too(old: Ardour) -> None:
    mine = old.folder / "scripts" / "freshears_bounce.lua"
    mine.write_bytes(mine.read_bytes() + b"-- mine\n")
    replaced = old.folder / "scripts" / "freshears_whats_up.lua"
    theirs = replaced.read_bytes() + b"-- mine, too\n"
    replaced.write_bytes(theirs)
    damaged = old.folder / "scripts" / "freshears_markers.lua"
    damaged.write_text("-- Fresh Ears, cut short")
    old.scripts.answered("renew")
    old.runs = False
    old.look(10, heard=False)
    assert mine.read_bytes().endswith(b"-- mine\n")
    assert b"-- mine\\010" in action_text((old.folder / FILE).read_text(encoding="utf-8"))
    assert damaged.with_name("freshears_markers.lua.yours").read_text() == "-- Fresh Ears, cut short"
    assert replaced.with_name("freshears_whats_up.lua.yours").read_bytes() == theirs
    assert NEW_WORDS in replaced.read_text(encoding="utf-8")
    assert old.standing == "changed"


def test_not_now_holds_and_status_still_says_it(old: Ardour) -> None:
    old.scripts.answered("seen")
    old.look()
    assert (old.scripts.notice(), old.scripts.sentences()) == (None, (OLDER,))


@pytest.mark.parametrize(("told", "sentence"), [("0.0.1", OLDER), ("12.0", NEWER)])
def test_what_runs_counts_where_the_files_are_right(tmp_path: Path, told: str, sentence: str) -> None:
    ardour = Ardour(tmp_path / "ardour7", SOURCE)
    ardour.look()
    ardour.scripts.told((told,))
    assert ardour.scripts.sentences() == (sentence,)
    assert (ardour.scripts.notice() is None) == (sentence == NEWER)


@pytest.mark.parametrize("params", [(), (1,), ("x", "y"), (None,)])
def test_a_hello_that_makes_no_sense_is_passed_over(tmp_path: Path, params: tuple[object, ...]) -> None:
    ardour = Ardour(tmp_path / "ardour7", SOURCE)
    ardour.scripts.told(params)
    ardour.look()
    assert ardour.scripts.sentences() == ()


def test_a_folder_that_is_none_of_the_persons_settings_is_not_looked_into(tmp_path: Path, old: Ardour) -> None:
    scripts = ArdourScripts([tmp_path / "another"], SOURCE, __version__, lambda: False)
    scripts.look(str(old.folder), 100.0)
    scripts.answered("renew")
    scripts.look(None, 200.0)
    assert old.standing == "older"


def test_a_disk_that_is_full_is_said_and_asked_about_anew(old: Ardour, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bridge.daw.install.carry_out.replace_whole", full)
    old.scripts.answered("renew")
    old.runs = False
    old.look(10, heard=False)
    old.look()
    notice = old.scripts.notice()
    assert notice is not None
    assert "No space left" in notice.text


def hook_says(adapter: ArdourAdapter, folder: Path) -> None:
    """Send what the hook of an open session says every second."""
    lines = dict(line.split("\t") for line in (folder / "freshears" / "bridge.txt").read_text().splitlines())
    state = (1, str(folder), "/songs/Tide", "Tide", "Tide", 3, "stopped", 0, "Master", "", 0, 0, 0)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.sendto(encode(f"/freshears/ardour/{lines['key']}/state", state), ("127.0.0.1", adapter.hook_port))


@pytest.mark.slow
def test_an_answer_from_the_page_is_taken_and_only_to_the_question_that_stands(old: Ardour) -> None:
    adapter = ArdourAdapter(lambda _event: None, folders=[old.folder], port=1, exports_port=0)
    adapter.start()
    try:
        hook_says(adapter, old.folder)
        notice = wait_for(lambda: adapter.status().notice, 10.0, "the question")
        assert notice is not None
        assert [choice.answer for choice in notice.answers] == ["renew", "seen"]
        adapter.answer("scripts:reaper", "renew")
        adapter.answer(notice.key, "renew")
        wait_for(lambda: WAITS in adapter.status().missing, 10.0, "the renewal to wait for Ardour")
    finally:
        adapter.stop()
