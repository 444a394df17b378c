"""The resident script: what it publishes, when, at what cost, and how it behaves when things go wrong."""

import json
from collections import Counter

import pytest

from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel, state_of
from tests.daw.reaper.standin.world import Fx, Item, Project, Source, Take, Track, plays

LIMITER = "VST3: Pro-L 2 (FabFilter)"


def test_it_publishes_the_whole_state(host_any_lua: Host) -> None:
    host = host_any_lua
    inner = Fx("JS: loser/MGA_JSLimiter", "JS", wet=0.5, offline=True)
    host.project.master.fx = [
        Fx(LIMITER, renamed="my secret"),
        Fx(
            "Container", "Container", renamed="glue", children=[inner, Fx("Container", "Container", children=[Fx("x")])]
        ),
    ]
    host.project.master.monitor_fx = [Fx("VST3: SoundID Reference (Sonarworks)", enabled=False)]
    host.start("freshears_watch.lua")
    host.run(0.2)
    state = state_of(host)
    assert state["format"] == 1
    assert state["running"] is True
    assert state["project"].pop("id").endswith(" 1")
    assert state["project"] | {"length_s": 0} == {
        "path": host.project.path, "name": "Tide", "tracks": 2, "tabs": 1, "dirty": False, "length_s": 0,
        "sources": [],
    }  # fmt: skip
    assert [(fx["name"], fx["container"], fx["offline"], fx["wet"]) for fx in state["master"]["fx"]] == [
        (LIMITER, [], False, 1),
        ("Container", [], False, 1),
        ("JS: loser/MGA_JSLimiter", ["glue"], True, 0.5),
        ("Container", ["glue"], False, 1),
        ("x", ["glue", "Container"], False, 1),
    ]
    assert state["master"]["fx"][0]["renamed"] == "my secret"
    assert [(fx["name"], fx["enabled"]) for fx in state["monitor"]] == [("VST3: SoundID Reference (Sonarworks)", False)]


@pytest.mark.parametrize("what", ["add", "bypass", "offline", "chain", "remove", "play", "tab"])
def test_a_change_is_published_within_a_second(host: Host, what: str) -> None:
    host.project.master.fx = [Fx(LIMITER)]
    host.start("freshears_watch.lua")
    host.run(1)
    before = state_of(host)
    fx = host.project.master.fx
    if what == "add":
        fx.append(Fx("CLAP: Maximizer (X)", "CLAP"))
        host.touch()
    elif what == "bypass":
        fx[0].enabled = False  # REAPER's change count does not always move for this
    elif what == "offline":
        fx[0].offline = True
    elif what == "chain":
        host.project.master.chain_enabled = False
    elif what == "remove":
        fx.clear()
        host.touch()
    elif what == "play":
        host.project.play_state = 1
    else:
        host.projects.append(Project(path="/elsewhere/Storm.RPP"))
        host.current = 1
    host.run(1)
    after = state_of(host)
    changed = {key for key in ("project", "transport", "master") if before[key] != after[key]}
    assert changed
    if what == "tab":
        assert (after["project"]["name"], after["project"]["tabs"]) == ("Storm", 2)


def test_the_wet_knob_and_containers_are_seen_later(host: Host) -> None:
    inner = Fx(LIMITER)
    host.project.master.fx = [Fx("Container", "Container", children=[inner])]
    host.start("freshears_watch.lua")
    host.run(1)
    inner.enabled, inner.wet = False, 0.0
    host.run(10.5)
    seen = state_of(host)["master"]["fx"][1]
    assert (seen["enabled"], seen["wet"]) == (False, 0)


def test_the_heartbeat_and_the_goodbye(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(3)
    first = state_of(host)
    host.run(2)
    second = state_of(host)
    assert 1 <= second["seq"] - first["seq"] <= 4
    assert second["at"] - first["at"] in {1, 2, 3}
    host.quit()
    assert state_of(host)["running"] is False


def test_idle_costs_few_calls(host: Host) -> None:
    """Ten effects, nothing changing: the number of REAPER calls per second stays under a hundred and twenty."""
    host.project.master.fx = [Fx(f"VST3: Effect {n}") for n in range(10)]
    host.start("freshears_watch.lua")
    host.run(2)
    host.calls.clear()
    host.run(20)
    per_second = len(host.calls) / 20
    assert per_second < 120, Counter(host.calls).most_common(6)


def test_an_unwritable_mailbox_is_survived(host: Host) -> None:
    folder = host.resource / "FreshEars"
    (folder / "state.json" / "x").mkdir(parents=True)  # cannot be replaced by a file
    host.start("freshears_watch.lua")
    host.run(3)
    (folder / "state.json" / "x").rmdir()
    (folder / "state.json").rmdir()
    host.run(2)
    assert state_of(host)["running"] is True


def test_a_failing_call_is_retried_and_never_opens_a_window(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(2)
    for offset in range(1, 200, 7):
        host.fail_at = len(host.calls) + offset
        host.run(0.5)
    host.fail_at = None
    host.touch()
    host.project.master.fx.append(Fx(LIMITER))
    host.run(6)
    assert len(state_of(host)["master"]["fx"]) == 1


def test_a_second_reaper_stays_quiet_until_the_first_is_gone(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(1)
    other = Host(host.resource)
    other.now_s = host.now_s
    other.project.path = "/other/Other.rpp"
    other.start("freshears_watch.lua")
    other.run(1)
    assert state_of(host)["project"]["name"] == "Tide"
    host.quit()
    other.run(6)
    assert state_of(host)["project"]["name"] == "Other"
    assert other.violations == []


def test_starting_it_again_replaces_it(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(1)
    host.start("freshears_watch.lua")
    host.run(6)
    assert len(host.scripts) == 1
    assert state_of(host)["running"] is True


def test_a_warning_opens_the_panel_once_and_lights_its_button(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(1)
    host.project.play_state = 1
    host.run(1)
    notice = {"key": "w1", "title": "A limiter", "text": "is on the master.", "interrupt": True, "answers": []}
    put_panel(host, notices=[notice])
    host.run(2)
    assert "freshears_panel.lua" not in host.scripts  # never while it plays
    assert host.toggles[host.command("_FRESHEARS_PANEL")] == 1
    host.project.play_state = 0
    host.run(1)
    assert "freshears_panel.lua" in host.scripts
    host.screens["freshears_panel.lua"].keys.append(27)
    host.run(4)
    put_panel(host, notices=[notice])
    host.run(2)
    assert "freshears_panel.lua" not in host.scripts  # closed by the person: not opened again for the same warning
    put_panel(host, notices=[])
    host.run(1)
    assert host.toggles[host.command("_FRESHEARS_PANEL")] == 0


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"format": 99}', "x" * 300_000, '{"format":1,"at":"soon"}', "\x00\xff"]
)
def test_a_damaged_board_is_survived_and_the_next_one_read(host: Host, text: str) -> None:
    host.start("freshears_watch.lua")
    (host.resource / "FreshEars" / "board.json").write_text(text, encoding="latin-1")
    host.run(1)
    put_panel(host, notices=[{"key": "a", "title": "t", "text": "x"}])
    host.run(1)
    assert host.toggles[host.command("_FRESHEARS_PANEL")] == 1


def test_the_bridge_is_started_when_it_is_installed_and_silent(host: Host) -> None:
    folder = host.resource / "FreshEars"
    folder.mkdir(parents=True)
    (folder / "bridge.json").write_text(json.dumps({"command": ["/opt/fresh ears/freshears", "run"]}), encoding="utf-8")
    host.start("freshears_watch.lua")
    host.run(5)
    assert host.executed == ['"/opt/fresh ears/freshears" "run"']


def test_a_running_bridge_is_not_started_again(host: Host) -> None:
    put_panel(host)
    (host.resource / "FreshEars" / "bridge.json").write_text('{"command": ["x"]}', encoding="utf-8")
    host.start("freshears_watch.lua")
    host.run(1)
    assert host.executed == []


def test_names_that_are_not_text_are_written_as_text(host: Host) -> None:
    host.project.master.fx = [Fx('VST: "quo\\te"\n\x07\u202e 🎚'), Fx("x" * 10_000)]
    host.start("freshears_watch.lua")
    host.run(0.5)
    assert state_of(host)["master"]["fx"][0]["name"] == 'VST: "quo\\te"\n\x07\u202e 🎚'


def test_leftovers_of_a_crash_are_swept(host: Host) -> None:
    requests = host.resource / "FreshEars" / "requests"
    requests.mkdir(parents=True)
    (requests / "a.json.tmp").touch()
    (requests / "b.json").touch()
    (host.resource / "FreshEars" / "busy.json").touch()
    host.start("freshears_watch.lua")
    assert [path.name for path in requests.iterdir()] == ["b.json"]
    assert not (host.resource / "FreshEars" / "busy.json").exists()


def test_the_panel_is_found_when_reapack_installed_the_scripts(host: Host) -> None:
    host.named_actions = False
    host.start("freshears_watch.lua")
    put_panel(host, notices=[{"key": "w1", "title": "A limiter", "text": "x", "interrupt": True}])
    host.run(2)
    assert "freshears_panel.lua" in host.scripts
    assert host.toggles[host.added["freshears_panel.lua"]] == 1


@pytest.mark.slow
def test_a_heartbeat_costs_the_same_with_any_number_of_effects(host: Host) -> None:
    host.project.master.fx = [Fx(f"VST3: Effect {n}" + "x" * 200) for n in range(500)]
    host.start("freshears_watch.lua")
    host.run(1)
    assert len(state_of(host)["master"]["fx"]) == 500
    seq = state_of(host)["seq"]
    host.calls.clear()
    host.run(2)
    assert state_of(host)["seq"] > seq
    assert host.calls.count("TrackFX_GetNamedConfigParm") == 0  # nothing is read again


def test_after_a_goodbye_the_next_watcher_begins_at_once(host: Host) -> None:
    host.start("freshears_watch.lua")
    host.run(1)
    host.quit()
    host.start("freshears_watch.lua")
    host.run(0.2)
    assert state_of(host)["running"] is True


# the files a session plays ------------------------------------------------------------------------------------------

BOUNCE = "/music/Bounces/Tide – mix 3.wav"


def project_of(host: Host) -> dict[str, object]:
    host.start("freshears_watch.lua")
    host.run(0.7)
    return state_of(host)["project"]


def test_the_files_of_a_small_project_are_named_once_each(host_any_lua: Host) -> None:
    host = host_any_lua
    reversed_part = Source("", Source("", Source("/references/A.flac")))
    host.project.tracks[0].items = [*plays(BOUNCE, BOUNCE), Item()]
    host.project.tracks[1].items = [Item(Take(reversed_part))]
    assert project_of(host)["sources"] == [BOUNCE, "/references/A.flac"]


@pytest.mark.parametrize(
    "items",
    [
        [*plays(BOUNCE), Item(Take(Source("")))],  # MIDI
        [*plays(BOUNCE), Item(Take(None))],
        plays(*(f"/takes/{n}.wav" for n in range(9))),
        plays(*([BOUNCE] * 65)),
        [],
    ],
    ids=["midi", "no source", "many files", "many items", "empty"],
)
def test_a_project_that_plays_anything_else_names_none(host: Host, items: list[Item]) -> None:
    host.project.tracks[0].items = items
    assert project_of(host)["sources"] == []


def test_a_project_of_many_tracks_is_not_looked_at(host: Host) -> None:
    host.project.tracks = [Track(str(n), items=plays(BOUNCE)) for n in range(9)]
    assert project_of(host)["sources"] == []
    assert "CountMediaItems" not in host.calls


def test_the_files_are_asked_for_only_after_a_change(host: Host) -> None:
    host.project.tracks[0].items = plays(BOUNCE)
    project_of(host)
    host.calls.clear()
    host.run(25)  # two full looks
    assert "GetMediaItem" not in host.calls
    host.project.tracks[0].items = plays("/other.wav")
    host.touch()
    host.run(1)
    assert state_of(host)["project"]["sources"] == ["/other.wav"]
    assert host.calls.count("GetMediaItem") == 1


# unsaved projects ---------------------------------------------------------------------------------------------------


def test_two_unsaved_projects_have_names_of_their_own(host: Host) -> None:
    host.projects = [Project(path=""), Project(path="")]
    first = project_of(host)["id"]
    host.current = 1
    host.run(0.7)
    second = state_of(host)["project"]["id"]
    assert first != second
    host.current = 0
    host.run(0.7)
    assert state_of(host)["project"]["id"] == first
    host.quit()  # the scripts are started again, REAPER is not
    assert project_of(host)["id"] == first


def test_a_project_that_is_saved_keeps_its_name_and_a_new_one_in_its_tab_gets_another(host: Host) -> None:
    host.projects = [Project(path="")]
    names = [project_of(host)["id"]]
    for path, dirty in (("", True), ("/songs/Tide.rpp", False), ("", False), ("", True), ("", False)):
        host.project.path, host.project.dirty = path, dirty
        host.project.changes += 1
        host.run(0.7)
        names.append(state_of(host)["project"]["id"])
    unsaved, edited, saved, new, new_edited, another = names
    assert unsaved == edited == saved
    assert new == new_edited != saved
    assert another not in {new, saved}
