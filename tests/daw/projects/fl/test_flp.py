"""FL Studio projects, each branch of their layout in written ones."""

from pathlib import Path

import pytest

from bridge.daw.projects.fl import events
from bridge.daw.projects.nearby import as_session
from bridge.daw.projects.reading import read_project
from bridge.daw.projects.saved import SavedProject
from bridge.errors import DawError
from bridge.policy.bus.guard import active_items
from tests.daw.projects.fl import flp_projects as flp
from tests.daw.projects.fl.flp_projects import SlotSpec

LIMITER: SlotSpec = (9, "Fruity Limiter", "", "")
PRO_L: SlotSpec = (0, "Fruity Wrapper", "my limiter", "Pro-L 2")
TWO = [(2, 1, ""), (0, 2, "")]
MINUTE = 96 * 2 * 60  # ticks at 120 beats


def read(folder: Path, data: bytes) -> SavedProject:
    (folder / "Tide.flp").write_bytes(data)
    return read_project(folder / "Tide.flp")


def heard(project: SavedProject) -> list[str]:
    return [item.name for item in active_items(as_session(project, 0.0))]


def test_the_master_its_order_and_its_names(tmp_path: Path) -> None:
    slots = [PRO_L, (3, "Fruity Parametric EQ 2", "", ""), (1, "Fruity Wrapper", "OTT (failed to load)", "")]
    project = read(tmp_path, flp.project({0: slots}, TWO))
    assert (project.daw, project.name, project.program_version) == ("fl-studio", "Tide", "24.1.1.4239")
    assert (project.track_count, project.switches_read) == (2, False)
    assert [(slot.name, slot.kind, slot.slot_id) for slot in project.master_chain] == [
        ("Pro-L 2", "VST", "0"), ("OTT (failed to load)", "VST", "1"), ("Fruity Parametric EQ 2", "builtin", "3")
    ]  # fmt: skip


def test_the_limiter_of_the_template_counts_once_it_is_moved_or_joined(tmp_path: Path) -> None:
    untouched = read(tmp_path, flp.project({0: [LIMITER]}, TWO))
    assert [(slot.name, slot.from_template) for slot in untouched.master_chain] == [("Fruity Limiter", True)]
    assert heard(untouched) == []
    assert heard(read(tmp_path, flp.project({0: [(8, *LIMITER[1:])]}, TWO))) == ["Fruity Limiter"]
    assert heard(read(tmp_path, flp.project({0: [LIMITER, PRO_L]}, TWO))) == ["Pro-L 2", "Fruity Limiter"]
    assert heard(read(tmp_path, flp.project({0: [(9, "Fruity Wrapper", "", "Pro-L 2")]}, TWO))) == ["Pro-L 2"]
    bus = flp.project({3: [LIMITER]}, TWO, routes={1: [3], 2: [3]})
    assert heard(read(tmp_path, bus)) == ["Fruity Limiter"]  # the template puts none there


def test_how_much_is_heard_and_the_switch_of_the_whole_chain(tmp_path: Path) -> None:
    project = read(tmp_path, flp.project({0: [PRO_L, LIMITER]}, TWO, mixes={(0, 0): 0, (0, 9): 6_400}))
    assert [slot.wet for slot in project.master_chain] == [0.0, 0.5]
    assert heard(project) == ["Fruity Limiter"]
    assert heard(read(tmp_path, flp.project({0: [PRO_L]}, TWO, flags={0: 8}))) == []


def test_an_insert_that_everything_passes_through(tmp_path: Path) -> None:
    routes = {1: [3], 2: [3], 3: [0]}
    project = read(tmp_path, flp.project({3: [PRO_L]}, TWO, routes=routes, names={3: "Sum", 1: "Kick"}, flags={3: 8}))
    (bus,) = project.buses
    assert (bus.name, bus.strip_id, bus.chain_enabled, [slot.name for slot in bus.chain]) == (
        "Sum", "3", False, ["Pro-L 2"]
    )  # fmt: skip
    past = [*TWO, (4, 0, "loop.wav")]
    assert read(tmp_path, flp.project({3: [PRO_L]}, past, routes=routes, clips=[(2, 0, 96)])).buses == ()
    unused = read(tmp_path, flp.project({3: [PRO_L]}, past, routes=routes))  # in the rack, not in the song
    assert [bus.name for bus in unused.buses] == ["Insert 3"]
    automation = [*TWO, (5, 0, "")]
    assert len(read(tmp_path, flp.project({3: [PRO_L]}, automation, routes=routes, notes=(0, 1, 2))).buses) == 1


def test_texts_before_11_5_and_slots_with_something_in_their_high_byte(tmp_path: Path) -> None:
    slots: list[SlotSpec] = [(0, "Fruity Wrapper", "Löud", ""), (2, "Fruity Soft Clipper", "", "")]
    project = read(tmp_path, flp.project({0: slots}, TWO, version="11.0.0.1", high=1))
    assert [(slot.name, slot.slot_id) for slot in project.master_chain] == [("Löud", "0"), ("Fruity Soft Clipper", "2")]


@pytest.mark.parametrize("item_bytes", [32, 60, 80])
def test_what_lies_in_a_project(tmp_path: Path, item_bytes: int) -> None:
    songs = [(4, 0, f"/m/{n}.wav") for n in range(3)]
    clips = [(n, n * 3 * MINUTE, 3 * MINUTE) for n in range(3)]

    def layout(count: int, *more: tuple[int, int, str]) -> SavedProject:
        channels = [*songs[:count], *more]
        played = [count] if more else []
        return read(tmp_path, flp.project({}, channels, notes=played, clips=clips[:count], item_bytes=item_bytes))

    assert (layout(1).layout, layout(1).source_files) == ("one-mix", ("/m/0.wav",))
    assert layout(3).layout == "album"
    assert layout(1, (2, 1, "")).source_files == ()
    inside = flp.project({}, [(4, 0, "%FLStudioFactoryData%/kick.wav")], notes=(), clips=clips[:1])
    assert read(tmp_path, inside).source_files == ()


WHOLE = flp.project({0: [PRO_L]}, TWO)


@pytest.mark.parametrize(
    ("data", "message"),
    [(b"", "ends too early"), (b"RIFF" + bytes(100), "not an FL Studio project"), (WHOLE[:-100], "ends too early"),
     (WHOLE[:22], "mixer is not laid out"), (WHOLE.replace(b"FLdt", b"FLxx"), "do not begin where they should"),
     (WHOLE.replace(flp.event(225, b"")[:1], b"\xfb"), "of version 24.1.1.4239 is not laid out as in FL"),
     (WHOLE[:22] + b"\xc0" + b"\xff" * 9, "an event without an end"),
     (WHOLE[:22] + b"\xe0\xff\xff\xff\xff\x07", "an event of 2147483647 bytes")],
    ids=["empty", "another's", "cut", "no events", "no data", "another mixer", "endless length", "huge"],
)  # fmt: skip
def test_what_is_damaged_is_one_clear_line(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(DawError, match=message) as caught:
        read(tmp_path, data)
    assert "\n" not in str(caught.value)


def test_more_events_than_any_project_has(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "MOST_EVENTS", 100)
    with pytest.raises(DawError, match="more than 100 events"):
        read(tmp_path, WHOLE)
