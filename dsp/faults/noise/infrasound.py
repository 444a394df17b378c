"""Infrasound: rumble below hearing that goes on under the music: traffic, a stage, a turntable, a drifting synthesiser.

A kick drum or a bass note has some, too, and brings it with every beat; rumble keeps its level from one quarter of a
second to the next, for many seconds, whatever is played.
"""

from typing import ClassVar

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.core.units import powers_db
from dsp.faults.chunks import PIECE, Chunk, ChunkDetector, Geometry
from dsp.faults.events import FaultEvent, FaultEventGroup, group

LOW_HZ, HIGH_HZ = 4.0, 18.0  # ours: over an offset that wanders, under the lowest notes (organs' 16 Hz excepted)
FILTER_S = 1.2  # ours: edges of two hertz
SLOTS_HZ = 500.0  # ours: averages of so many frames a second keep what is lower, and 27 dB less of what is not
STEP_S, STRETCH_STEPS, OUTLIERS = 0.25, 20, 2  # ours: five seconds, without the two loudest and quietest steps
RANGE_DB = 7.5  # ours: noise of this bandwidth varies by 5 to 7 dB from step to step, drums by 10 to 25
CHANGE_DB = 3.0  # ours: from one step to the next, noise 2.5
GOES_ON_DB = 2.5  # ours: beside a steady stretch one as loud is steady, too: noise varies more than that now and then
LASTS_S = 20.0  # ours: shorter is a passage, a roll of the drums
QUIETEST_DBFS = -60.0  # ours: costs nothing


class InfrasoundDetector(ChunkDetector[FaultEventGroup]):
    """Finds stretches with steady infrasound; severity is its level in dBFS (mean square over the channels)."""

    VERSION: ClassVar[int] = 1

    def __init__(self, rate_hz: int, channels: int) -> None:
        super().__init__(rate_hz, channels)
        pieces = Geometry.of(rate_hz).cell // PIECE
        fitting = [d for d in range(1, pieces + 1) if pieces % d == 0 and d * PIECE * SLOTS_HZ <= rate_hz]
        self._slot = max(fitting, default=1) * PIECE  # frames
        slots_hz = rate_hz / self._slot
        self._average = np.full(self._slot, 1 / self._slot, np.float32)
        self._step = max(1, round(STEP_S * slots_hz))  # slots
        self._taps = _band(2 * round(FILTER_S * slots_hz / 2) + 1, slots_hz)
        self._response = np.zeros(0, np.complex128)
        self._before = np.zeros((channels, len(self._taps) - 1), np.float32)
        self._pending = np.zeros(0)
        self._steps: list[F64] = []

    def read(self, chunk: Chunk) -> None:
        """Look at the next chunk."""
        if not chunk.filled:
            return
        slots = chunk.x[:, chunk.start :].reshape(self.channels, -1, self._slot) @ self._average
        joined: F32 = np.concatenate((self._before, slots[:, : -(-chunk.filled // self._slot)]), axis=1)
        self._before = joined[:, -len(self._before[0]) :].copy()
        size = 1 << (joined.shape[1] - 1).bit_length()
        if self._response.shape[0] != size // 2 + 1:
            self._response = np.fft.rfft(self._taps, size)
        spectrum = np.fft.rfft(joined, size, axis=1) * self._response
        filtered = np.fft.irfft(spectrum, size, axis=1)[:, len(self._taps) - 1 : joined.shape[1]]
        powers = np.concatenate((self._pending, np.mean(filtered**2, axis=0)))
        whole = len(powers) // self._step * self._step
        self._steps.append(powers[:whole].reshape(-1, self._step).mean(axis=1))
        self._pending = powers[whole:]

    def result(self, frames: int) -> FaultEventGroup:
        """Return the stretches; none in silence and in signals that are too short to tell."""
        late, step = len(self._taps) // 2 * self._slot, self._step * self._slot  # frames
        skipped = -(-late // step)  # what the filter says before it has seen half of itself
        steps = np.concatenate([np.zeros(0), *self._steps])[skipped:]
        stretches = steps[: len(steps) // STRETCH_STEPS * STRETCH_STEPS].reshape(-1, STRETCH_STEPS)
        levels_db = np.maximum(powers_db(stretches), -200.0)
        ranked, changes_db = np.sort(levels_db, axis=1), np.sort(np.abs(np.diff(levels_db, axis=1)), axis=1)
        steady = ranked[:, -1 - OUTLIERS] - ranked[:, OUTLIERS] <= RANGE_DB
        steady &= changes_db[:, STRETCH_STEPS // 2 - 1] <= CHANGE_DB
        level_db = np.maximum(powers_db(stretches.mean(axis=1)), -200.0)
        for order in (range(1, len(steady)), range(len(steady) - 2, -1, -1)):
            for at in order:
                beside = at - order.step
                steady[at] |= steady[beside] and abs(level_db[at] - level_db[beside]) <= GOES_ON_DB
        events = []
        for at in np.flatnonzero(steady & (level_db > QUIETEST_DBFS)).tolist():
            start = (skipped + at * STRETCH_STEPS) * step - late
            length = min(STRETCH_STEPS * step, frames - start)
            events.append(FaultEvent(start, length, (), float(level_db[at])))
        found = group(events, step, "dB")
        lasts = found.frames >= min(LASTS_S * self.rate_hz, frames / 2)
        return found if events and lasts else FaultEventGroup("dB")


def _band(taps: int, rate_hz: float) -> F64:
    """Return a filter that lets pass what lies between the two frequencies."""
    n = np.arange(taps) - taps // 2
    low, high = (2 * f / rate_hz * np.sinc(2 * f / rate_hz * n) for f in (LOW_HZ, HIGH_HZ))
    band: F64 = (high - low) * np.hanning(taps + 2)[1:-1]
    return band
