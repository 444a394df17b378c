"""Waiting for real processes: for something to be so, or to stay so. Everything else has a clock that tests turn."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def wait_for(condition: Callable[[], T], within_s: float, what: str, step_s: float = 0.05) -> T:
    """Return the first true value of `condition`, or fail naming `what`."""
    end_s = time.monotonic() + within_s
    while time.monotonic() < end_s:
        if value := condition():
            return value
        time.sleep(step_s)
    raise TimeoutError(f"not within {within_s:g} s: {what}")


def for_a_while(seconds: float) -> None:
    """Let real time pass for a real process, when what matters is that nothing happens, or how fast something comes."""
    time.sleep(seconds)
