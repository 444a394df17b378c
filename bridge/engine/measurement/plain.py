"""Plain numbers for records: what is not finite becomes ``None``."""

import math
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from bridge.model import Series


def finite(value: float) -> float | None:
    """Return the value as a plain float, None when it is not finite."""
    number = float(value)
    return number if math.isfinite(number) else None


def finite_all(values: Iterable[float]) -> tuple[float | None, ...]:
    """Return the values as plain floats, None where they are not finite."""
    return tuple(finite(v) for v in values)


def series(values: NDArray[np.float64], start_s: float, step_s: float) -> Series:
    """Return a curve over time as a record: rounded to thousandths, None where it is not finite."""
    return Series(
        start_s=round(start_s, 6),
        step_s=step_s,
        values=tuple(v if math.isfinite(v) else None for v in np.round(values, 3).tolist()),
    )
