"""The panel: what it shows in each state, clicks and keys, any theme, any size."""

import json
import re
from typing import Any

import pytest

from tests.daw.reaper.standin import pictures
from tests.daw.reaper.standin.host import SCRIPTS, Host
from tests.daw.reaper.standin.mail import put_panel, requests_of
from tests.daw.reaper.standin.screen import Screen

PANEL = "freshears_panel.lua"
WARNING = {
    "key": "w1",
    "title": "Pro-L 2 is on the master",
    "text": "A limiter while you mix hides what the balance needs.",
    "answers": [
        {"answer": "part_of_the_sound", "label": "Part of the sound"},
        {"answer": "at_the_bounce", "label": "Remind me at the bounce"},
    ],
}


def open_panel(host: Host) -> Screen:
    host.start(PANEL)
    host.run(0.5)
    return host.screens[PANEL]


def click(host: Host, screen: Screen, label: str) -> None:
    """Press the mouse button where a label stands, and let go there."""
    x, y = next((op[1], op[2]) for op in screen.frame if op[0] == "text" and op[3] == label)
    screen.values.update(mouse_x=x + 2, mouse_y=y + 2, mouse_cap=1.0)
    host.run(0.1)
    screen.values["mouse_cap"] = 0.0
    host.run(0.5)


def test_mode_rest_warning_verdict_and_buttons_are_shown(host_any_lua: Host) -> None:
    host = host_any_lua
    put_panel(
        host,
        mode="resting",
        rest="Fresh ears are due tomorrow at 14:20.",
        notices=[WARNING],
        verdict="Mix 3 is ready when rested",
        verdict_lines=["Clipping, 2 times"],
        markers=[{"at_s": 1, "text": "clipping"}],
    )
    shown = " ".join(open_panel(host).texts())
    for text in ("Tide", "Resting", "tomorrow at 14:20", "Pro-L 2 is on the master", "Part of the sound",
                 "Mix 3 is ready when rested", "Clipping, 2 times", "Bounce for mastering", "Dual print",
                 "Master this …", "Hand-off …", "Mark faults"):  # fmt: skip
        assert text in shown


def test_an_answer_is_clicked(host: Host) -> None:
    put_panel(host, notices=[WARNING])
    screen = open_panel(host)
    click(host, screen, "Remind me at the bounce")
    (request,) = requests_of(host)
    assert (request["kind"], request["key"], request["answer"]) == ("answer", "w1", "at_the_bounce")
    assert "Noted." in screen.texts()


def test_letting_go_elsewhere_does_nothing(host: Host) -> None:
    put_panel(host, notices=[WARNING])
    screen = open_panel(host)
    x, y = next((op[1], op[2]) for op in screen.frame if op[0] == "text" and op[3] == "Part of the sound")
    screen.values.update(mouse_x=x + 2, mouse_y=y + 2, mouse_cap=1.0)
    host.run(0.1)
    screen.values.update(mouse_x=1.0, mouse_y=1.0, mouse_cap=0.0)
    host.run(0.3)
    assert requests_of(host) == []


def test_the_keyboard_reaches_every_button(host: Host) -> None:
    put_panel(host, notices=[WARNING])
    screen = open_panel(host)
    screen.keys += [9, 13]  # Tab to the second button, Enter
    host.run(0.5)
    assert requests_of(host)[-1]["answer"] == "at_the_bounce"
    screen.keys.append(ord("1"))
    host.run(0.5)
    assert requests_of(host)[-1]["answer"] == "part_of_the_sound"
    screen.keys.append(27)
    host.run(0.2)
    assert not screen.is_open
    assert PANEL not in host.scripts


def test_bouncing_from_the_panel_offers_to_save(host: Host) -> None:
    host.project.dirty = True
    put_panel(host)
    screen = open_panel(host)
    click(host, screen, "Bounce for mastering")
    assert "Keep the project as it was bounced?" in screen.texts()
    assert host.project.saved_count == 0
    assert host.console == []  # it is said in the panel
    click(host, screen, "Save the project")
    assert host.project.saved_count == 1
    assert "Keep the project as it was bounced?" not in screen.texts()


def test_nothing_that_waits_or_renders_is_started_while_it_rolls(host: Host) -> None:
    host.project.play_state = 1
    put_panel(host)
    screen = open_panel(host)
    for label in ("Bounce for mastering", "Hand-off …", "Dual print"):
        click(host, screen, label)
    assert requests_of(host) == []
    assert host.project.play_state == 1


def test_without_a_bridge_it_says_how_to_get_it(host: Host) -> None:
    screen = open_panel(host)
    assert "uv tool install fresh-ears" in " ".join(screen.texts())
    (host.resource / "FreshEars").mkdir(parents=True)
    (host.resource / "FreshEars" / "bridge.json").write_text(json.dumps({"command": ["freshears", "run"]}))
    host.run(1)
    assert "Press Start it" in " ".join(screen.texts())
    click(host, screen, "Start it")
    assert host.executed == ['"freshears" "run"']


@pytest.mark.parametrize("command", ['["a\\"b"]', "[]", '"x"', "[1]", '["a\\nb"]'])
def test_a_strange_start_command_is_not_run(host: Host, command: str) -> None:
    (host.resource / "FreshEars").mkdir(parents=True)
    (host.resource / "FreshEars" / "bridge.json").write_text('{"command": ' + command + "}")
    screen = open_panel(host)
    assert "Start it" not in screen.texts()
    assert "uv tool install" in " ".join(screen.texts())


def test_a_bridge_of_another_version_is_named(host: Host) -> None:
    put_panel(host, format=2)
    assert "different versions" in " ".join(open_panel(host).texts())


def test_a_silent_bridge_is_noticed(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    assert "Tide" in screen.texts()
    host.run(20, step_s=0.2)
    assert "needs its bridge" in " ".join(screen.texts())


def test_another_tab_shows_nothing_of_the_first(host: Host) -> None:
    put_panel(host, project_path="/other.rpp", song="Storm", notices=[WARNING], verdict="bad")
    shown = " ".join(open_panel(host).texts())
    assert "Storm" not in shown
    assert "Pro-L" not in shown
    assert "Tide" in shown  # the project's own name


def test_it_is_redrawn_only_when_something_changes(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    count = screen.draw_count
    host.run(5)
    assert screen.draw_count == count
    screen.values["w"] = 300.0
    host.run(0.1)
    assert screen.draw_count == count + 1


def test_its_place_is_remembered(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    screen.dock = 769
    screen.values.update(w=500.0, h=200.0)
    screen.keys.append(27)
    host.run(0.2)
    assert open_panel(host).dock == 769
    assert host.screens[PANEL].values["w"] == 500


def _luminance(color: str) -> float:
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(a: str, b: str) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _background(frame: list[tuple[Any, ...]], at: int) -> str:
    """Return the colour behind a text: that of the last filled box drawn before it that covers its start."""
    _, x, y = frame[at][:3]
    boxes = [op for op in frame[:at] if op[0] == "rect" and op[5]]
    return next(b[6] for b in reversed(boxes) if b[1] <= x <= b[1] + b[3] and b[2] <= y + 1 <= b[2] + b[4])


THEMES = [(0x333333, 0xDCDCDC), (0xFFFFFF, 0x000000), (0x808080, 0x8A8A8A), (0x000000, 0x000000), (0xE8D8B0, 0xFFFFFF),
          (0x1E4060, 0x203050), (0x00FF00, 0x00FF00)]  # fmt: skip


@pytest.mark.parametrize(("back", "text"), THEMES)
@pytest.mark.parametrize("kind", ["fault", "listen", "fine"])
def test_every_text_can_be_read_on_any_theme(host: Host, back: int, text: int, kind: str) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 between text and what is behind it."""
    host.theme = {"col_main_bg2": back, "col_main_text2": text}
    put_panel(host, notices=[WARNING], rest="Rested.", verdict="Fine", verdict_kind=kind, mode="mixing",
              findings=[{"text": "a", "kind": "fault", "places": [{"at_s": 1.0}]}])  # fmt: skip
    frame = open_panel(host).frame
    for at, op in enumerate(frame):
        if op[0] == "text":
            assert _contrast(op[6], _background(frame, at)) >= 4.4, op


def test_a_theme_without_colours_still_works(host: Host) -> None:
    host.theme = {}
    put_panel(host)
    assert "Tide" in open_panel(host).texts()


@pytest.mark.slow
@pytest.mark.parametrize(("width", "ratio"), [(160.0, 1.0), (420.0, 1.0), (420.0, 2.0), (1200.0, 1.5)])
def test_texts_stay_inside_the_window_at_any_width_and_scale(host: Host, width: float, ratio: float) -> None:
    put_panel(host, song="A very long song name that goes on and on without end", notices=[WARNING], verdict="x" * 300)
    host.screens[PANEL] = Screen(pixel_ratio=ratio)
    screen = open_panel(host)
    screen.values["w"] = width * ratio
    host.run(0.2)
    buttons = {"Bounce for mastering", "Remind me at the bounce"}
    for op in screen.frame:
        if op[0] == "text" and op[3] not in buttons:
            assert op[1] + op[7] <= width * ratio + 1, op


def test_hostile_texts_are_only_drawn(host: Host) -> None:
    hostile = "<b>%s</b> \u202e]] .. os.exit() .. [[ 🎚"
    put_panel(host, song=hostile, notices=[{**WARNING, "title": hostile, "text": hostile * 50}])
    screen = open_panel(host)
    assert "os.exit()" in " ".join(screen.texts())
    assert "&lt;b&gt;" in screen.svg()


def test_the_model_is_pure() -> None:
    text = (SCRIPTS / "lib" / "panel" / "model.lua").read_text(encoding="utf-8")
    assert not re.search(r"\b(reaper|gfx|io|os|require)\s*[.(]", text)


@pytest.mark.parametrize("name", list(pictures.STATES))
def test_the_pictures_in_the_docs_are_current(name: str) -> None:
    path = pictures.FOLDER / f"reaper-panel-{name}.svg"
    assert path.read_text(encoding="utf-8") == pictures.draw(name).svg(), (
        "run: python -m tests.daw.reaper.standin.pictures"
    )


def test_a_low_window_scrolls_to_the_button_that_has_the_focus(host: Host) -> None:
    put_panel(host, notices=[WARNING], verdict_lines=["a"] * 6, verdict="Fine")
    screen = open_panel(host)
    screen.values["h"] = 120.0
    host.run(0.2)
    for _ in range(5):
        screen.keys.append(9)
        host.run(0.1)
        assert any(op[0] == "rect" and not op[5] and op[2] >= 0 and op[2] + op[4] <= 120 for op in screen.frame)
    screen.values["mouse_wheel"] = 12_000.0
    host.run(0.1)
    assert "Tide" in screen.texts()[:2]
    assert next(op for op in screen.frame if op[0] == "text")[2] >= 0  # at the top again


def test_the_mode_is_switched_in_the_panel(host: Host) -> None:
    put_panel(host, mode="mixing")
    screen = open_panel(host)
    click(host, screen, "Mode …")
    assert "What are you doing with this song?" in screen.texts()
    click(host, screen, "Mastering")
    (request,) = requests_of(host)
    assert (request["action"], request["values"]) == ("mode", {"mode": "mastering"})
    assert "Tide" in screen.texts()


def test_a_call_that_fails_never_opens_reapers_error_window(host: Host) -> None:
    put_panel(host, notices=[WARNING])
    screen = open_panel(host)
    for offset in range(40):
        host.fail_at = len(host.calls) + 1 + offset
        host.run(0.6)
    host.fail_at = None
    host.run(0.5)
    assert screen.is_open
    screen.keys.append(27)
    host.fail_at = len(host.calls) + 3
    host.run(0.3)
    assert not screen.is_open


def test_a_lasting_error_closes_the_panel_with_a_word(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    host.broken.add("EnumProjects")
    host.run(5)
    assert not screen.is_open
    assert "closed by an error" in host.console[-1]


def test_a_window_size_with_a_fraction_is_remembered(host: Host) -> None:
    put_panel(host)
    screen = open_panel(host)
    screen.values.update(w=333.5, h=222.25)
    screen.keys.append(27)
    host.run(0.2)
    assert host.persisted["FreshEars", "panel_place"].endswith(" 333 222")


QUESTIONS = [
    {"key": "needs", "text": "What does this song still need?", "answer": "a bridge"},
    {"key": "elsewhere", "text": "Where have you heard it since, away from the desk?", "answer": ""},
]


def test_the_questions_of_the_mode_stand_below_everything_that_has_to_be_done(host_any_lua: Host) -> None:
    host = host_any_lua
    put_panel(host, notices=[WARNING], questions=QUESTIONS)
    texts = " ".join(open_panel(host).texts())
    assert texts.index("Part of the sound") < texts.index("Bounce for mastering") < texts.index("still need?")
    assert texts.index("still need?") < texts.index("a bridge")


def test_an_answer_to_a_question_is_kept_and_the_page_stays(host_any_lua: Host) -> None:
    host = host_any_lua
    put_panel(host, questions=QUESTIONS)
    screen = open_panel(host)
    click(host, screen, "Answer …")
    host.inputs = ["in the car; twice, loud"]
    click(host, screen, "Answer")
    (request,) = requests_of(host)
    assert (request["action"], request["values"]) == (
        "reply", {"question": "elsewhere", "answer": "in the car; twice, loud"},
    )  # fmt: skip
    assert {"Noted.", "Change"} <= set(screen.texts())
    for given in (None, "a bridge"):  # cancelled; left as it was
        host.inputs = [given]
        click(host, screen, "Change")
    assert len(requests_of(host)) == 1
    click(host, screen, "Back")
    assert "Tide" in screen.texts()


def test_no_question_opens_while_it_rolls(host: Host) -> None:
    put_panel(host, questions=QUESTIONS)
    screen = open_panel(host)
    click(host, screen, "Answer …")
    host.project.play_state = 1
    host.run(0.5)
    click(host, screen, "Answer")
    assert requests_of(host) == []


def test_a_question_that_is_gone_says_so(host: Host) -> None:
    put_panel(host, questions=QUESTIONS)
    screen = open_panel(host)
    click(host, screen, "Answer …")
    before = list(screen.texts())
    put_panel(host, questions=[])
    host.ext["FreshEars", "page"] = "questions"
    screen.keys.append(ord("1"))  # pressed before the panel has seen the new board
    host.run(0.5)
    assert "Answer" in before
    assert requests_of(host) == []


def test_where_the_mode_is_known_from_stands_on_its_page(host: Host) -> None:
    put_panel(host, mode="mastering", mode_why="the session holds little but bounce 3 of Tide")
    screen = open_panel(host)
    click(host, screen, "Mode …")
    assert "Mastering now: the session holds little but bounce 3 of Tide." in " ".join(screen.texts())
