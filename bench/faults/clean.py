"""What is said of songs into which nothing was put."""

from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np

from bench.faults.copies import COUNTED, findings_of
from bench.faults.music import Track, load
from bench.faults.rendered import LONGEST_S

FADE_S = 5


@dataclass(frozen=True, slots=True)
class Said:
    """One finding of a song: its kind, its check, its sentence, its places."""

    track: str
    kind: str
    check: str
    message: str
    at_s: tuple[float, ...]


def examine_clean(track: Track) -> list[Said]:
    """Return every *fault* and *listen* of a whole song, decoded to 24 bits with its peak at -6 dBFS."""
    audio, rate_hz = load(track)
    if track.is_lossless and len(audio) >= LONGEST_S * rate_hz:  # cut off here: faded out, as a song would be
        fade = FADE_S * rate_hz
        audio[-fade:] *= np.linspace(1.0, 0.0, fade, dtype=np.float32)[:, None]
    found = findings_of(audio, rate_hz, "PCM_24")
    name = f"{track.package}/{track.name}"
    # What was downloaded as Ogg or MP3 is from a lossy source, and said to be.
    counted = [f for f in found if f.kind in COUNTED and (track.is_lossless or f.check != "lossy_source")]
    return [Said(name, f.kind, f.check, f.message, f.at_s) for f in counted]


def run_clean(
    songs: Sequence[Track], *, processes: int = 2, told: Callable[[str], None] = lambda line: None
) -> list[Said]:
    """Examine all songs; ``told`` hears a line for each finding as it comes."""
    said: list[Said] = []
    with ProcessPoolExecutor(processes) as pool:
        for some in pool.map(examine_clean, songs):
            for one in some:
                told(f"{one.track}: {one.kind} {one.check}: {one.message}")
            said += some
    return said
