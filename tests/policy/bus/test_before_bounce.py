"""What a person hears before a bounce is made: room correction always, a limiter when they asked to be reminded."""

from msgspec.structs import replace

from bridge.model import FxSlot, SessionSnapshot
from bridge.policy.bus.guard import before_bounce, step
from bridge.policy.bus.guard_state import GuardState

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
