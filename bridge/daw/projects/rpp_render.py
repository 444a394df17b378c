"""How a REAPER project was last rendered, from the lines at its top."""

import base64
import binascii
from typing import Any

from bridge.daw.projects.saved import RenderSettings
from bridge.model import Hazard

# Bits of RENDER_NORMALIZE (REAPER's ReaScript documentation, GetSetProjectInfo).
NORMALISES, LIMITS, ALL_OFF = 1, 64, 262144
_BOUNDS = ("custom range", "project", "time selection", "regions", "selected items", "selected regions")
# The sink's four letters, as they stand (reversed) at the start of RENDER_CFG.
_SINKS = {
    "wave": "WAV",
    "flac": "FLAC",
    "aiff": "AIFF",
    "mp3l": "MP3",
    "oggv": "OGG",
    "OggS": "OPUS",
    "wvpk": "WAVPACK",
}


def _number(words: list[str], at: int) -> float | None:
    try:
        return float(words[at])
    except (IndexError, ValueError):
        return None


def _positive_int(words: list[str], at: int) -> int | None:
    value = _number(words, at)
    return int(value) if value is not None and 0 < value < 2**31 else None


def project_rate(words: list[str]) -> int | None:
    """Return the project's rate; None when it follows the audio device (second value 0)."""
    return _positive_int(words, 0) if _number(words, 1) == 1 else None


def render_hazards(bits: int) -> tuple[Hazard, ...]:
    """Return what the bits of RENDER_NORMALIZE do to a bounce made in the render window."""
    found: list[Hazard] = []
    if bits >= 0 and not bits & ALL_OFF:
        found += ["render-limits"] if bits & LIMITS else []
        found += ["render-normalises"] if bits & NORMALISES else []
    return tuple(found)


def _processing(words: list[str]) -> int | None:
    """Return what the render does to the sound afterwards, as bits; 0 where all of it is switched off."""
    value = _number(words, 0)
    if value is None or not 0 <= value < 2**31:
        return None
    return 0 if int(value) & ALL_OFF else int(value)


def render_settings(top: dict[str, list[str]], cfg: str) -> RenderSettings | None:
    """Return the settings of the last render from the ``RENDER_…`` lines and the base64 of ``RENDER_CFG``."""
    if not any(key.startswith("RENDER_") for key in top) and not cfg:
        return None
    container, bit_depth = _sink(cfg)
    bounds = _number(top.get("RENDER_RANGE", []), 0)
    known = bounds is not None and 0 <= bounds < len(_BOUNDS)
    tail_on, tail_ms = (_number(top.get("RENDER_RANGE", []), at) for at in (3, 4))
    processing = _processing(top.get("RENDER_NORMALIZE", []))
    dither = _number(top.get("RENDER_DITHER", []), 0)
    texts: dict[str, Any] = {key: top.get(f"RENDER_{key.upper()}", [""])[0] for key in ("file", "pattern")}
    return RenderSettings(
        **texts,
        container=container,
        bit_depth=bit_depth,
        rate_hz=_positive_int(top.get("RENDER_FMT", []), 2),
        channels=_positive_int(top.get("RENDER_FMT", []), 1),
        bounds=_BOUNDS[int(bounds)] if known and bounds is not None else "",
        tail_s=None if tail_ms is None else (tail_ms / 1000 if tail_on else 0.0),
        normalises=None if processing is None else bool(processing & NORMALISES),
        limits=None if processing is None else bool(processing & LIMITS),
        dither=None if dither is None else bool(int(dither) & 1),
    )


def _sink(cfg: str) -> tuple[str, int | None]:
    """Return container and bit depth from the base64 of RENDER_CFG (the sink's letters reversed, then its bytes)."""
    try:
        data = base64.b64decode(cfg, validate=True)
    except (binascii.Error, ValueError):
        return "", None
    letters = data[3::-1].decode("ascii", errors="replace") if len(data) >= 4 else ""
    container = _SINKS.get(letters, letters.strip())
    depth = data[4] if container in {"WAV", "AIFF"} and len(data) > 4 and data[4] in {8, 16, 24, 32, 64} else None
    return container, depth
