"""Notices that the computer slept, or that its clock was set: what was waited for by the clock is renewed.

Three signs: the time since the computer was started has gone on while the clock of this program stood (Linux), wall
and monotonic clock have moved apart, or a turn of the loop lies long back (Windows, where both go on; a stopped
process).
"""

import time
from collections.abc import Callable

APART_S = 5.0  # ours: the network's time is put right in smaller steps
LONG_S = 60.0  # ours: no turn takes that long; half of it is the longest that a full disk is waited for


def boot_time_s() -> float:
    """Return the seconds since the computer was started, with those it slept; the monotonic clock elsewhere."""
    clock = getattr(time, "CLOCK_BOOTTIME", None)  # Linux
    return time.monotonic() if clock is None else time.clock_gettime(clock)


class Waking:
    """`slept` is asked once a turn.

    Parameters
    ----------
    clock, wall, boot
        The three clocks.
    """

    def __init__(
        self,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
        boot: Callable[[], float] = boot_time_s,
    ) -> None:
        self._clock, self._wall, self._boot = clock, wall, boot
        self._seen = (clock(), wall(), boot())

    def slept(self) -> str:
        """Return what happened since the last turn, in words; empty when nothing did."""
        before, self._seen = self._seen, (self._clock(), self._wall(), self._boot())
        passed_s, by_wall_s, by_boot_s = (at - was for at, was in zip(self._seen, before, strict=True))
        if by_boot_s - passed_s > APART_S:
            return f"the computer slept for {by_boot_s - passed_s:.0f} s"
        if abs(by_wall_s - passed_s) > APART_S:
            return f"the clock was set by {by_wall_s - passed_s:+.0f} s, or the computer slept"
        if passed_s > LONG_S:
            return f"nothing was done for {passed_s:.0f} s"
        return ""
