"""The sound files behind the pages: where they are, stretches of them, what is drawn of them."""

import os

import msgspec
import numpy as np

from bridge.model import (
    Analysis,
    AudioFormat,
    Bounce,
    Curves,
    Detections,
    Finding,
    KnownFile,
    Measurement,
    Series,
    Tags,
    Zoom,
)
from bridge.pathtext import to_path
from bridge.songs.comparisons import bounce_file, master_file
from bridge.store import KnownReference, Store
from bridge.web.records import AudioKind, AudioSlice, Sound


class _Head(msgspec.Struct):
    """An Analysis without its curves: those of an hour are long, and drawn from a shorter copy."""

    file: str
    sha256: str
    format: AudioFormat
    measurement: Measurement
    findings: tuple[Finding, ...] = ()
    places: Detections = Detections()
    tags: Tags = Tags()


class _Loudness(msgspec.Struct):
    """The one curve of an Analysis that is looked at closely."""

    short_term_lufs: Series


class _Curved(msgspec.Struct):
    curves: _Loudness | None = None


class Sounds:
    """Reads what belongs to a sound file of the store."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def analysis(self, bounce: Bounce) -> tuple[Analysis, float] | None:
        """Return a bounce's analysis with its curves as a page draws them, and when it was made."""
        stored = self._store.results.analysis(bounce.id)
        if stored is None:
            return None
        curves = self.curves(bounce.sha256)
        if curves is None:  # examined by an older version: all there is
            return msgspec.json.decode(stored.data, type=Analysis), stored.created_at
        head = msgspec.json.decode(stored.data, type=_Head)
        fields = {name: getattr(head, name) for name in _Head.__struct_fields__}
        return Analysis(curves=curves, **fields), stored.created_at

    def curves(self, sha256: str) -> Curves | None:
        """Return the curves of a file as a page draws them."""
        kept = self._store.display.curves(sha256)
        return None if kept is None else msgspec.json.decode(kept, type=Curves)

    def loudness(self, kind: AudioKind, item_id: int) -> Series | None:
        """Return the short-term loudness of a file as finely as it was kept: of a bounce every value."""
        file = self.known((kind, item_id))
        if file is None:
            return None
        stored = self._store.results.analysis(item_id) if kind == "bounce" else None
        text = self._store.display.curves(file.sha256)
        if stored is not None:
            curves = msgspec.json.decode(stored.data, type=_Curved).curves
        else:
            curves = msgspec.json.decode(text, type=_Loudness) if text is not None else None
        return curves.short_term_lufs if curves is not None else None

    def zoom(self, kind: AudioKind, item_id: int, level: int) -> Zoom | None:
        """Return the waveform of a file at one zoom."""
        file = self.known((kind, item_id))
        return None if file is None else self._store.display.zoom(file.sha256, level)

    def zoom_steps(self, kind: AudioKind, item_id: int) -> list[float]:
        """Return the step of every zoom in seconds, the finest first."""
        file = self.known((kind, item_id))
        return [] if file is None else self._store.display.zoom_steps(file.sha256)

    def known(self, sound: Sound) -> KnownFile | None:
        """Return a bounce or master as a file, None when there is no such thing."""
        kind, item_id = sound
        if kind == "reference":
            return None  # it is heard, nothing of it is drawn
        if kind == "master":
            return master_file(self._store, item_id)
        try:
            return bounce_file(self._store.bounces.by_id(item_id))
        except KeyError:
            return None

    def path(self, kind: AudioKind, item_id: int) -> str | None:
        """Return the file of a bounce, master or reference if it is still as long as what was recorded."""
        if kind == "reference":
            known = self._store.display.reference(item_id)
            return known.path if known is not None and _has_frames(known) else None
        if kind == "bounce":
            try:
                bounce = self._store.bounces.by_id(item_id)
            except KeyError:
                return None
            return bounce.path if _size(bounce.path) == bounce.size_bytes else None
        row = self._store.database.query_one("SELECT path FROM masters WHERE id = ?", (item_id,))
        return str(row["path"]) if row is not None and _size(row["path"]) is not None else None

    def slice(self, kind: AudioKind, item_id: int, start: int, frames: int) -> AudioSlice | None:
        """Return a stretch of sound as float32."""
        import soundfile

        text = self.path(kind, item_id)
        if text is None:
            return None
        try:
            with soundfile.SoundFile(os.fsencode(to_path(text))) as file:
                file.seek(min(start, file.frames))
                block = file.read(frames, dtype="float32", always_2d=True)
                # What is not a number would be silence at best, a bang at worst.
                sound = np.nan_to_num(block, nan=0.0, posinf=1.0, neginf=-1.0)
                return AudioSlice(
                    rate_hz=file.samplerate,
                    channels=file.channels,
                    frames=file.frames,
                    start=start,
                    data=sound.astype("<f4", copy=False).tobytes(),
                )
        except (OSError, soundfile.SoundFileError):
            return None


def _has_frames(known: KnownReference) -> bool:
    """Tell whether a reference still is as long as when it was listened to."""
    import soundfile

    try:
        found = soundfile.info(os.fsencode(to_path(known.path)))
    except (OSError, ValueError, soundfile.SoundFileError):
        return False
    return (found.samplerate, found.frames) == (known.rate_hz, known.frames)


def _size(path: str) -> int | None:
    try:
        found = to_path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_size
