"""What was found in the last bounce, in its colours, and the way to its places; the page, the connection, the words."""

from pathlib import Path
from typing import Any

import pytest

from tests.daw.reaper.standin.host import Host, Script
from tests.daw.reaper.standin.mail import put_panel, requests_of
from tests.daw.reaper.standin.screen import Screen

PANEL = "freshears_panel.lua"
CLIPPING = {"text": "Clipping, 2 times", "kind": "fault", "places": [{"at_s": 41.2}, {"at_s": 63.46}]}
VERDICT = {"verdict": "Tide, bounce 3: there is something to fix", "verdict_kind": "fault", "findings": [CLIPPING]}


def open_panel(host: Host) -> Screen:
    host.start(PANEL)
    host.run(0.5)
    return host.screens[PANEL]


def click(host: Host, screen: Screen, label: str) -> None:
    x, y = next((op[1], op[2]) for op in screen.frame if op[0] == "text" and op[3] == label)
    screen.values.update(mouse_x=x + 2, mouse_y=y + 2, mouse_cap=1.0)
    host.run(0.1)
    screen.values["mouse_cap"] = 0.0
    host.run(0.5)


def color_of(screen: Screen, text: str) -> tuple[int, ...]:
    color = next(op[6] for op in screen.frame if op[0] == "text" and op[3] == text)
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))


def test_a_verdict_has_its_colour(host: Host) -> None:
    seen = {}
    screen = open_panel(host)
    for kind in ("fault", "listen", "fine", ""):
        put_panel(host, verdict="Tide, bounce 3", verdict_kind=kind)
        host.run(0.5)
        seen[kind] = color_of(screen, "Tide, bounce 3")
    assert len(set(seen.values())) == 4
    red, green, _ = seen["fault"]
    assert red > green + 40
    red, green, _ = seen["fine"]
    assert green > red + 40


@pytest.mark.parametrize("play_state", [0, 1, 5], ids=["stopped", "playing", "recording"])
@pytest.mark.parametrize("start_s", [0.0, 12.5])
def test_a_fault_leads_to_its_place_and_nothing_else_changes(host: Host, play_state: int, start_s: float) -> None:
    host.project.play_state = play_state
    put_panel(host, **VERDICT, last_bounce_start_s=start_s)
    screen = open_panel(host)
    before, changes = host.project.memory(), host.project.changes
    click(host, screen, "1:03.5")
    assert host.project.cursor_s == host.project.view_s == pytest.approx(63.46 + start_s)
    assert (host.project.memory(), host.project.changes) == (before, changes)
    assert (host.project.undo, host.project.dirty, host.project.play_state) == ([], False, play_state)
    assert requests_of(host) == []


def test_the_keyboard_leads_there_too_and_the_number_keys_stay_with_the_actions(host: Host) -> None:
    put_panel(host, **VERDICT)
    screen = open_panel(host)
    screen.keys.append(13)  # the first button of all is the first place
    host.run(0.5)
    assert host.project.cursor_s == pytest.approx(41.2)
    screen.keys.append(ord("1"))
    host.run(20)
    assert len(list((host.resource / "Bounces").glob("*.wav"))) == 1


@pytest.mark.parametrize("places", [[], [{"at_s": 5.0}] * 40])
def test_no_place_and_many_are_shown_as_few_as_fit(host: Host, places: list[dict[str, float]]) -> None:
    put_panel(host, verdict="x", verdict_kind="listen", findings=[{"text": "a", "kind": "listen", "places": places}])
    assert open_panel(host).texts().count("0:05.0") == min(len(places), 4)


def test_a_bridge_of_the_first_version_gives_lines_without_places(host: Host) -> None:
    put_panel(host, verdict="x", verdict_lines=["Clipping, 2 times"])
    assert "Clipping, 2 times" in open_panel(host).texts()


def test_the_page_is_opened_by_the_bridges_own_command(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    assert "Open the page" not in screen.texts()  # nobody has said how the bridge is called
    (host.resource / "FreshEars" / "bridge.json").write_text(
        '{"command": ["/opt/fresh ears/python", "-m", "bridge", "run"]}'
    )
    host.run(0.5)
    click(host, screen, "Open the page")
    assert host.executed == ['"/opt/fresh ears/python" "-m" "bridge" "open"']


def test_it_says_whether_it_is_connected(host: Host) -> None:
    screen = open_panel(host)
    assert "Not connected." in screen.texts()
    put_panel(host)
    host.run(0.5)
    assert any(text.startswith("Connected to Fresh Ears") for text in screen.texts())
    host.run(20, step_s=0.2)
    assert "Not connected." in screen.texts()


def test_intents_and_targets_stand_there_in_words_and_their_keys_are_sent(host: Host) -> None:
    put_panel(
        host,
        last_bounce_path="/b/Tide 3.wav",
        intent_titles=["Intimate", "Energetic", "Strange", "Neutral"],
        target_titles=["Spotify", "Audio CD", "Vinyl (pre-master)"],
    )
    host.ext["FreshEars", "page"] = "master"
    screen = open_panel(host)
    assert not {"vinyl", "energetic"} & set(screen.texts())
    for label in ("Energetic", "Vinyl (pre-master)", "Make the master"):
        click(host, screen, label)
    (request,) = requests_of(host)
    assert request["values"] == {"path": "/b/Tide 3.wav", "intent": "energetic", "target": "vinyl"}


def test_what_is_muted_stands_there_and_stops_nobody(host: Host) -> None:
    put_panel(host, muted=["Kick alt", *(f"Take {number}" for number in range(9))])
    screen = open_panel(host)
    assert "Muted: Kick alt, Take 0, Take 1, Take 2, Take 3, Take 4 and 4 more." in " ".join(screen.texts())
    click(host, screen, "Bounce for mastering")
    assert len(list((host.resource / "Bounces").glob("*.wav"))) == 1


ONE_SHOT = ("bounce", "dual_print", "handoff", "markers", "master")


@pytest.mark.parametrize("name", ONE_SHOT)
def test_an_action_leaves_no_undo_point_and_asks_for_no_save(host: Host, name: str) -> None:
    put_panel(host, last_bounce_path="/b/Tide 3.wav")
    host.inputs = [None]
    host.start(f"freshears_{name}.lua")
    host.run(0.5)
    assert (host.project.undo, host.project.dirty) == ([], False)


def test_the_stand_in_adds_an_undo_point_after_a_script_that_never_defers(tmp_path: Path, host: Host) -> None:
    (tmp_path / "plain.lua").write_text("reaper.GetAppVersion()", encoding="utf-8")
    host.scripts_folder = tmp_path
    script: Any = host.start("plain.lua")
    assert isinstance(script, Script)
    assert (host.project.undo, host.project.dirty) == (["ReaScript: plain.lua"], True)
