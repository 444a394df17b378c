"""What is new is spoken through OSARA where it is there: once, and not while it rolls."""

from typing import Any

from bridge.daw.contract import AnswerChoice, Notice
from tests.daw.reaper.standin.host import Host
from tests.daw.reaper.standin.mail import put_panel
from tests.daw.reaper.standin.rig import Rig

WATCH, PANEL = "freshears_watch.lua", "freshears_panel.lua"
WARNING = Notice(
    key="w1",
    title="Pro-L 2 is on the master",
    text="A limiter hides what the balance needs.\nTake it off.",
    answers=(AnswerChoice(answer="off", label="Not now"),),
)
SAID = "Fresh Ears: Pro-L 2 is on the master. A limiter hides what the balance needs. Take it off."


def listening(host: Host, **shown: Any) -> Rig:
    host.install_osara()
    rig = Rig(host)
    rig.show(**shown)
    host.start(WATCH)
    rig.run(1.5)
    return rig


def test_a_warning_is_spoken_once_however_often_the_panel_is_written(host_any_lua: Host) -> None:
    host = host_any_lua
    rig = listening(host)
    assert host.spoken == []
    rig.show(notices=(WARNING,))
    rig.run(12)
    assert host.spoken == [SAID]
    rig.show()
    rig.run(1)
    rig.show(notices=(WARNING,))
    rig.run(1)
    assert host.spoken == [SAID]


def test_a_new_verdict_is_spoken_and_the_one_that_was_there_is_not(host: Host) -> None:
    rig = listening(host, verdict="Tide, bounce 2: fine")
    rig.show(verdict="Tide, bounce 3: there is something to fix", verdict_lines=("Clipping, 2 times.",))
    rig.run(6)
    assert host.spoken == ["Fresh Ears: Tide, bounce 3: there is something to fix. Clipping, 2 times."]


def test_nothing_is_spoken_while_it_rolls_and_it_is_afterwards(host: Host) -> None:
    rig = listening(host)
    host.project.play_state = 5
    rig.run(1)
    rig.show(notices=(WARNING,), verdict="Tide, bounce 1: fine")
    rig.run(3)
    assert host.spoken == []
    host.project.play_state = 0
    rig.run(1.5)
    assert host.spoken == [SAID, "Fresh Ears: Tide, bounce 1: fine"]


def test_without_osara_nothing_is_called_that_is_not_there(host: Host) -> None:
    rig = Rig(host)
    rig.show(notices=(WARNING,))
    host.start(WATCH)
    rig.run(2)
    assert host.spoken == []
    assert host.violations == []


def test_a_voice_that_fails_takes_nothing_along(host: Host) -> None:
    rig = listening(host)

    def broken(_text: str) -> None:
        raise RuntimeError("no voice")

    host.extensions["osara_outputMessage"] = broken
    host.start(WATCH)
    rig.show(notices=(WARNING,))
    rig.run(2)
    assert rig.adapter.status().connected
    assert not any("error" in line for line in rig.adapter.status().missing)
    assert host.toggles  # the button is lit all the same


def test_what_became_of_an_action_and_the_button_under_the_keys_are_spoken(host: Host) -> None:
    host.install_osara()
    put_panel(host)
    host.start(PANEL)
    host.run(0.5)
    host.screens[PANEL].keys += [9, 9]  # Tab
    host.run(0.5)
    assert host.spoken == ["Dual print", "Master this …"]
    host.start("freshears_markers.lua")
    assert host.spoken[-1] == "The last bounce has no faults to mark."
