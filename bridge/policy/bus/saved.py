"""A project that is known by its saves alone: what stood there at first sight, and how it is called in a warning."""

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from msgspec.structs import replace

from bridge.model import Purpose, SessionSnapshot
from bridge.policy.bus.guard import LOUD, SHAPING, active_items, shipped_purpose
from bridge.policy.bus.guard_state import Concern, GuardSettings, GuardState


def at_once(settings: GuardSettings) -> GuardSettings:
    """Return settings for saved projects: who saves with a limiter on the bus has stopped trying it."""
    return replace(settings, settle_s=0.0)


def at_first_sight(
    state: GuardState,
    snapshot: SessionSnapshot,
    settings: GuardSettings,
    purpose_of: Callable[[str], Purpose] = shipped_purpose,
) -> GuardState:
    """Return the state of a project that is met as it was saved: what stands there is not asked about.

    A limiter counts as part of the sound, glue and what stacks up as said.
    """
    items = active_items(snapshot, purpose_of)
    loud = tuple(item.name for item in items if item.purpose in LOUD)
    concerns = dict(state.concerns)
    if any(item.purpose == "glue" for item in items):
        concerns["glue"] = Concern(generation=2)
    if sum(item.purpose in SHAPING for item in items) >= settings.stacked:
        concerns["stacked"] = Concern(generation=2)
    return replace(state, accepted=tuple(dict.fromkeys((*state.accepted, *loud))), concerns=concerns)


def as_saved(saved_at: float, now_at: float, *, switches_read: bool = True, zone: tzinfo | None = None) -> str:
    """Return "as saved at 14:05", with its day when that is another, and what the file does not say."""
    then, today = (datetime.fromtimestamp(at, UTC).astimezone(zone) for at in (saved_at, now_at))
    day = "" if then.date() == today.date() else f" on {then.day} {then:%B}"
    unread = "" if switches_read else "; whether it is switched off is not known"
    return f"as saved{day} at {then:%H:%M}{unread}"
