"""The sound files behind the pages: where they are, stretches of them, what is drawn of them."""

import os

import msgspec
import numpy as np

from bridge.model import (
    Analysis,
    Bounce,
    Curves,
    KnownFile,
    Series,
    Zoom,
)
from bridge.pathtext import to_path
from bridge.songs.comparisons import bounce_file, master_file
from bridge.store import KnownReference, Store
from bridge.web.records import AudioKind, AudioSlice, Sound


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
            whole = self._store.results.whole_analysis(bounce.id)
            return None if whole is None else (whole, stored.created_at)
        return Analysis(curves=curves, **msgspec.structs.asdict(stored.head)), stored.created_at

    def curves(self, sha256: str) -> Curves | None:
        """Return the curves of a file as a page draws them."""
        return self._store.display.curves(sha256)

    def loudness(self, kind: AudioKind, item_id: int) -> Series | None:
        """Return the short-term loudness of a file as finely as it was kept: of a bounce every value."""
        file = self.known((kind, item_id))
        if file is None:
            return None
        whole = self._store.results.short_term_lufs(item_id) if kind == "bounce" else None
        if whole is not None:
            return whole
        curves = self.curves(file.sha256)
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
        bounce = self._store.bounces.find(item_id)
        return None if bounce is None else bounce_file(bounce)

    def path(self, kind: AudioKind, item_id: int) -> str | None:
        """Return the file of a bounce, master or reference if it is still as long as what was recorded."""
        if kind == "reference":
            known = self._store.display.reference(item_id)
            return known.path if known is not None and _has_frames(known) else None
        if kind == "bounce":
            bounce = self._store.bounces.find(item_id)
            return bounce.path if bounce is not None and _size(bounce.path) == bounce.size_bytes else None
        master = self._store.results.master_file(item_id)
        return master.path if master is not None and _size(master.path) is not None else None

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
