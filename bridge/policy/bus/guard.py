"""Watches the master bus for mastering that has begun while the song is still being mixed.

Pure: the previous state, the latest snapshot, the answers since then, the mode and the clock go in; a new state and
what to say come out. The state is plain data, so that the store can keep it and a history can be replayed.

The rules, in the order of their weight:

- classify, do not count: loudness is flagged, glue earns one note per song, tone and width only when several stack up,
  meters, references and monitor controllers nothing; room correction is silent until a bounce is made through it;
- a warning is raised once; only an answer makes room for another one of its kind;
- a cause is noticed at once, for whoever asks; it is raised when it has stayed, and never while the transport plays or
  records; after a set time of playing it is shown where someone looks, unraised;
- taking the plug-in off, bypassing it or putting another one in its place is never a new nag.
"""

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import get_args

from msgspec.structs import replace

from bridge.model import BusItem, BusWarning, Finding, FxSlot, GivenAnswer, Mode, Purpose, SessionSnapshot, WarningKind
from bridge.policy.bus.guard_state import (
    BusView,
    Concern,
    GuardSettings,
    GuardState,
    GuardStep,
    bus_at_bounce,
    bus_now,
    hazards_now,
    project_key,
)
from bridge.policy.bus.guard_texts import before_bounce_words, words_for
from bridge.policy.bus.hazards import before_words
from bridge.policy.bus.plugins import LONGEST_NAME, classify, plain_name
from bridge.text import plain_text

KINDS: tuple[WarningKind, ...] = get_args(WarningKind)
ONCE_PER_SONG: frozenset[WarningKind] = frozenset({"glue", "stacked", "same-sitting"})
LOUD: frozenset[Purpose] = frozenset({"loudness", "suite"})
SETTLING: frozenset[WarningKind] = frozenset({"loudness", "glue", "stacked", "resting"})
LONGEST_STRIP = 40  # ours: a sentence is about a plug-in; the name of its strip is cut before it takes the line
SHAPING: frozenset[Purpose] = frozenset({"tone", "stereo", "saturation"})


@lru_cache(maxsize=4096)
def shipped_purpose(name: str) -> Purpose:
    """Return the purpose of a plug-in after the shipped list, remembered."""
    return classify(name).purpose


def active_items(
    snapshot: SessionSnapshot, purpose_of: Callable[[str], Purpose] = shipped_purpose
) -> tuple[BusItem, ...]:
    """Return the processors at work on the whole sound: none bypassed, offline, fully dry, in a chain that is
    off, or put there by the DAW itself.

    Those of the strips before the master that everything passes through come first, as the sound meets them.
    """
    chains = [(plain_text(bus.name, LONGEST_STRIP), bus.chain_enabled, bus.chain) for bus in snapshot.buses]
    chains.append(("", snapshot.master_chain_enabled, snapshot.master_chain))
    return tuple(
        BusItem(plain_name(name).text or "(no name)", purpose_of(name), strip)
        for strip, is_on, chain in chains
        for name in (slot.name[:LONGEST_NAME] for slot in chain if is_on and _is_active(slot))
    )


def mastering_before_master(
    snapshot: SessionSnapshot, purpose_of: Callable[[str], Purpose] = shipped_purpose
) -> tuple[str, ...]:
    """Return the names of what raises loudness or glues on the strips before the master; empty for a bare mix."""
    items = active_items(snapshot, purpose_of)
    return tuple(item.name for item in items if item.strip and item.purpose in LOUD | {"glue"})


def _is_active(slot: FxSlot) -> bool:
    is_dry = slot.wet is not None and slot.wet <= 0.0
    return slot.enabled and not slot.offline and not is_dry and not slot.from_template


def step(
    state: GuardState,
    snapshot: SessionSnapshot | None,
    answers: Sequence[GivenAnswer],
    mode: Mode,
    now_at: float,
    settings: GuardSettings | None = None,
    purpose_of: Callable[[str], Purpose] = shipped_purpose,
) -> GuardStep:
    """Process one step.

    Parameters
    ----------
    state
        What the last step returned, or ``GuardState(project=project_key(snapshot))``.
    snapshot
        The latest whole state of the session; None when there is only an answer or a change of mode. A snapshot of
        another project, or one older than the last from its DAW, is ignored.
    answers
        Given since the last step; answers to warnings that are gone or were answered are ignored.
    mode, now_at
        The song's mode and the time in POSIX seconds. A clock that jumps neither ripens nor drops a warning.
    purpose_of
        From a plug-in's name to its purpose; the application puts the person's own list here.
    """
    settings = settings or GuardSettings()
    passed_s = 0.0 if state.stepped_at is None else min(max(0.0, now_at - state.stepped_at), settings.longest_step_s)
    shown_before = _shown_ids(state)
    was_rendering = any(view.rendering for view in state.views)
    state = _with_sitting(state, now_at, settings)
    state = _with_snapshot(state, snapshot, now_at, settings, purpose_of)
    state = _with_mode(state, mode, passed_s, settings)
    begins = not was_rendering and any(view.rendering for view in state.views)
    if begins:
        state = _fired(
            replace(state, rendered=bus_now(state), rendered_hazards=hazards_now(state)), remind=False
        )  # what is rendered may be no bounce
    state = _with_answers(state, answers)
    return _spoken(state, shown_before, mode, passed_s, now_at, settings)


def bounce_landed(
    state: GuardState, mode: Mode, now_at: float, settings: GuardSettings | None = None, *, reminded: bool = False
) -> GuardStep:
    """Step: a bounce of this project has just landed; `bus_at_bounce` says through what it was made.

    ``reminded``: what `before_bounce` says was said before it, or is no news for what it is (a dual print).
    """
    shown_before = _shown_ids(state)
    state = _fired(state, remind=not reminded)
    return _spoken(replace(state, rendered=None), shown_before, mode, 0.0, now_at, settings or GuardSettings())


def before_bounce(state: GuardState, *, dual_print: bool = False) -> tuple[str, ...]:
    """Return what a person should hear before a bounce is made now, one sentence each; empty: go ahead.

    Before a ``dual_print`` nobody is reminded of a limiter: measuring what it does is what the print is for.
    """
    items = bus_now(state)
    room = tuple(item for item in items if item.purpose == "room-correction")
    is_left = state.concerns.get("bounce-reminder", Concern()).muted
    remind = state.remind and not is_left and not dual_print
    loud = _loud(state, items) if remind else ()
    causes: tuple[tuple[WarningKind, tuple[BusItem, ...]], ...] = (("room-correction", room), ("bounce-reminder", loud))
    said = tuple(before_bounce_words(kind, found) for kind, found in causes if found)
    return (*before_words(hazards_now(state)), *said)


def bounce_findings(items: Sequence[BusItem]) -> tuple[Finding, ...]:
    """Return the faults that the master bus put on a bounce made through these processors."""
    room = tuple(item for item in items if item.purpose == "room-correction")
    if not room:
        return ()
    words = words_for("room-correction", room)
    return (
        Finding(
            kind="fault",
            check="room_correction",
            message=f"{words.seen} {words.why}",
            remedy=words.remedy,
            count=len(room),
        ),
    )


def _shown_ids(state: GuardState) -> dict[str, None]:
    return {c.warning.id: None for c in state.concerns.values() if c.shown and c.warning is not None}


def _with_sitting(state: GuardState, now_at: float, settings: GuardSettings) -> GuardState:
    """End the sitting after a long gap: "not now" was said for that sitting only."""
    if state.stepped_at is not None and now_at - state.stepped_at > settings.sitting_gap_s:
        concerns = {kind: replace(concern, muted=False) for kind, concern in state.concerns.items()}
        state = replace(state, mixed_s=0.0, concerns=concerns)
    return replace(state, stepped_at=now_at)


def _with_snapshot(
    state: GuardState,
    snapshot: SessionSnapshot | None,
    now_at: float,
    settings: GuardSettings,
    purpose_of: Callable[[str], Purpose],
) -> GuardState:
    if snapshot is None or project_key(snapshot) != state.project:
        return state
    old = next((view for view in state.views if view.daw == snapshot.daw), None)
    # Late by its own clock: ignored, unless the clock itself went back and the old view lies in the future.
    if old is not None and snapshot.seen_at < old.seen_at <= now_at:
        return state
    items = active_items(snapshot, purpose_of)
    new = BusView(snapshot.daw, snapshot.seen_at, snapshot.transport, snapshot.rendering, items, snapshot.hazards)
    others = (v for v in state.views if v.daw != snapshot.daw and now_at - v.seen_at <= settings.view_life_s)
    return replace(state, views=(*others, new))


def _with_mode(state: GuardState, mode: Mode, passed_s: float, settings: GuardSettings) -> GuardState:
    if mode == "resting" and state.last_mode != "resting":
        state = replace(state, resting_bus=tuple(item.name for item in bus_now(state)))
    if mode == "mixing" and state.views:
        state = replace(state, mixed_s=min(state.mixed_s + passed_s, settings.mixed_s))
    return replace(state, last_mode=mode)


def _fired(state: GuardState, *, remind: bool) -> GuardState:
    """Note that a bounce is made through what is on the bus now; ``remind`` of a limiter where that was asked for."""
    items = bus_at_bounce(state)
    concerns = dict(state.concerns)
    if any(item.purpose == "room-correction" for item in items):
        concerns["room-correction"] = replace(concerns.get("room-correction", Concern()), fired=True)
    if remind and state.remind and _loud(state, items):
        concerns["bounce-reminder"] = replace(concerns.get("bounce-reminder", Concern()), fired=True)
    return replace(state, concerns=concerns)


def _with_answers(state: GuardState, answers: Sequence[GivenAnswer]) -> GuardState:
    for given in answers:
        for kind, concern in state.concerns.items():
            warning = concern.warning
            if warning is not None and warning.id == given.warning_id and given.answer in warning.answers:
                state = _answered(state, kind, concern, warning, given)
                break
    return state


def _answered(state: GuardState, kind: str, concern: Concern, warning: BusWarning, given: GivenAnswer) -> GuardState:
    muted = given.answer in {"not-now", "switch-to-mastering"}
    concerns = state.concerns | {kind: Concern(generation=concern.generation + 1, muted=muted)}
    state = replace(state, concerns=concerns)
    if given.answer == "part-of-the-sound" and kind in {"loudness", "bounce-reminder"}:
        state = replace(state, accepted=tuple(dict.fromkeys((*state.accepted, *warning.plugins))))
    if given.answer == "at-the-bounce":
        state = replace(state, remind=True)
    return state


def _loud(state: GuardState, items: Sequence[BusItem]) -> tuple[BusItem, ...]:
    """Return the loudness processors nobody has accepted; one in the place of an accepted one is accepted."""
    names = {item.name for item in items}
    strangers = tuple(item for item in items if item.purpose in LOUD and item.name not in state.accepted)
    vacant = sum(name not in names for name in state.accepted)
    return strangers if len(strangers) > vacant else ()


def _causes(state: GuardState, mode: Mode, settings: GuardSettings) -> dict[str, tuple[BusItem, ...]]:
    """Return, for each kind of warning that has a cause now, the processors that are the cause."""
    items = bus_now(state)
    loud = _loud(state, items)
    fired = {kind for kind, concern in state.concerns.items() if concern.fired}
    shaping = tuple(item for item in items if item.purpose in SHAPING)
    causes: dict[str, tuple[BusItem, ...]] = {
        "room-correction": tuple(i for i in items if i.purpose == "room-correction" and "room-correction" in fired),
        "bounce-reminder": loud if "bounce-reminder" in fired else (),
    }
    if mode == "mixing":
        causes["loudness"] = () if state.remind else loud
        causes["glue"] = tuple(item for item in items if item.purpose == "glue")
        causes["stacked"] = shaping if len(shaping) >= settings.stacked else ()
    elif mode == "resting":
        causes["resting"] = tuple(item for item in loud if item.name not in state.resting_bus)
    elif mode == "mastering" and state.mixed_s >= settings.mixed_s:
        causes["same-sitting"] = (BusItem("", "unknown"),)
    return {kind: found for kind, found in causes.items() if found}


def _spoken(
    state: GuardState,
    shown_before: dict[str, None],
    mode: Mode,
    passed_s: float,
    now_at: float,
    settings: GuardSettings,
) -> GuardStep:
    """Move every concern on by ``passed_s`` and collect what there is to say."""
    causes = _causes(state, mode, settings)
    quiet = not any(view.transport in {"playing", "recording"} for view in state.views)
    concerns: dict[str, Concern] = {}
    raised: list[BusWarning] = []
    kept: list[BusWarning] = []
    noticed: list[BusWarning] = []
    for kind in KINDS:
        old = state.concerns.get(kind, Concern())
        new = _moved_on(old, kind, causes.get(kind, ()), state.project, quiet, passed_s, now_at, settings)
        if new != Concern():
            concerns[kind] = new
        if new.shown and new.warning is not None:
            is_new = new.warning.raised_at is not None and (old.warning is None or old.warning.raised_at is None)
            (raised if is_new else kept).append(new.warning)
        elif new.holds and new.warning is not None:
            noticed.append(new.warning)
    state = replace(state, concerns=concerns)
    gone = tuple(warning_id for warning_id in shown_before if warning_id not in _shown_ids(state))
    return GuardStep(state=state, to_raise=tuple(raised), to_keep=tuple(kept), to_clear=gone, noticed=tuple(noticed))


def _moved_on(
    concern: Concern,
    kind: WarningKind,
    items: Sequence[BusItem],
    project: str,
    quiet: bool,
    passed_s: float,
    now_at: float,
    settings: GuardSettings,
) -> Concern:
    if not items:
        return replace(concern, stayed_s=0.0, waited_s=0.0, holds=False, shown=False, fired=False)
    stayed_s = concern.stayed_s + passed_s if concern.holds else 0.0
    concern = replace(concern, holds=True, stayed_s=min(stayed_s, settings.settle_s), shown=False)
    if concern.muted or (kind in ONCE_PER_SONG and concern.generation > 1):
        return concern
    raised_at = concern.warning.raised_at if concern.warning is not None else None
    warning = _warning(kind, items, project, concern.generation, raised_at)
    concern = replace(concern, warning=warning)
    if kind in SETTLING and stayed_s < settings.settle_s:
        return concern
    if raised_at is None and quiet:
        raised_at = now_at
    elif raised_at is None:
        waited_s = min(concern.waited_s + passed_s, settings.wait_for_stop_s)
        concern = replace(concern, waited_s=waited_s)
        if waited_s < settings.wait_for_stop_s:
            return concern
    return replace(concern, shown=True, warning=replace(warning, raised_at=raised_at))


def _warning(
    kind: WarningKind, items: Sequence[BusItem], project: str, generation: int, raised_at: float | None
) -> BusWarning:
    names = tuple(item.name for item in items if item.name)
    words = words_for(kind, items)
    digest = hashlib.sha256(project.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return BusWarning(
        id=f"{kind}-{digest}-{generation}",
        project=project,
        kind=kind,
        plugins=names,
        seen=words.seen,
        why=words.why,
        remedy=words.remedy,
        answers=words.answers,
        raised_at=raised_at,
    )
