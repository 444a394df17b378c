"""Tops that were cut before a high-pass filter: what such a filter took away is put back, and tops are looked at again.

A filter against rumble tilts every cut top by its own slope, and spreads them over some decibels, where saturated music
has as many. Its inverse brings them back to one height, and flat. It need not be the inverse of just that filter: what
is left of the difference moves slowly, and a top is over by then.

Any filter after a clipper lets the peaks grow, and undoing it lets them shrink. Music that was filtered by nobody has
bass and perhaps an offset that grow when they are raised, and its peaks with them: of that, nothing is said.
"""

from dataclasses import replace
from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.kernels import kernel
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.cut_tops.tops import TopsDetector
from dsp.faults.events import FaultEventGroup

CORNER_HZ = 27.0  # ours: filters against rumble begin at 20 to 40 Hz, with 12 dB per octave mostly
GROWN = 1.0  # of the peak as it is: more is no filter undone
LOWEST_HZ = 2.0  # ours: below, nothing is put back; an offset would grow without end


class UndoneTopsDetector(ChunkDetector[FaultEventGroup]):
    """Finds a height at which tops look cut once a high-pass filter is undone; severity as `TopsDetector`."""

    VERSION: ClassVar[int] = 2

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        cut = Geometry.of(rate_hz)
        self._history = cut.history
        self._coefficients = inverse_high_pass(rate_hz)
        self._state = np.zeros((channels, 2))
        self._x = np.zeros((channels, cut.history + cut.chunk), np.float32)
        self._peak = np.zeros((channels, self._x.shape[1] // PIECE), np.float32)
        self._peaks, self._as_it_is = np.zeros(channels), np.zeros(channels)
        self._tops = TopsDetector(rate_hz, channels)

    def read(self, chunk: Chunk) -> None:
        """Undo the filter in the next chunk, and look at it."""
        pieces = self._history // PIECE
        self._x[:, : self._history] = self._x[:, -self._history :].copy()
        self._peak[:, :pieces] = self._peak[:, -pieces:].copy()
        new = self._x[:, self._history :]
        for channel in range(self.channels):
            signal = chunk.x[channel, self._history :]
            _filtered(signal, self._coefficients, self._state[channel], new[channel], self._peak[channel, pieces:])
        self._peaks = np.maximum(self._peaks, self._peak[:, pieces:].max(axis=1))
        self._as_it_is[:] = chunk.peaks
        if (self._peaks <= GROWN * self._as_it_is).any():  # most music has grown by then: what costs most is spared
            self._tops.read(replace(chunk, x=self._x, peak=self._peak, peaks=self._peaks))

    def result(self, frames: int) -> FaultEventGroup:
        """Return the places where tops look cut."""
        self._tops.leave_out(np.flatnonzero(self._peaks > GROWN * self._as_it_is).tolist())
        return self._tops.result(frames)


def inverse_high_pass(rate_hz: int) -> F64:
    """Return the filter that undoes a Butterworth high-pass of second order down to `LOWEST_HZ`.

    Parameters
    ----------
    rate_hz : int
        Sample rate in Hz.

    Returns
    -------
    array
        ``b0, b1, b2, a1, a2``: over the poles of a high-pass at `LOWEST_HZ` stand, as zeros, those of the one at
        `CORNER_HZ` (both by the bilinear transform of ``s² + √2 w s + w²``); the gain is 1 at half the rate.
    """
    zeros, poles = (_second_order(float(np.tan(np.pi * hz / rate_hz))) for hz in (CORNER_HZ, LOWEST_HZ))
    gain = (1.0 - poles[0] + poles[1]) / (1.0 - zeros[0] + zeros[1])
    return np.array([gain, gain * zeros[0], gain * zeros[1], *poles])


def _second_order(w: float) -> tuple[float, float]:
    first = 1.0 + np.sqrt(2.0) * w + w * w
    return float(2.0 * (w * w - 1.0) / first), float((1.0 - np.sqrt(2.0) * w + w * w) / first)


@kernel
def _filtered(x: F32, coefficients: F64, state: F64, out: F32, peak: F32) -> None:
    """Filter a channel, and sum it up in pieces; ``state`` goes on from chunk to chunk.

    Direct form II with the signal itself beside it: of two products in a row, only one waits for the sample before, and
    what is added to the signal is small, so nothing is lost where the poles' own state is large.
    """
    b0, b1, b2, a1, a2 = coefficients
    c1, c2 = b1 - b0 * a1, b2 - b0 * a2
    one, two = state
    for piece in range(len(peak)):
        most = np.float32(0.0)
        for i in range(piece * PIECE, (piece + 1) * PIECE):
            new = float(x[i])
            y = np.float32(b0 * new + (c1 * one + c2 * two))
            here = (new - a2 * two) - a1 * one
            two = one
            one = here
            out[i] = y
            most = max(most, abs(y))
        peak[piece] = most
    state[0], state[1] = one, two
