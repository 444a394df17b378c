"""What is said about the master bus, and when, by a real Ardour on a virtual screen."""

import socket

import pytest

from bridge.daw.ardour.datagrams import encode
from bridge.policy.bus.guard_texts import ANSWER_LABELS
from tests.daw.ardour.studio import LIMITER, METER, Studio
from tests.waiting import for_a_while, wait_for

pytestmark = [pytest.mark.real_daw, pytest.mark.timeout(300)]


def test_the_session_is_known_over_all_three_channels(studio: Studio) -> None:
    known = wait_for(
        lambda: (s := studio.ardour_status()) and len(s["channels"]) == 3 and s["project_name"] and s, 8.0, "Ardour"
    )
    assert isinstance(known, dict)
    assert known["project_path"] == str(studio.daw.session)
    assert known["missing"] == []


def test_a_meter_on_the_master_says_nothing(clean: Studio) -> None:
    clean.add_to_master(METER)
    for_a_while(4.0)
    assert clean.warning_kinds() == []
    assert clean.windows() == []


def test_a_limiter_is_noticed_within_three_seconds_and_never_named_while_it_rolls(clean: Studio) -> None:
    clean.daw.send("/transport_play")
    wait_for(lambda: clean.daw.lua("return Session:transport_rolling ()") == "true", 5.0, "the transport to roll")
    clean.add_to_master(LIMITER)
    wait_for(lambda: clean.noticed_kinds() == ["loudness"], 3.0, "the warning in status")
    (noticed,) = clean.printed_status()["noticed"]
    assert "Limiter" in noticed["seen"]
    for_a_while(5.0)  # longer than it takes to settle and to open a window
    assert clean.warning_kinds() == []
    assert clean.windows() == []
    clean.daw.send("/transport_stop")
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 3.0, "the warning itself")
    assert [warning["kind"] for warning in clean.printed_status()["warnings"]] == ["loudness"]
    clean.wait_for_window()
    text = clean.text("warning")
    assert "Limiter" in text
    assert "mixing" in text
    (warning,) = clean.status()["warnings"]
    answers = sorted(warning["answers"], key=lambda answer: answer != "not-now")  # what leaves it stands first
    labels = [ANSWER_LABELS[answer] for answer in answers]
    assert labels[0] == "Leave it for now"
    places = [text.find(label) for label in labels]
    assert -1 not in places
    assert places == sorted(places)  # Lua walks a table in another order at every start of Ardour


def test_part_of_the_sound_silences_it_for_good(studio: Studio) -> None:
    if not studio.windows():
        pytest.fail("the warning of the test before is not there")
    studio.press("It is part of the sound")
    studio.dismiss("OK")
    wait_for(lambda: studio.warning_kinds() == [], 3.0, "the warning to go")
    studio.bridge.kill()
    studio.bridge.start()
    wait_for(lambda: studio.ardour_status().get("connected"), 5.0, "Ardour to be known again")
    for_a_while(4.0)
    assert studio.warning_kinds() == []
    assert studio.windows() == []


def test_another_limiter_is_named_and_bypassing_it_clears_the_warning(clean: Studio) -> None:
    clean.add_stranger()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "the warning")
    clean.daw.lua("Session:master_out ():nth_plugin (0):deactivate ()")
    wait_for(lambda: clean.warning_kinds() == [], 3.0, "the warning to go")


def test_a_killed_bridge_does_not_say_it_again(clean: Studio) -> None:
    clean.add_stranger()
    clean.wait_until_said()
    clean.bridge.kill()
    clean.bridge.start()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "the same warning")
    for_a_while(5.0)
    assert clean.windows() == []


def test_another_controller_is_not_disturbed(clean: Studio) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as controller:
        controller.settimeout(3.0)
        controller.sendto(encode("/set_surface", (2, 1, 0, 0, 0, 0, 0)), ("127.0.0.1", clean.daw.port))
        for_a_while(2.0)  # our polling goes on meanwhile
        controller.sendto(encode("/set_surface", ()), ("127.0.0.1", clean.daw.port))
        answer = b""
        while not answer.startswith(b"/set_surface"):
            answer = controller.recv(4096)
    assert encode("/set_surface", (2, 1, 0))[-12:-4] in answer  # its banks of two strips are as it set them
    clean.add_stranger()
    wait_for(lambda: clean.warning_kinds() == ["loudness"], 5.0, "ours is not disturbed either")
