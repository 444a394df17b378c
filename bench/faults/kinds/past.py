"""What only the bounce before can tell; and what people change in a mix all day, of which nothing may be said."""

from collections.abc import Callable

import numpy as np
import soxr
from scipy.signal import butter, sosfilt

from bench.faults.kinds.kind import Kind, SongKind
from dsp.core.arrays import F32
from dsp.core.units import db_amplitude

Made = tuple[F32, int, dict[str, float]]
Change = Callable[[F32, int, np.random.Generator], F32]
PAST = frozenset({"past_speed", "past_swapped", "past_level", "past_mono", "past_gap", "past_part", "past_solo"})


def _with(change: Change) -> Callable[[F32, int, np.random.Generator], Made | None]:
    """Return a change as a kind puts it in: at the song's own rate, nothing to name."""

    def put(audio: F32, rate_hz: int, rng: np.random.Generator) -> Made | None:
        return np.ascontiguousarray(change(audio, rate_hz, rng), np.float32), rate_hz, {}

    return put


def _filtered(audio: F32, rate_hz: int, kind: str, hz: float | tuple[float, float], order: int) -> F32:
    filtered: F32 = sosfilt(butter(order, hz, kind, fs=rate_hz, output="sos"), audio, axis=0).astype(np.float32)
    return filtered


def _gap(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    powers = np.square(audio).mean(axis=1)[: len(audio) // rate_hz * rate_hz].reshape(-1, rate_hz).mean(axis=1)
    loud = np.flatnonzero(powers[5:-9] > 0.3 * powers.mean()) + 5
    start = int(rng.choice(loud)) * rate_hz if len(loud) else 5 * rate_hz
    audio[start : start + 6 * rate_hz] *= 0.03
    return audio


def _swapped(audio: F32, rate_hz: int, rng: np.random.Generator) -> Made | None:
    """Swap the sides of a song that leans now and then: in a song in the middle nobody can tell."""
    cells = np.square(audio[: len(audio) // rate_hz * rate_hz]).reshape(-1, rate_hz, 2).mean(axis=1) + 1e-9
    leans = 10 * np.log10(cells[:, 0] / cells[:, 1])
    if np.sqrt(np.mean(leans**2)) < 1.0:
        return None
    return np.ascontiguousarray(audio[:, ::-1]), rate_hz, {}


def _shelved(hz: float, gain_db: float) -> Change:
    def change(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
        low = _filtered(audio, rate_hz, "low", hz, 1)
        shelved: F32 = audio + np.float32(db_amplitude(gain_db) - 1.0) * low
        return shelved

    return change


def _widened(by: float) -> Change:
    def change(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
        middle = audio.mean(axis=1, keepdims=True)
        widened: F32 = middle + np.float32(by) * (audio - middle)
        return widened

    return change


def _squeezed(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    """A curve that takes the peaks down, as saturation and fast compression do."""
    squeezed: F32 = np.sign(audio) * np.abs(audio) ** np.float32(0.8) * np.float32(0.8)
    return squeezed


def _verse_cut(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    return np.concatenate((audio[: len(audio) // 2], audio[len(audio) * 5 // 8 :]))


def _later(audio: F32, rate_hz: int, rng: np.random.Generator) -> F32:
    return np.concatenate((np.zeros((int(rng.uniform(0.5, 8.0) * rate_hz), 2), np.float32), audio))


def _found(name: str, check: str, change: Change, least: float | None = None) -> SongKind:
    return SongKind(name, frozenset({check}), _with(change), least, places=20, seconds=90.0, against_past=True)


def _honest(name: str, change: Change) -> SongKind:
    return SongKind(
        f"a change of the mix: {name}", PAST, _with(change), 0.0, places=20, seconds=90.0, against_past=True
    )


KINDS: tuple[Kind, ...] = (
    _found("sound of 44.1 kHz played at 48 kHz", "past_speed", lambda a, r, _: soxr.resample(a, 48_000, 44_100)),
    _found("sound of 48 kHz played at 44.1 kHz", "past_speed", lambda a, r, _: soxr.resample(a, 44_100, 48_000)),
    SongKind(
        "left and right swapped", frozenset({"past_swapped"}), _swapped, places=20, seconds=90.0, against_past=True
    ),
    _found("6 dB less", "past_level", lambda a, r, _: 0.5 * a),
    _found("mono", "past_mono", lambda a, r, _: a.mean(axis=1, keepdims=True)),
    _found("6 s all but gone", "past_gap", _gap),
    _found("everything below 250 Hz gone", "past_part", lambda a, r, _: _filtered(a, r, "high", 250.0, 6)),
    _found("only 300 to 1,200 Hz left", "past_solo", lambda a, r, _: _filtered(a, r, "band", (300.0, 1200.0), 6)),
    _honest("none", lambda a, r, _: a),
    _honest("it begins later", _later),
    _honest("an eighth is cut out", _verse_cut),
    _honest("2 dB quieter", lambda a, r, _: 0.8 * a),
    _honest("bass 3 dB up", _shelved(150.0, 3.0)),
    _honest("all but the treble 3 dB up", _shelved(4000.0, 3.0)),
    _honest("high-pass at 60 Hz", lambda a, r, _: _filtered(a, r, "high", 60.0, 2)),
    _honest("narrower", _widened(0.6)),
    _honest("wider", _widened(1.4)),
    _honest("squeezed", _squeezed),
)
