"""Sliding windows over values, for medians and extremes of what is around each of them."""

import numpy as np
from numpy.typing import NDArray

from dsp.core.arrays import F64


def windows_of(values: NDArray[np.floating], length: int) -> F64:
    """Return the window around each value, shape (values, length); the first and last value stand for what is missing.

    A window of even length reaches one further back than ahead.

    Parameters
    ----------
    values : array
        Shape (values,), at least one.
    length : int
        Of a window.

    Returns
    -------
    array
        A view, read only.
    """
    padded = np.pad(values.astype(np.float64, copy=False), (length // 2, length - 1 - length // 2), mode="edge")
    return np.lib.stride_tricks.sliding_window_view(padded, length)
