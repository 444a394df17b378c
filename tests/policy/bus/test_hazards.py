"""What a bounce would catch: said before it, and kept with it."""

from typing import get_args

from bridge.model import Hazard, SessionSnapshot
from bridge.policy.bus.guard import before_bounce, bounce_landed, step
from bridge.policy.bus.guard_state import GuardState, hazards_at_bounce
from bridge.policy.bus.hazards import HAZARD_CHECKS, OF_THE_RENDER, before_words, hazard_findings

ALL: tuple[Hazard, ...] = get_args(Hazard)


def session(*hazards: Hazard, at: float = 1.0, rendering: bool = False) -> SessionSnapshot:
    return SessionSnapshot(
        daw="reaper", seen_at=at, project_path="/a.rpp", project_name="a", hazards=hazards, rendering=rendering
    )


def test_a_solo_stands_in_the_way_of_a_bounce_and_of_a_dual_print() -> None:
    state = step(GuardState(project="/a.rpp"), session("solo"), (), "mixing", 1.0).state
    assert before_bounce(state) == ("A track is soloed: the bounce would hold that alone.",)
    assert before_bounce(state, dual_print=True) == before_bounce(state)
    assert before_bounce(step(state, session(at=2.0), (), "mixing", 2.0).state) == ()


def test_what_the_render_window_does_stands_in_no_way_of_our_own_bounce() -> None:
    assert before_words(tuple(OF_THE_RENDER)) == ()
    assert len(before_words(ALL)) == len(ALL) - len(OF_THE_RENDER) - 1  # and what is muted stops nobody


def test_each_is_something_to_listen_to_and_never_a_fault() -> None:
    findings = hazard_findings(ALL)
    assert {finding.check for finding in findings if finding.kind != "listen"} == {
        "bounced_muted_tracks",
        "bounced_render_selection",
    }
    assert {finding.kind for finding in findings} == {"listen", "note"}
    assert {finding.check for finding in findings} == set(HAZARD_CHECKS)
    assert all(finding.message and finding.remedy for finding in findings)


def test_what_was_muted_is_named_and_a_long_list_cut() -> None:
    (named,) = hazard_findings(("muted-tracks",), ("Kick alt", "Choir\x1b[2J"))
    assert named.message.startswith("Tracks that hold something were muted when this was bounced: Kick alt, Choir")
    assert "\x1b" not in named.message
    (many,) = hazard_findings(("muted-tracks",), [f"Take {number}" for number in range(20)])
    assert many.message.endswith("Take 5 and 14 more.")
    (none,) = hazard_findings(("muted-tracks",))
    assert none.message == "Tracks that hold something were muted when this was bounced."


def test_a_solo_taken_off_while_it_renders_is_in_the_bounce_all_the_same() -> None:
    state = step(GuardState(project="/a.rpp"), session("solo"), (), "mixing", 1.0).state
    state = step(state, session("solo", at=2.0, rendering=True), (), "mixing", 2.0).state
    state = step(state, session(at=3.0), (), "mixing", 3.0).state
    assert hazards_at_bounce(state) == ("solo",)
    assert hazards_at_bounce(bounce_landed(state, "mixing", 4.0).state) == ()
