"""Paths after a folder was moved: all of them follow, nothing else changes, and relocating back is as before."""

from pathlib import Path

import pytest

from bridge.errors import UsageError
from bridge.model import BusItem, Handoff
from bridge.store import NewBounce, Store
from bridge.store.relocation import Move, relocate
from tests.store.fresh import fresh_store

OLD, NEW = "/music/Old", "/drive/Müsic [new]"


def bounce(store: Store, folder: str, name: str, song: str = "Tide") -> int:
    path = Path(folder) / name
    new = NewBounce(path, 1, 1, f"{folder}{name}", song, song.casefold(), folder, "", "folder")
    found, _ = store.bounces.record(new)
    job = store.jobs.add("analyse", path, f'{{"path":"{path}"}}', f"file:{path}:1:1", found.id)
    store.jobs.end(job.id, "done")
    store.results.add_master(found.id, None, "cd", f"{folder}/Masters/{name}", "00" * 32, f'{{"input":"{path}"}}')
    sheet = Handoff(references=(f"{folder}/ref.wav", f"like {folder}/x"), worries=(folder,), written_at=1.0)
    store.song_state.add_handoff(found.id, sheet)
    store.sessions.set_bus(found.id, f"{folder}/Tide.rpp", [BusItem("Pro-L 2", "loudness")])
    store.bounces.set_baseline(Path(folder))
    store.commands.add("osc:1", "{}", state="waiting", waits_for=f"file:{path}")
    return found.id


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return fresh_store(tmp_path / "s.db")


def everything(store: Store) -> str:
    return "\n".join(store.database._connection.iterdump())


def test_everything_under_the_folder_follows_and_nothing_else(store: Store) -> None:
    first = bounce(store, OLD, "a.wav")
    second = bounce(store, f"{OLD}er", "b.wav")  # a neighbour whose name begins alike
    before = everything(store)
    done = relocate(store.database, OLD, NEW)
    assert done.bounces == (f"{NEW}/a.wav",)
    assert (done.songs, done.masters) == (1, 1)
    assert store.bounces.by_id(first).path == f"{NEW}/a.wav"
    assert store.bounces.by_id(second).path == f"{OLD}er/b.wav"
    assert store.bounces.by_path(Path(NEW) / "a.wav") is not None
    assert store.bounces.was_seen(Path(NEW) / "a.wav", 1, 1)
    assert store.bounces.has_baseline(Path(NEW))
    assert store.sessions.project_of_bounce(first) == f"{NEW}/Tide.rpp"
    sheet = store.song_state.handoffs(first)[-1]
    assert sheet.references == (f"{NEW}/ref.wav", f"like {OLD}/x")  # words stay words
    assert [row.waits_for for row in store.commands.waiting()] == [f"file:{NEW}/a.wav", f"file:{OLD}er/b.wav"]
    relocate(store.database, NEW, OLD)
    assert everything(store) == before
    store.close()


def test_a_dry_run_says_the_same_and_changes_nothing(store: Store) -> None:
    bounce(store, OLD, "a.wav")
    before = everything(store)
    with store.database.transaction():  # as a command is carried out
        planned = relocate(store.database, OLD, NEW, dry_run=True)
    assert everything(store) == before
    assert relocate(store.database, OLD, NEW) == planned
    store.close()


def test_what_the_bridge_has_seen_at_the_new_place_already_is_no_hindrance(store: Store) -> None:
    first = bounce(store, OLD, "a.wav")
    moved = NewBounce(Path(NEW) / "a.wav", 1, 2, f"{OLD}a.wav", "Tide", "tide", NEW, "", "folder")
    assert store.bounces.record(moved) == (store.bounces.by_id(first), False)  # known by its content
    relocate(store.database, OLD, NEW)
    assert store.bounces.was_seen(Path(NEW) / "a.wav", 1, 2)
    assert store.bounces.by_path(Path(NEW) / "a.wav") is not None
    store.close()


def test_two_songs_of_one_name_are_not_made_one_silently(store: Store) -> None:
    bounce(store, OLD, "a.wav")
    bounce(store, NEW, "b.wav")
    before = everything(store)
    with pytest.raises(UsageError, match="join the two songs first"):
        relocate(store.database, OLD, NEW)
    assert everything(store) == before
    store.close()


@pytest.mark.parametrize(
    ("old", "new", "text", "after"),
    [
        ("/a", "/b", "/a", "/b"),
        ("/a", "/b", "/ab/x", "/ab/x"),
        ("C:\\Music", "/home/anna/Music", "C:\\Music\\Song\\x.wav", "/home/anna/Music/Song/x.wav"),
        ("/home/anna", "D:\\Anna", "/home/anna/b/c.wav", "D:\\Anna\\b\\c.wav"),
        (
            "C:\\Music",
            "D:\\Music",
            '["C:\\\\Music\\\\x.wav","C:\\\\Musical"]',
            '["D:\\\\Music\\\\x.wav","C:\\\\Musical"]',
        ),
        ("/a", "/b", "file:/a/x", "file:/b/x"),
        ("/a", "/b", "see /a/x", "see /a/x"),
        ("/a", "/b", "[not json /a/x", "[not json /a/x"),
        ("/a", "/b", 'references:9f:["/a/x"]', 'references:9f:["/b/x"]'),
    ],
)
def test_what_counts_as_a_path_under_the_folder(old: str, new: str, text: str, after: str) -> None:
    assert Move(old, new).of_value(text) == after


def test_stems_that_are_known_at_the_new_place_become_one_set(store: Store) -> None:
    for folder, stems in ((OLD, ("Bass", "Drums")), (NEW, ("Bass", "Keys"))):
        for stem in stems:
            store.landings.add_stem(Path(folder), "tide", "Tide", Path(folder) / f"{stem}.wav", stem, (1, 1))
    relocate(store.database, OLD, NEW)
    (one,) = store.landings.stem_sets("tide")
    assert (one.folder, one.stems) == (NEW, ("Bass", "Drums", "Keys"))
    assert store.database.query("PRAGMA foreign_key_check") == []
    store.close()
