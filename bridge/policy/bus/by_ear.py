"""The master bus by ear: what a bounce tells of it where no project can be read, held against the bounce before.

A limiter, maximiser or clipper leaves two marks together that no balance leaves: the distance from peak to loudness
shrinks, and the peaks come to stand at one ceiling. Of one bounce alone neither says anything, so a first bounce is
never spoken of; and what was there before is not said again with every bounce.
"""

import hashlib

from msgspec import Struct
from msgspec.structs import replace

from bridge.model import BusWarning, Measurement

KEY = "heard:"  # how what is remembered is named among the guard's; no path of a project begins so
FELL_DB = 4.0  # ours: equalisers, balances and a cut change it by less than 3 dB on 14 songs of the development set
FLAT_SHARE = 0.10  # ours: mixes reach their peak in up to 3 of a hundred tenths of a second, limited ones in 25 to 99
FLATTER = 3.0  # ours: loops stand at one peak by their nature, before and after


class HeardBus(Struct, frozen=True, kw_only=True):
    """From which bounce on the peaks look held down, and by how much."""

    since: int  # number of that bounce
    before: int  # number of the one it was held against
    plr_db: float
    plr_before_db: float
    at_ceiling: float  # share of the time in which the peaks stand at one ceiling
    at_ceiling_before: float


class EarState(Struct, frozen=True, kw_only=True):
    """What is remembered of a song's master bus by ear, as plain data; JSON through msgspec."""

    latest: int = 0  # id of the newest bounce that was held against the one before it; its number may be mended
    heard: HeardBus | None = None  # stands: it is heard and not answered yet
    generation: int = 1  # one more after every answer
    accepted: bool = False  # "it is part of the sound"
    raised_at: float = 0.0


def heard_bus(number: int, new: Measurement, before: int, old: Measurement) -> HeardBus | None:
    """Tell whether a bounce's peaks look held down against the bounce before; None: not so, or it cannot be told.

    Parameters
    ----------
    number, new : the bounce, as it is numbered and measured.
    before, old : the one before it. Silence has no peak to loudness, and tells nothing.
    """
    if new.plr_db is None or old.plr_db is None or new.peaks_at_ceiling is None or old.peaks_at_ceiling is None:
        return None
    fell_db = old.plr_db - new.plr_db
    is_flat = new.peaks_at_ceiling >= max(FLAT_SHARE, FLATTER * old.peaks_at_ceiling)
    if fell_db < FELL_DB or not is_flat:
        return None
    return HeardBus(
        since=number,
        before=before,
        plr_db=new.plr_db,
        plr_before_db=old.plr_db,
        at_ceiling=new.peaks_at_ceiling,
        at_ceiling_before=old.peaks_at_ceiling,
    )


def is_gone(heard: HeardBus, new: Measurement) -> bool:
    """Tell whether a newer bounce is free again of what was heard: half of what was lost is back, or the tops are."""
    if new.plr_db is None or new.peaks_at_ceiling is None:
        return False
    is_back = new.plr_db >= (heard.plr_db + heard.plr_before_db) / 2
    return is_back or new.peaks_at_ceiling < max(FLAT_SHARE, heard.at_ceiling_before) / 2


def on_bounce(state: EarState, bounce_id: int, new: Measurement, heard: HeardBus | None, at: float) -> EarState:
    """Return the state after a newer bounce was examined; ``heard`` is what `heard_bus` says of it."""
    state = replace(state, latest=bounce_id)
    if state.heard is not None and is_gone(state.heard, new):
        state = without_heard(state)
    if heard is not None and state.heard is None and not state.accepted:
        state = replace(state, heard=heard, raised_at=at)
    return state


def without_heard(state: EarState) -> EarState:
    """Return the state in which nothing stands: it went, was answered, or a DAW says what is on the bus."""
    return state if state.heard is None else replace(state, heard=None, generation=state.generation + 1)


def warning_of(state: EarState, key: str, song_id: int, song: str) -> BusWarning | None:
    """Return what stands, in words; None when nothing does."""
    heard = state.heard
    if heard is None:
        return None
    digest = hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return BusWarning(
        id=f"by-ear-{digest}-{state.generation}",
        project=key,
        kind="by-ear",
        plugins=(),
        seen=f"Something on the bus since bounce {heard.since}? Peak to loudness fell from {heard.plr_before_db:.1f} "
        f"to {heard.plr_db:.1f} dB, and its peaks stand at one ceiling {100 * heard.at_ceiling:.0f} % of the time "
        f"(bounce {heard.before}: {100 * heard.at_ceiling_before:.0f} %).",
        why="That is what a limiter, maximiser or clipper leaves; loudness on the bus hides what the balance is doing.",
        remedy="If there is one, bypass it and bounce again, and turn your monitors up instead; loudness comes with "
        "the master.",
        answers=("part-of-the-sound", "not-now", "switch-to-mastering"),
        song_id=song_id,
        session=song,
        raised_at=state.raised_at,
    )
