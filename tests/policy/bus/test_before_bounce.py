"""What a person hears before a bounce is made: room correction always, a limiter when they asked to be reminded."""

from msgspec.structs import replace

from bridge.model import FxSlot, SessionSnapshot
from bridge.policy.bus.guard import before_bounce, step
from bridge.policy.bus.guard_state import Concern, GuardState

ROOM = FxSlot(name="SoundID Reference (Sonarworks)")
LIMITER = FxSlot(name="Pro-L 2 (FabFilter)")


def state_with(*slots: FxSlot) -> GuardState:
    snapshot = SessionSnapshot(
        daw="reaper", seen_at=1.0, project_path="/a.rpp", project_name="a", transport="stopped", master_chain=slots
    )
    return step(GuardState(project="/a.rpp"), snapshot, (), "mixing", 1.0).state


def test_room_correction_that_is_on_stands_in_the_way() -> None:
    (sentence,) = before_bounce(state_with(ROOM))
    assert sentence == "SoundID Reference is active on the master bus and would be printed into the bounce."
    assert before_bounce(state_with(replace(ROOM, enabled=False))) == ()


def test_a_limiter_only_when_a_reminder_was_asked_for() -> None:
    state = state_with(LIMITER)
    assert before_bounce(state) == ()
    (sentence,) = before_bounce(replace(state, remind=True))
    assert sentence.startswith("You asked to be reminded at the bounce: Pro-L 2")


def test_before_a_dual_print_only_what_spoils_it_too() -> None:
    state = replace(state_with(LIMITER, ROOM), remind=True)
    assert len(before_bounce(state)) == 2
    (sentence,) = before_bounce(state, dual_print=True)
    assert sentence.startswith("SoundID Reference")


def test_a_reminder_that_was_left_for_now_stands_in_no_way() -> None:
    state = replace(state_with(LIMITER), remind=True, concerns={"bounce-reminder": Concern(generation=2, muted=True)})
    assert before_bounce(state) == ()
