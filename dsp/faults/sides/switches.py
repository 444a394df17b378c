"""Sides that change in the middle of the song: swapped, one of them inverted, one of them turned up or down.

A switch that is thrown while the music plays breaks the wave, and not anyhow: what comes after is predicted by what
came before as soon as that is switched, too. The left channel goes on where the right one was, or a channel where it
was with another sign or another gain, and the other channel goes on as if nothing was. No note, cut or click does that
by chance: it would have to continue a wave that it does not know, for as long as the filter is.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from dsp.core.arrays import F32, F64
from dsp.faults.bursts import FAR, LOOK_S, NEAR_S, NOTHING, ORDER, TAIL, WHITE
from dsp.faults.events import FaultEvent, FaultEventGroup, Unit
from dsp.faults.prediction import autocorrelation, error_filter

SwitchKind = Literal["swapped", "inverted", "level"]

AROUND = 8  # frames in which a burst begins, where its first errors are small
HEALED_DB, SURE_DB = 12.0, 25.0  # ours: so far the errors fall once the past is switched as well; alone it takes more
STEP_DB = 6.0  # ours: and so much farther than by a step of any height: a square wave, a pop, a note's first sample;
SWAP_STEP_DB = 3.0  # ours: the two steps of a swap have to fit each other besides
SURE_STEP_DB = 10.0  # ours: where both are so clear nobody asks whether it is as loud behind as before
REST_DB = 6.0  # ours: and so near they come to those around
UNTOUCHED_DB = 6.0  # ours: and so near the other channel's have always been
RISE_DB = 3.0  # ours: over 45 ms; a note that begins brings more
SAME_GAIN = 0.1  # ours: of a gain of -1, beside which the filter is not exact
LEAST_GAIN, MOST_GAIN = 0.1, 0.71  # ours: a level that is lost or comes back; 3 to 20 dB
GAIN_HEALED_DB = 15.0  # ours: a gain fits a note that begins in one channel sooner than a sign does
LEVEL_DB = 2.0  # ours: a step explains a gain as well where the wave is slow; then the level must change by that gain
SAME_FRAMES = 8  # a switch is seen in both channels
BACK_DB = 1.0  # ours: a level that comes back does so by the gain that it went away with
MANY = 8  # ours: more of one kind are how the song plays with its sides
MOST = 4 * MANY  # that are kept of one kind


@dataclass(frozen=True, slots=True)
class Switch:
    """A moment at which the sides change: what, in which channels, by which gain."""

    frame: int
    kind: SwitchKind
    channels: tuple[int, ...]
    gain: float


@dataclass(frozen=True, slots=True)
class Switches:
    """Where the sides change; an event of one frame is a moment, a longer one reaches to where they change back.

    The severity of ``levels`` is the gain in dB from its beginning on, negative for a loss.
    """

    swapped: FaultEventGroup
    inverted: FaultEventGroup
    levels: FaultEventGroup

    @property
    def moments(self) -> list[FaultEvent]:
        """Every beginning and end as an event of one frame."""
        events = [e for group in (self.swapped, self.inverted, self.levels) for e in group.events]
        frames = {
            f for e in events for f in ((e.start_frame, e.end_frame) if e.length_frames > 1 else (e.start_frame,))
        }
        return [FaultEvent(frame, 1, (), 0.0) for frame in sorted(frames)]


class SwitchWatch:
    """Collects the switches of a signal, then tells which belong together."""

    def __init__(self, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._found: dict[SwitchKind, list[Switch]] = {"swapped": [], "inverted": [], "level": []}

    def look(self, x: F32, near: int, channel: int, base: int) -> None:
        """Look at the burst of a channel that begins at column ``near``; column 0 is frame ``base`` of the file.

        Parameters
        ----------
        x : array
            All channels, shape (channels, frames); looked at where there are two.
        near, channel, base : int
            As said.
        """
        found = switch_at(x, near, channel, self._rate_hz) if x.shape[0] == 2 else None
        if found is not None and len(self._found[found.kind]) < MOST:
            self._found[found.kind].append(replace(found, frame=found.frame + base))

    def result(self) -> Switches:
        """Return the places in order of time; of a kind that comes too often none."""
        return Switches(
            swapped=_places(self._found["swapped"], "s"),
            inverted=_places(self._found["inverted"], "s"),
            levels=_places(self._found["level"], "dB"),
        )


def _places(switches: list[Switch], unit: Unit) -> FaultEventGroup:
    """Join each switch with the next that undoes it."""
    moments = list[Switch]()
    for one in sorted(switches, key=lambda s: (s.frame, s.channels)):
        if not moments or one.frame - moments[-1].frame > SAME_FRAMES or one.channels != moments[-1].channels:
            moments.append(one)
    if len(moments) > MANY:
        return FaultEventGroup(unit)
    events = list[FaultEvent]()
    while moments:
        first = moments.pop(0)
        back = next((s for s in moments if _undoes(s, first)), None)
        if back is not None:
            moments.remove(back)
        length = 1 if back is None else back.frame - first.frame
        severity = _db(first.gain) if unit == "dB" else 0.0
        events.append(FaultEvent(first.frame, length, first.channels, severity))
    return FaultEventGroup(unit, len(events), sum(e.length_frames for e in events), tuple(events))


def _undoes(later: Switch, first: Switch) -> bool:
    """Tell whether a switch brings back what another took away; both channels inverted agree again."""
    if first.kind == "level":
        return later.channels == first.channels and abs(_db(later.gain * first.gain)) <= BACK_DB
    return True


def _db(gain: float) -> float:
    return float(20 * np.log10(max(abs(gain), NOTHING)))


def switch_at(x: F32, near: int, channel: int, rate_hz: int) -> Switch | None:
    """Return the switch that is thrown about a frame; None where what breaks there is anything else.

    Parameters
    ----------
    x : array
        Both channels, shape (2, frames).
    near : int
        Where a burst of prediction error begins.
    channel : int
        The channel in which it stands.
    rate_hz : int
        Sampling rate in Hz.

    Returns
    -------
    Switch or None
        With its frame counted as the signal was given.
    """
    look = round(LOOK_S * rate_hz)
    low, high = near - look - FAR - 2 * ORDER, near + look + FAR + TAIL
    if low < 0 or high > x.shape[1]:
        return None
    part, middle = x[:, low:high].astype(np.float64), near - low
    found = _one_channel(part, middle, channel, look, rate_hz) or _swapped(part, middle, look, rate_hz)
    return None if found is None else Switch(found.frame + low, found.kind, found.channels, found.gain)


def _is_clear(healed_db: float, step_db: float, least_step_db: float, goes_on: bool) -> bool:
    """Tell whether a switch explains a break, far better than a step does; where it is less clear the level tells."""
    if healed_db >= SURE_DB and step_db >= SURE_STEP_DB:
        return True
    return goes_on and healed_db >= HEALED_DB and step_db >= least_step_db


def _one_channel(x: F64, middle: int, channel: int, look: int, rate_hz: int) -> Switch | None:
    """Tell whether one channel goes on as it was but for a gain, and the other as it was."""
    own = _Joint(x[channel], x[channel], middle, look, rate_hz)
    frame, gain, healed_db, rest_db = own.best_gain()
    step_db = 10 * np.log10(own.error_but_for_step(frame) / own.error(frame)) + healed_db
    turned = healed_db >= SURE_DB and step_db >= 0.0 and own.goes_on(gain, LEVEL_DB)
    if rest_db > REST_DB or not (turned or _is_clear(healed_db, step_db, STEP_DB, own.goes_on(gain))):
        return None
    other = _Joint(x[1 - channel], x[1 - channel], middle, look, rate_hz)
    if not other.sounds or other.error_db(frame) > UNTOUCHED_DB:
        return None
    if abs(gain + 1.0) <= SAME_GAIN:
        return Switch(frame, "inverted", (channel,), -1.0)
    if healed_db >= GAIN_HEALED_DB and LEAST_GAIN <= min(gain, 1 / max(gain, NOTHING)) <= MOST_GAIN:
        return Switch(frame, "level", (channel,), gain)
    return None


def _swapped(x: F64, middle: int, look: int, rate_hz: int) -> Switch | None:
    """Tell whether each channel goes on where the other was."""
    frames = range(middle - AROUND, middle + AROUND + 1)
    first = _Joint(x[0], x[1], middle, look, rate_hz)
    frame = min(frames, key=first.error_db)
    if first.error_db(frame) > REST_DB:
        return None
    second = _Joint(x[1], x[0], middle, look, rate_hz)
    if second.error_db(frame) > REST_DB or not first.sounds or not second.sounds:
        return None
    healed, broken, stepped = 0.0, np.inf, 0.0
    for channel, joint in enumerate((first, second)):
        as_it_is = _Joint(x[channel], x[channel], middle, look, rate_hz)
        broken = min(broken, as_it_is.error(frame) / joint.error(frame))
        healed += joint.error(frame)
        stepped += as_it_is.error_but_for_step(frame)
    goes_on = first.goes_on(1.0) and second.goes_on(1.0)
    if not _is_clear(10 * np.log10(broken), 10 * np.log10(stepped / healed), SWAP_STEP_DB, goes_on):
        return None
    return Switch(frame, "swapped", (0, 1), 1.0)


# From each of the samples (columns) to each of the errors (rows) that are as many later; before it, backwards.
_LAGS = np.subtract.outer(np.arange(ORDER), np.arange(ORDER))


class _Joint:
    """One signal until a frame, another from there on, and the filter that predicts both."""

    def __init__(self, before: F64, after: F64, middle: int, look: int, rate_hz: int) -> None:
        self._before, self._after, self._middle = before, after, middle
        sides = before[middle - FAR - look : middle - FAR], after[middle + TAIL : middle + TAIL + look]
        self._filter = error_filter(autocorrelation(np.array(sides), ORDER), WHITE)
        slopes = [float(np.square(np.diff(side)).mean()) for side in sides]
        self.sounds = min(slopes) > NOTHING**2
        self._rise_db = float(10 * np.log10(max(slopes[1], NOTHING**2) / max(slopes[0], NOTHING**2)))
        near = round(NEAR_S * rate_hz)
        quiet = before[middle - FAR - near - ORDER : middle - FAR], after[middle + TAIL - ORDER : middle + TAIL + near]
        powers = [np.square(np.convolve(part, self._filter, "valid")).mean() for part in quiet]
        self._floors = float(powers[0]) + NOTHING**2, float(powers[1]) + NOTHING**2
        taps = np.concatenate((self._filter, np.zeros(ORDER)))  # behind and before the filter there is nothing
        self._of_past, self._of_present = taps[ORDER + _LAGS], taps[_LAGS]

    def _parts(self, frame: int) -> tuple[F64, F64]:
        """Return the errors from a frame on that are due to what was before it, and to what came after."""
        past, present = self._before[frame - ORDER : frame], self._after[frame : frame + ORDER]
        return self._of_past @ past, self._of_present @ present

    def error(self, frame: int) -> float:
        """Return the mean square of the errors from a frame on."""
        return float(np.square(sum(self._parts(frame))).mean()) + NOTHING**2

    def error_but_for_step(self, frame: int) -> float:
        """Return the mean square of the errors from a frame on that a step of any height leaves."""
        error, step = sum(self._parts(frame)), np.cumsum(self._filter)[:ORDER]
        height = np.vdot(error, step) / max(float(np.vdot(step, step)), NOTHING**2)
        return float(np.square(error - height * step).mean()) + NOTHING**2

    def error_db(self, frame: int) -> float:
        """Return how far these stand over those around."""
        return float(10 * np.log10(self.error(frame) / max(self._floors)))

    def goes_on(self, gain: float, within_db: float = RISE_DB) -> bool:
        """Tell whether what comes after is as loud as what was before, turned up by this gain."""
        return self.sounds and abs(self._rise_db - _db(gain)) <= within_db

    def best_gain(self) -> tuple[int, float, float, float]:
        """Return the frame and gain that heal best: frame, gain, how far the errors fall, how far they still stand."""
        best = (self._middle, 1.0, 0.0, np.inf)
        for frame in range(self._middle - AROUND, self._middle + AROUND + 1):
            of_past, of_present = self._parts(frame)
            gain = -float(np.vdot(of_present, of_past)) / max(float(np.vdot(of_past, of_past)), NOTHING**2)
            healed = float(np.square(gain * of_past + of_present).mean()) + NOTHING**2
            rest_db = float(10 * np.log10(healed / max(gain * gain * self._floors[0], self._floors[1])))
            if rest_db < best[3]:
                best = frame, gain, float(10 * np.log10(self.error(frame) / healed)), rest_db
        return best
