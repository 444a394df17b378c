"""The worker's place behind everything a person does: it takes what is left, and gives it back at once.

What cannot be had is done without: a priority is a courtesy. `FRESHEARS_PRIORITY=normal` leaves it out, for a computer
that does nothing but make masters.
"""

import ctypes
import os
import sys
from contextlib import suppress
from pathlib import Path

_NICEST = 19
_WINDOWS_IDLE_PRIORITY_CLASS = 0x40  # winbase.h
_MACOS_QOS_CLASS_UTILITY = 0x11  # sys/qos.h: work whose progress a person can see, but does not wait for


def step_back(wanted: str = "") -> None:
    """Put this process and the threads it will start behind all others; ``wanted``: "normal" to leave it as it is."""
    if wanted == "normal":
        return
    if sys.platform == "win32":
        _step_back_on_windows()
        return
    if sys.platform.startswith("linux"):
        _step_back_on_linux()
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICEST)
    if sys.platform == "darwin":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).pthread_set_qos_class_self_np(_MACOS_QOS_CLASS_UTILITY, 0)


def _step_back_on_linux() -> None:
    """Run only where nobody else wants to (sched(7), SCHED_IDLE), on disks, too (ioprio_set(2): idle by policy).

    Desktops share the processor between sessions first, and only then between the processes of each: a session of its
    own has a weight of its own, which is made small (sched(7), the autogroup feature).
    """
    with suppress(OSError):
        os.setsid()
    with suppress(OSError):
        Path("/proc/self/autogroup").write_text(str(_NICEST), encoding="ascii")
    with suppress(OSError):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))


def _step_back_on_windows() -> None:
    with suppress(OSError, AttributeError):
        kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined]
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _WINDOWS_IDLE_PRIORITY_CLASS)
