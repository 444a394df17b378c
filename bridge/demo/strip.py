"""One channel of the demo's mixer: notes are placed on it, and its room and low cut are added once at the end."""

import numpy as np
from numpy.typing import NDArray

from bridge.demo.synth import Signal, decay, frames_of

_ROOM_S = 1.7  # ours: a small hall, long enough to be heard in the verse, short enough for the chorus
_LOW_CUT_HZ = 24.0  # ours: nothing useful is below; it also takes out any DC that an asymmetric waveform leaves


def pan_gains(place: float) -> tuple[float, float]:
    """Return the gains of left and right for a place from -1 (left) to 1 (right), equal power, 1 in the centre."""
    angle = np.pi / 4 * (1 + place)
    return float(np.sqrt(2) * np.cos(angle)), float(np.sqrt(2) * np.sin(angle))


def room(rate_hz: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the room's stereo response ``(frames, 2)``: noise that decays, darker and later than the source."""
    frames = frames_of(_ROOM_S, rate_hz)
    predelay = frames_of(0.018, rate_hz)
    response = np.zeros((predelay + frames, 2))
    fade_in = np.minimum(1.0, np.arange(frames) / frames_of(0.012, rate_hz))
    late = decay(frames, _ROOM_S, rate_hz) * fade_in
    for channel in range(2):
        white = rng.standard_normal(frames)
        # A running mean over four frames at 44.1 kHz takes the fizz off without a filter's ringing.
        width = max(1, round(4 * rate_hz / 44100))
        response[predelay:, channel] = late * np.convolve(white, np.full(width, 1 / width), mode="same")
    response /= np.sqrt(np.mean(np.sum(response**2, axis=0)))
    return response


class Hall:
    """The room and the low cut as transforms long enough for a song, made once for all channels."""

    def __init__(self, frames: int, rate_hz: int, rng: np.random.Generator) -> None:
        response = room(rate_hz, rng)
        self.length = _quick_length(frames + len(response))
        turn = 2j * np.pi * np.fft.rfftfreq(self.length, 1 / rate_hz)
        self.low_cut = turn / (turn + 2 * np.pi * _LOW_CUT_HZ)  # causal, first order: no ringing before notes
        self.spectra = [np.fft.rfft(response[:, channel], self.length) for channel in range(2)]


class Strip:
    """A stereo channel with one send to the room."""

    def __init__(self, frames: int, rate_hz: int) -> None:
        self._rate_hz = rate_hz
        self._dry = np.zeros((frames, 2))
        self._send = np.zeros(frames)

    def add(self, at_s: float, sound: NDArray[np.float64], gain: float, *, place: float = 0.0, send: float) -> None:
        """Place a mono or stereo sound; whatever would sound after the song's end is left out."""
        start = round(at_s * self._rate_hz)
        sound = sound[: max(0, len(self._dry) - start)]
        left, right = pan_gains(place)
        end = start + len(sound)
        if sound.ndim == 1:
            self._dry[start:end, 0] += (gain * left) * sound
            self._dry[start:end, 1] += (gain * right) * sound
            self._send[start:end] += (gain * send) * sound
        else:
            self._dry[start:end, 0] += (gain * left) * sound[:, 0]
            self._dry[start:end, 1] += (gain * right) * sound[:, 1]
            self._send[start:end] += (0.5 * gain * send) * (sound[:, 0] + sound[:, 1])

    def duck(self, envelope: Signal) -> None:
        """Turn everything placed so far down by an envelope as long as the song (the pad gives way to the kick)."""
        self._dry *= envelope[:, np.newaxis]
        self._send *= envelope

    def render(self, hall: Hall) -> NDArray[np.float64]:
        """Return the channel ``(frames, 2)`` with its room, and everything below 24 Hz gone."""
        frames = len(self._dry)
        out = np.empty((frames, 2))
        send = np.fft.rfft(self._send, hall.length)
        for channel in range(2):
            spectrum = np.fft.rfft(self._dry[:, channel], hall.length)
            spectrum += send * hall.spectra[channel]
            spectrum *= hall.low_cut
            out[:, channel] = np.fft.irfft(spectrum, hall.length)[:frames]
        return out


def _quick_length(frames: int) -> int:
    """Return a transform length of at least ``frames`` with small factors only."""
    power = 1
    while power < frames:
        power *= 2
    return min(size for size in (power, power // 8 * 7, power // 4 * 3, power // 8 * 5) if size >= frames)
