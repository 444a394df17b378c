"""Every command through every door: the same record in the store and the same outcome, whoever asked.

The doors are the real ones: OSC datagrams, a page's JSON, Ardour's messages, REAPER's request files, and the command
line with a running bridge and without. Where a door does not offer a command, the table says why.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest

from bridge.app.commands.records import Command
from bridge.model import DawName
from bridge.osc import addresses as osc
from bridge.osc import song_addresses as songs
from bridge.policy.bus.guard_state import GuardState
from bridge.sessions.panel_updater import GO_ON
from bridge.songs.comparisons import ComparisonQueue
from bridge.songs.mending import Mending
from bridge.store import Store
from bridge.web.pages.master import read_master
from bridge.web.pages.songs import read_songs, songs_view
from bridge.web.reader import PageReader
from tests.app.conftest import Sound
from tests.app.doors import PROJECT, WHY, BridgeThread, Inside, Seed, record, seeded, typed

pytestmark = pytest.mark.slow

DOORS = ("osc", "page", "ardour", "reaper", "command line", "command line with a bridge")
CASES = ("master", "master anyway", "master all the same", "analyse", "file finished", "mode", "reply", "tick",
         "sheet", "answer", "cancel", "prints", "compare", "references", "retry", "dismiss",
         "untick", "rename", "merge", "split", "move", "forget", "version", "undo",
         "watch", "unwatch", "relocate", "add", "ask again", "answer song")  # fmt: skip
REFUSALS = ("master of a mix with faults", "master of a file that is not there")
QUESTION = "Rests, bounce 1, rests for another 24 hours: master it now?"

ELSEWHERE = "it is said where the song's words are written: on the page, in the DAW or at the command line"
ON_THE_PAGE = (
    "what a page shows beside each other is its own business; `freshears diff` compares here and keeps nothing"
)
AT_A_DESK = "a DAW stands where the mix is made; what was heard elsewhere is ticked on the page or at the command line"
HERE_AND_NOW = "`freshears analyze` examines a file here and now and keeps nothing"
BY_EXPORT = "a DAW tells of every file it has written by itself; each is examined when it lands"
MENDS = ("rename", "merge", "split", "move", "forget", "version", "undo", "add", "ask again")
PUT_RIGHT = "songs are put right where all of them are seen: on the page, at the command line, over OSC"
MOVED = "a folder is moved by who sits at the computer, who sees first what would change"
TYPED = "a folder is named where names are typed"
NOT_OFFERED: dict[tuple[str, str], str] = {
    **{("relocate", door): MOVED for door in DOORS if not door.startswith("command line")},
    **{(what, daw): TYPED for what in ("watch", "unwatch") for daw in ("ardour", "reaper")},
    ("analyse", "ardour"): BY_EXPORT,
    ("analyse", "reaper"): BY_EXPORT,
    ("analyse", "command line"): HERE_AND_NOW,
    ("file finished", "page"): "a page writes no files",
    ("file finished", "command line"): "a file on the command line is named for what is to be done with it",
    ("reply", "osc"): ELSEWHERE,
    ("tick", "osc"): ELSEWHERE,
    ("tick", "ardour"): AT_A_DESK,
    ("tick", "reaper"): AT_A_DESK,
    ("sheet", "osc"): ELSEWHERE,
    ("answer", "command line"): "a warning is answered where it is shown: in the DAW, on the page, over OSC",
    ("cancel", "ardour"): "a DAW shows no list of jobs",
    ("cancel", "reaper"): "a DAW shows no list of jobs",
    ("cancel", "command line"): "Ctrl-C cancels what the same command asked for (tests/cli/test_master_command.py)",
    **{(case, daw): "a DAW shows no list of jobs" for case in ("retry", "dismiss") for daw in ("ardour", "reaper")},
    ("prints", "osc"): ELSEWHERE,
    ("prints", "page"): "two bounces are found to be prints of one mix by their names",
    ("prints", "ardour"): "a dual print names its pair when it tells of its two files",
    ("prints", "reaper"): "a dual print names its pair when it tells of its two files",
    ("untick", "osc"): ELSEWHERE,
    ("untick", "ardour"): AT_A_DESK,
    ("untick", "reaper"): AT_A_DESK,
    **{(mend, daw): PUT_RIGHT for mend in MENDS for daw in ("ardour", "reaper")},
    **{("compare", door): ON_THE_PAGE for door in DOORS if door != "page"},
    **{("references", door): ON_THE_PAGE for door in DOORS if door != "page"},
}  # fmt: skip


Way = Callable[[Inside], tuple[bool, str]]


def sheet_file(seed: Seed) -> str:
    path = seed.folder.parent / "sheet.md"
    path.write_text("## Intent\nintimate\n## What must survive\n- the breath\n## Complete, not perfect\nno\n")
    return str(path)


def ways(case: str, seed: Seed) -> dict[str, Way | list[str]]:
    """Return how each door asks for the same thing: what is done inside, or what is typed."""
    tide, loud, rests, gone = (seed.path(name) for name in ("Tide.wav", "Loud.wav", "Rests.wav", "Gone.wav"))
    new = seed.path("Tide v3.wav")
    fine = {"kind": "action", "action": "master"}
    hurry = {"anyway": True, "why": WHY}

    def twice(ask: Way) -> Way:
        return lambda inside: (ask(inside), ask(inside))[1]  # inside a DAW, asking twice means anyway

    match case:
        case "master":
            return {
                "osc": lambda i: i.over_osc(osc.MASTER, "Tide:1", "cd"),
                "page": lambda i: i.on_the_page(kind="master", bounce_id=1, target="cd"),
                "ardour": lambda i: i.in_ardour("master", PROJECT, tide, "", "cd"),
                "reaper": lambda i: i.in_reaper(**fine, values={"path": tide, "target": "cd"}),
                "command line": ["master", "Tide:1", "--target", "cd"],
            }
        case "master anyway":
            return {
                "osc": lambda i: i.over_osc(osc.MASTER, loud, "cd", WHY),
                "page": lambda i: i.on_the_page(kind="master", bounce_id=2, target="cd", **hurry),
                "ardour": twice(lambda i: i.in_ardour("master", PROJECT, loud, "", "cd")),
                "reaper": twice(lambda i: i.in_reaper(**fine, values={"path": loud, "target": "cd"})),
                "command line": ["master", loud, "--target", "cd", "--anyway", "--reason", WHY],
            }
        case "master all the same":  # it was asked about

            def answered(i: Inside) -> tuple[bool, str]:
                i.in_ardour("master", PROJECT, rests, "", "cd")
                return i.in_ardour("answer", PROJECT, i.question("ardour"), GO_ON)

            return {
                "osc": twice(lambda i: i.over_osc(osc.MASTER, rests, "cd")),
                "page": lambda i: i.on_the_page(kind="master", bounce_id=3, target="cd", go_on=True),
                "ardour": answered,
                "reaper": twice(lambda i: i.in_reaper(**fine, values={"path": rests, "target": "cd"})),
                "command line": ["master", rests, "--target", "cd"],
            }
        case "analyse":
            return {
                "osc": lambda i: i.over_osc(osc.ANALYZE, "tide:1"),
                "page": lambda i: i.on_the_page(kind="analyse", bounce_id=1),
            }
        case "file finished":
            return {
                "osc": lambda i: i.over_osc(osc.BOUNCE, new),
                "ardour": lambda i: i.in_ardour("exported", "Tide v3", new, PROJECT, "Tide"),
                "reaper": lambda i: i.in_reaper("bounced", path=new, name="Tide v3"),
            }
        case "mode":
            return {
                "osc": lambda i: i.over_osc(osc.MODE, "Tide", "released"),
                "page": lambda i: i.on_the_page(kind="mode", song_id=1, mode="released"),
                "ardour": lambda i: i.in_ardour("mode", PROJECT, "released"),
                "reaper": lambda i: i.in_reaper("action", action="mode", values={"mode": "released"}),
                "command line": ["mode", "Tide", "released"],
            }
        case "reply":
            values = {"question": "needs", "answer": "a bridge"}
            return {
                "page": lambda i: i.on_the_page(kind="reply", song_id=1, words={"needs": "a bridge"}),
                "ardour": lambda i: i.in_ardour("reply", PROJECT, "needs", "a bridge"),
                "reaper": lambda i: i.in_reaper("action", action="reply", values=values),
                "command line": ["mode", "Tide", "--answer", "needs=a bridge"],
            }
        case "tick":
            return {
                "page": lambda i: i.on_the_page(kind="tick", bounce_id=4, place="Car", note="boomy"),
                "command line": ["checklist", "Tide", "Car", "--note", "boomy"],
            }
        case "untick":
            return {
                "page": lambda i: i.on_the_page(kind="untick", bounce_id=1, place="phone"),
                "command line": ["checklist", "Tide:1", "Phone", "--untick"],
            }
        case "rename":
            return {
                "osc": lambda i: i.over_osc(songs.RENAME, "Tide", "Ebb"),
                "page": lambda i: i.on_the_page(kind="rename", song_id=1, name="Ebb"),
                "command line": ["songs", "rename", "Tide", "Ebb"],
            }
        case "merge":
            return {
                "osc": lambda i: i.over_osc(songs.MERGE, "Rests", "Tide"),
                "page": lambda i: i.on_the_page(kind="merge", song_id=3, to_song_id=1),
                "command line": ["songs", "merge", "Rests", "Tide"],
            }
        case "split":
            return {
                "osc": lambda i: i.over_osc(songs.SPLIT, "Tide:2", "Ebb"),
                "page": lambda i: i.on_the_page(kind="split", bounce_id=4, name="Ebb"),
                "command line": ["songs", "split", "Tide:2", "--as", "Ebb"],
            }
        case "move":
            return {
                "osc": lambda i: i.over_osc(songs.MOVE, "Tide:2", "Rests"),
                "page": lambda i: i.on_the_page(kind="move", bounce_id=4, to_song_id=3),
                "command line": ["songs", "move", "Tide:2", "Rests"],
            }
        case "forget":
            return {
                "osc": lambda i: i.over_osc(songs.FORGET, "Tide:2"),
                "page": lambda i: i.on_the_page(kind="forget", bounce_id=4),
                "command line": ["songs", "forget", "Tide:2"],
            }
        case "version":
            return {
                "osc": lambda i: i.over_osc(songs.VERSION, "Tide:2", "instrumental"),
                "page": lambda i: i.on_the_page(kind="version", bounce_id=4, version="Instrumental"),
                "command line": ["songs", "version", "Tide:2", "instrumental"],
            }
        case "answer song":

            def near(i: Inside, daw: DawName) -> str:
                i.shows(daw)
                return i.question(daw, "song-near")

            return {
                "osc": lambda i: i.over_osc(songs.ANSWER, "Rests", "same"),
                "page": lambda i: i.on_the_page(kind="answer-song", song_id=3, answer="same"),
                "ardour": lambda i: i.in_ardour("answer", PROJECT, near(i, "ardour"), "same"),
                "reaper": lambda i: i.in_reaper("answer", key=near(i, "reaper"), answer="same"),
                "command line": ["songs", "answer", "Rests", "same"],
            }
        case "undo":
            return {
                "osc": lambda i: i.over_osc(songs.UNDO, 1),
                "page": lambda i: i.on_the_page(kind="undo", mend_id=1),
                "command line": ["songs", "undo"],
            }
        case "add":
            again = seed.path("Tide v2.wav")
            return {
                "osc": lambda i: i.over_osc(songs.ADD, again),
                "page": lambda i: i.on_the_page(kind="add", folder=again),
                "command line": ["add", again],
            }
        case "sheet":
            form = {"intent": "intimate", "survive": "the breath", "references": "", "worries": "", "complete": "0"}
            words = {key: value for key, value in form.items() if key != "intent"}
            return {
                "page": lambda i: i.on_the_page(kind="sheet", bounce_id=4, intent="intimate", words=words),
                "ardour": lambda i: i.in_ardour("handoff", PROJECT, "intimate", "the breath", "", "", 0),
                "reaper": lambda i: i.in_reaper("action", action="handoff", values=form),
                "command line": ["handoff", "Tide", "--file", sheet_file(seed)],
            }
        case "answer":
            return {
                "osc": lambda i: i.over_osc(osc.ANSWER, i.warning(), "part-of-the-sound"),
                "page": lambda i: i.on_the_page(kind="answer", warning_id=i.warning(), answer="part-of-the-sound"),
                "ardour": lambda i: i.in_ardour("answer", PROJECT, i.warning("ardour"), "part-of-the-sound"),
                "reaper": lambda i: i.in_reaper("answer", key=i.warning(), answer="part-of-the-sound"),
            }
        case "ask again":
            return {
                "osc": lambda i: i.over_osc(songs.ASK_AGAIN, "Tide"),
                "page": lambda i: i.on_the_page(kind="ask-again", song_id=1),
                "command line": ["mode", "Tide", "--ask-again"],
            }
        case "cancel":

            def queued(i: Inside) -> int:
                i.on_the_page(kind="master", bounce_id=1, target="cd")
                return i.house.store.jobs.by_state("queued")[-1].id

            return {
                "osc": lambda i: i.over_osc(osc.CANCEL, queued(i)),
                "page": lambda i: i.on_the_page(kind="cancel", job_id=queued(i)),
            }
        case "watch":
            new = str(seed.folder.parent / "Renders")
            return {
                "osc": lambda i: i.over_osc(osc.WATCH, new),
                "page": lambda i: i.on_the_page(kind="watch", folder=new),
                "command line": ["watch", "add", new],
            }
        case "unwatch":
            return {
                "osc": lambda i: i.over_osc(osc.UNWATCH, str(seed.folder)),
                "page": lambda i: i.on_the_page(kind="unwatch", folder=str(seed.folder)),
                "command line": ["watch", "remove", str(seed.folder)],
            }
        case "relocate":
            new = seed.folder.parent / "Renders"
            shutil.copytree(seed.folder, new, dirs_exist_ok=True)
            return {"command line": ["relocate", str(seed.folder), str(new)]}
        case "prints":
            return {"command line": ["diff", "Tide", "1", "2", "--prints"]}
        case "compare":
            return {"page": lambda i: i.on_the_page(kind="compare", bounce_id=1, other_id=4)}
        case "references":

            def liked(i: Inside) -> tuple[bool, str]:
                i.on_the_page(kind="sheet", bounce_id=1, words={"references": "Tide.wav"})
                return i.on_the_page(kind="references", bounce_id=1)

            return {"page": liked}
        case "retry" | "dismiss":
            job = FAILED_JOB
            return {
                "osc": lambda i: i.over_osc(osc.RETRY if case == "retry" else osc.DISMISS, job),
                "page": lambda i: i.on_the_page(kind=case, job_id=job),
                "command line": ["retry", str(job), *(["--dismiss"] if case == "dismiss" else [])],
            }
        case "master of a mix with faults":
            return {
                "osc": lambda i: i.over_osc(osc.MASTER, loud, "cd"),
                "page": lambda i: i.on_the_page(kind="master", bounce_id=2, target="cd"),
                "ardour": lambda i: i.in_ardour("master", PROJECT, loud, "", "cd"),
                "reaper": lambda i: i.in_reaper(**fine, values={"path": loud, "target": "cd"}),
                "command line": ["master", loud, "--target", "cd"],
            }
        case "master that is asked about":
            return {
                "osc": lambda i: i.over_osc(osc.MASTER, rests),
                "page": lambda i: i.on_the_page(kind="master", bounce_id=3),
                "ardour": lambda i: i.in_ardour("master", PROJECT, rests, "", ""),
                "reaper": lambda i: i.in_reaper(**fine, values={"path": rests}),
                "command line": ["master", rests],
            }
    return {
        "osc": lambda i: i.over_osc(osc.MASTER, gone),
        "page": lambda i: i.on_the_page(kind="master", bounce_id=99),
        "ardour": lambda i: i.in_ardour("master", PROJECT, gone, "", ""),
        "reaper": lambda i: i.in_reaper(**fine, values={"path": gone}),
        "command line": ["master", gone],
    }


TYPES = {
    "master": "MakeMaster", "master anyway": "MakeMaster", "master all the same": "MakeMaster",
    "analyse": "Analyse", "file finished": "FileFinished",
    "mode": "SetMode", "reply": "Reply", "tick": "Tick", "sheet": "WriteSheet", "answer": "AnswerWarning",
    "retry": "Retry", "dismiss": "Dismiss", "watch": "WatchFolder", "unwatch": "UnwatchFolder",
    "relocate": "Relocate", "ask again": "TakeBackAnswers",
    "cancel": "Cancel", "prints": "PairPrints", "compare": "Compare", "references": "CompareReferences",
    "untick": "Untick", "rename": "RenameSong", "merge": "MergeSongs", "split": "SplitSong", "move": "MoveBounce",
    "forget": "Forget", "version": "SetVersion", "undo": "UndoMend", "add": "AddFiles",
    "answer song": "AnswerSong",
}  # fmt: skip
# What is said in one place only: no door speaks in the words of another.
OWN_WORDS = {"--anyway": "command line", "third argument": "osc", "Ask once more": "daw", "tick “Anyway”": "page",
             "Send it once more": "osc", "Nobody is asked": "command line"}  # fmt: skip


FAILED_JOB = 5  # after those of the seed


def failed(seed: Seed) -> None:
    """Let a comparison have failed."""
    store = Store.open(seed.home.store_path)
    job = ComparisonQueue(store).compare(store.bounces.by_id(1), 4, None)
    store.jobs.end(job.id, "failed", "the disk is full")
    store.close()
    assert job.id == FAILED_JOB


def asked(seed: Seed) -> None:
    """Let it be asked whether Rests is Tide."""
    store = Store.open(seed.home.store_path)
    store.landings.ask(3, 1)
    store.close()


def ask(door: str, way: "Way | list[str]", seed: Seed, monkeypatch: pytest.MonkeyPatch) -> tuple[bool, str]:
    """Ask through a door, and let the work that follows be done."""
    if isinstance(way, list):
        if door == "command line":
            return typed(seed, monkeypatch, *way)
        with BridgeThread(seed):
            return typed(seed, monkeypatch, *way)
    inside = Inside(seed)
    try:
        said = way(inside)
        inside.house.work()
    finally:
        inside.close()
    return said


def offered(case: str, seed: Seed) -> "dict[str, Way | list[str]]":
    found = ways(case, seed)
    if "command line" in found:
        found["command line with a bridge"] = found["command line"]
    return found


def test_the_table_is_whole(tmp_path: Path, sound: Sound) -> None:
    seed = seeded(tmp_path, lambda number: sound(number, 0.5))
    assert set(TYPES) == set(CASES)
    assert set(TYPES.values()) == {kind.__name__ for kind in get_args(Command)}
    for case in CASES:
        for door in DOORS:
            reason = NOT_OFFERED.get((case, door.removesuffix(" with a bridge")), "")
            assert (door in offered(case, seed)) != bool(reason), (case, door)
    assert all(set(offered(case, seed)) == set(DOORS) for case in REFUSALS)


def forgotten(seed: Seed, bounce_id: int) -> None:
    """Forget a bounce: adding its file brings it back."""
    store = Store.open(seed.home.store_path)
    Mending(store).forget([store.bounces.by_id(bounce_id)])
    store.close()


def answered(seed: Seed, bounce_id: int) -> None:
    """Have it answered, in the project of a bounce, that a limiter is part of the sound."""
    store = Store.open(seed.home.store_path)
    store.sessions.set_bus(bounce_id, PROJECT, ())
    store.sessions.set_guard(PROJECT, GuardState(project=PROJECT, accepted=("L2",)))
    store.close()


def same(case: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return a record without the word on why, which a DAW has no place to ask for."""
    if case in {"master anyway", "master all the same"}:
        whys = {why for overrides in found["overrides"] for _, why in overrides}
        assert whys <= {WHY, "asked twice in the DAW", "said so in the DAW", ""}
        assert whys
        found["overrides"] = [[what for what, _ in overrides] for overrides in found["overrides"]]
        for job in found["jobs"]:
            job[3]["notes"] = [note.split(" (")[0] for note in job[3].get("notes", [])]
    return found


@pytest.mark.parametrize("case", CASES)
def test_a_command_leaves_the_same_record_through_every_door(
    case: str, tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = {}
    for number, door in enumerate(DOORS):
        seed = seeded(tmp_path / str(number), sound)
        before = record(seed)
        (seed.folder / "Tide v3.wav").write_bytes(sound(7)) if case == "file finished" else None
        forgotten(seed, 4) if case == "add" else None
        answered(seed, 1) if case == "ask again" else None
        if case in {"retry", "dismiss", "answer song"}:
            (asked if case == "answer song" else failed)(seed)
            before = record(seed)
        way = offered(case, seed).get(door)
        if way is None:
            continue
        done, said = ask(door, way, seed, monkeypatch)
        assert done, (door, said)
        records[door] = same(case, record(seed))
        assert records[door] != before, door
    first, *others = records.items()
    for door, found in others:
        assert found == first[1], f"{door} differs from {first[0]}"


@pytest.mark.parametrize("case", REFUSALS)
def test_a_refusal_is_one_through_every_door_and_leaves_nothing(
    case: str, tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number, door in enumerate(DOORS):
        seed = seeded(tmp_path / str(number), lambda number: sound(number, 0.5))
        before = record(seed)
        done, said = ask(door, offered(case, seed)[door], seed, monkeypatch)
        assert not done, door
        assert record(seed) == before, door
        kind = "daw" if door in {"ardour", "reaper"} else door.removesuffix(" with a bridge")
        assert [words for words, owner in OWN_WORDS.items() if owner != kind and words in said] == [], said
        if case == "master of a mix with faults":
            assert "It clips." in said, (door, said)
        else:
            assert "no such bounce" in said or "not there" in said or "there is no such file" in said, (door, said)


def test_a_question_is_one_sentence_at_every_door_and_leaves_nothing_where_somebody_can_answer(
    tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = "master that is asked about"
    for number, door in enumerate(DOORS):
        seed = seeded(tmp_path / str(number), sound)
        before = record(seed)
        done, said = ask(door, offered(case, seed)[door], seed, monkeypatch)
        assert QUESTION in " ".join(said.split()), (door, said)
        is_unwatched = door.startswith("command line")  # no terminal: it goes on, and says so
        assert done == is_unwatched, (door, said)
        assert (record(seed) != before) == is_unwatched, door
        kind = "daw" if door in {"ardour", "reaper"} else door.removesuffix(" with a bridge")
        assert [words for words, owner in OWN_WORDS.items() if owner != kind and words in said] == [], said


@pytest.mark.parametrize("with_bridge", [False, True])
def test_a_master_from_the_command_line_is_listed_also_of_a_file_that_is_no_bounce(
    tmp_path: Path, sound: Sound, monkeypatch: pytest.MonkeyPatch, with_bridge: bool
) -> None:
    seed = seeded(tmp_path, sound)
    outside = tmp_path / "elsewhere" / "Guest.wav"
    outside.parent.mkdir()
    outside.write_bytes(sound(5))
    done, said = ask(DOORS[5 if with_bridge else 4], ["master", str(outside), "--target", "cd"], seed, monkeypatch)
    assert done, said
    done, listed = typed(seed, monkeypatch, "songs", "--json")
    (entry,) = [entry for entry in msgspec.json.decode(listed) if entry["id"] is None]
    master = outside.parent / "Masters" / "Guest – master cd 16-44.1.wav"
    assert master.is_file()
    assert (entry["name"], entry["masters"][0]["path"]) == ("Guest", str(master))
    assert str(master) in typed(seed, monkeypatch, "songs")[1]
    reader = PageReader(seed.home.store_path, seed.config)
    (shown,) = reader.store.results.masters_without_bounce()
    page = read_master(reader, shown.id)
    line = songs_view(read_songs(reader, ()), (), reader.titled([shown])).other_masters[0]
    reader.close()
    assert line.file_name == master.name
    assert (shown.path, shown.input) == (str(master), str(outside))
    assert page is not None
    assert page.bounce is None
    assert record(seed)["bounces"] == record(seeded(tmp_path / "other", sound))["bounces"]  # it became no bounce
