"""Waiting for real processes: for something to be so, or to stay so. Everything else has a clock that tests turn."""

import os
import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

# Beside another worker of `pytest -n` cores are shared: what is quick alone takes longer, and is right all the same.
SHARED = 4.0 if "PYTEST_XDIST_WORKER" in os.environ else 1.0


def wait_for(condition: Callable[[], T], within_s: float, what: str, step_s: float = 0.05) -> T:
    """Return the first true value of `condition`, or fail naming `what`; where cores are shared there is more time."""
    within_s *= SHARED
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if value := condition():
            return value
        time.sleep(step_s)
    raise TimeoutError(f"not within {within_s:g} s: {what}")


def for_a_while(seconds: float) -> None:
    """Let real time pass for a real process, when what matters is that nothing happens, or how fast something comes."""
    time.sleep(seconds)
