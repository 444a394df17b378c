"""What the guard remembers about a project, as plain data: it goes into the store and a history can be replayed."""

from msgspec import Struct, field
from msgspec.structs import replace

from bridge.model import BusItem, BusWarning, Hazard, Mode, SessionSnapshot, Transport
from bridge.text import without_surrogates

UNSAVED = "unsaved:"  # how the key of an unsaved project begins; no path does


class GuardSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When the guard speaks."""

    settle_s: float = 20.0  # ours: trying a limiter for a chorus is not mastering
    wait_for_stop_s: float = 600.0  # ours: longer than any song; then it stands on the page while the music plays
    stacked: int = 4  # ours: one EQ and one widener are a choice, four processors are a rescue
    sitting_gap_s: float = 3600.0  # ours: an hour away from the session is a new sitting
    mixed_s: float = 300.0  # ours: five minutes at the faders are a mixing sitting
    longest_step_s: float = 10.0  # ours: time between two snapshots that counts as watched
    view_life_s: float = 60.0  # ours: one of two DAWs that has been silent this long is no longer looked at


class BusView(Struct, frozen=True):
    """What one DAW last said about a project."""

    daw: str
    seen_at: float
    transport: Transport
    rendering: bool
    items: tuple[BusItem, ...]
    hazards: tuple[Hazard, ...] = ()


class Concern(Struct, frozen=True):
    """Where one kind of warning stands for one project."""

    stayed_s: float = 0.0  # how long its cause has been watched
    waited_s: float = 0.0  # how long it has waited for the transport to stop
    generation: int = 1  # one more after every answer
    warning: BusWarning | None = None  # noticed in this generation, standing or not, raised or not
    holds: bool = False  # its cause is there now
    muted: bool = False  # answered "not now": until the sitting ends
    fired: bool = False  # a bounce was made with its cause there
    shown: bool = False  # given out as standing or raised


class GuardState(Struct, frozen=True, kw_only=True):
    """Everything the guard remembers about one project; JSON through msgspec."""

    project: str
    views: tuple[BusView, ...] = ()
    stepped_at: float | None = None
    mixed_s: float = 0.0  # watched mixing in this sitting
    last_mode: Mode = "mixing"
    accepted: tuple[str, ...] = ()  # names of loudness processors that are part of the sound
    remind: bool = False  # loudness is to be named at the bounce, not before
    rendered: tuple[BusItem, ...] | None = None  # the bus when the bounce began that has not landed yet
    rendered_hazards: tuple[Hazard, ...] = ()  # what that bounce caught when it began
    resting_bus: tuple[str, ...] = ()  # what was on the bus when the rest began
    concerns: dict[str, Concern] = field(default_factory=dict)


class GuardStep(Struct, frozen=True, kw_only=True):
    """What one step says: warnings to raise now, those that stand, ids of those that went away.

    ``noticed`` have a cause now and are not said yet: they settle, or wait for the transport to stop. They may be shown
    to someone who asks, and answered.
    """

    state: GuardState
    to_raise: tuple[BusWarning, ...] = ()
    to_keep: tuple[BusWarning, ...] = ()
    to_clear: tuple[str, ...] = ()
    noticed: tuple[BusWarning, ...] = ()


def project_key(snapshot: SessionSnapshot) -> str:
    """Return what a project is remembered by: its path, or what its DAW calls it while it is unsaved."""
    key = snapshot.project_path or unsaved_key(snapshot)
    return without_surrogates(key)  # bytes that are no text become text the store takes


def unsaved_key(snapshot: SessionSnapshot) -> str:
    """Return what a project was remembered by before it was saved."""
    key = f"{UNSAVED}{snapshot.daw}:{snapshot.project_id or snapshot.project_name}"
    return without_surrogates(key)


def bus_now(state: GuardState) -> tuple[BusItem, ...]:
    """Return the processors at work on the master bus, of every DAW that shows this project."""
    return tuple(dict.fromkeys(item for view in state.views for item in view.items))


def bus_at_bounce(state: GuardState) -> tuple[BusItem, ...]:
    """Return the processors a bounce that lands now was made through."""
    return bus_now(state) if state.rendered is None else state.rendered


def hazards_now(state: GuardState) -> tuple[Hazard, ...]:
    """Return what a bounce would catch now, by every DAW that shows this project."""
    return tuple(dict.fromkeys(hazard for view in state.views for hazard in view.hazards))


def hazards_at_bounce(state: GuardState) -> tuple[Hazard, ...]:
    """Return what a bounce that lands now caught when it was made."""
    return hazards_now(state) if state.rendered is None else state.rendered_hazards


def rekey(state: GuardState, project: str) -> GuardState:
    """Return the state of an unsaved project under the path it was saved to: nothing is asked twice."""
    return replace(state, project=project)


def disconnected(state: GuardState, daw: str) -> GuardState:
    """Return the state without what a DAW last said: it was closed, or shows another project."""
    return replace(state, views=tuple(view for view in state.views if view.daw != daw))


def with_mixing_of(state: GuardState, other: GuardState, now_at: float, settings: GuardSettings) -> GuardState:
    """Return a state that counts the mixing done in another project in this sitting: its mix was made there."""
    if other.stepped_at is None or not 0.0 <= now_at - other.stepped_at <= settings.sitting_gap_s:
        return state
    return replace(state, mixed_s=max(state.mixed_s, other.mixed_s))


def has_answers(state: GuardState) -> bool:
    """Tell whether something was answered that keeps a warning silent now."""
    return bool(state.accepted) or state.remind or any(concern.muted for concern in state.concerns.values())


def without_answers(state: GuardState) -> GuardState:
    """Return a state in which nothing has been answered that keeps a warning silent: it is asked about again."""
    concerns = {kind: replace(concern, muted=False) for kind, concern in state.concerns.items()}
    return replace(state, accepted=(), remind=False, concerns=concerns)


def said_elsewhere(state: GuardState, kind: str) -> GuardState:
    """Return a state that keeps silent about something that is said once per song and was said in another project."""
    return replace(state, concerns=state.concerns | {kind: Concern(generation=2)})


def worth_keeping(state: GuardState) -> tuple[object, ...]:
    """Return what of a state is worth a write when it changes: answers and concerns, not times that merely pass."""
    concerns = {
        kind: (concern.generation, concern.warning, concern.muted, concern.fired)
        for kind, concern in state.concerns.items()
    }
    return state.accepted, state.remind, state.resting_bus, concerns
