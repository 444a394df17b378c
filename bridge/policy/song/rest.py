"""The rest between mix and master: a nudge, not a lock.

It begins with the hand-off and lasts 24 hours unless set otherwise. A master inside it is asked about once; going on
is always possible and is written down.
"""

from datetime import UTC, datetime, tzinfo

from msgspec import Struct

REST_S = 24 * 3600.0  # ours: one night and one day away from the song
_HOUR_S = 3600.0


class Rest(Struct, frozen=True, kw_only=True):
    """Where the rest of a bounce stands."""

    handed_off_at: float
    until: float
    left_s: float  # 0 when the rest is over

    @property
    def is_over(self) -> bool:
        """Tell whether the rest is over."""
        return self.left_s <= 0.0


def rest_of(handed_off_at: float, now_at: float, rest_s: float = REST_S) -> Rest:
    """Return where the rest stands.

    A clock that went back never makes the rest longer than it is meant to be: what is left is at most ``rest_s``.
    """
    if not rest_s >= 0.0:
        raise ValueError(f"rest_s is {rest_s}; it must be 0 or more")
    left_s = min(max(0.0, handed_off_at + rest_s - now_at), rest_s)
    return Rest(handed_off_at=handed_off_at, until=now_at + left_s if left_s else handed_off_at + rest_s, left_s=left_s)


def duration(seconds: float) -> str:
    """Return a duration as people say it: "3 hours", "20 minutes"."""
    if seconds >= 1.5 * _HOUR_S:
        return f"{round(seconds / _HOUR_S)} hours"
    minutes = max(1, round(seconds / 60.0))
    if minutes == 60:
        return "an hour"
    return f"{minutes} minute{'' if minutes == 1 else 's'}"


def moment(at: float, now_at: float, zone: tzinfo | None = None) -> str:
    """Return an instant as people say it, in the local time zone unless another is given: "tomorrow at 14:20"."""
    then = datetime.fromtimestamp(at, UTC).astimezone(zone)
    today = datetime.fromtimestamp(now_at, UTC).astimezone(zone).date()
    days = (then.date() - today).days
    day = {0: "today", 1: "tomorrow", -1: "yesterday"}.get(days, f"on {then:%Y-%m-%d}")
    return f"{day} at {then:%H:%M}"


def words(rest: Rest, now_at: float, zone: tzinfo | None = None) -> str:
    """Return one sentence about the rest."""
    if rest.is_over:
        return "The song has rested. Listen to it once, all the way through, before you touch anything."
    return f"Fresh ears are due {moment(rest.until, now_at, zone)} ({duration(rest.left_s)} to go)."


def after_bounce(now_at: float, rest_s: float = REST_S, zone: tzinfo | None = None) -> str:
    """Return one sentence for a bounce that is made now; empty when nothing is to rest."""
    return f"Handed off now, fresh ears are due {moment(now_at + rest_s, now_at, zone)}." if rest_s > 0.0 else ""


def nudge_is_due(rest: Rest, nudged_at: float | None) -> bool:
    """Tell whether the one friendly word that the time is up should be said now."""
    return rest.is_over and (nudged_at is None or nudged_at < rest.handed_off_at)
