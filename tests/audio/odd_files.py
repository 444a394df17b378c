"""Files as other programs write, cut and join them, made from our own."""

import struct
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from bridge.audio.containers.mpeg_frames import parse_header

Sound = NDArray[np.float64]
ID3V2 = b"ID3\x04\0\0\0\0\x07\x76" + b"TIT2\0\0\0\x05\0\0\x03Song" + bytes(999)
ID3V1 = b"TAG" + b"Song".ljust(125, b"\0")
_APE = struct.pack("<8sIIII8x", b"APETAGEX", 2000, 64, 1, 0xA000_0000)
APE = _APE + struct.pack("<II", 22, 0) + b"Title\0" + b"Song".ljust(18, b" ") + _APE.replace(b"\xa0", b"\x80")


def music(seconds: float = 1.5, rate_hz: int = 44_100, channels: int = 2, seed: int = 0) -> Sound:
    """A tone for each channel under a little noise; loud first, soft then, so that encoders vary their rate."""
    rng = np.random.default_rng(seed)
    t = np.arange(round(seconds * rate_hz)) / rate_hz
    tones = np.stack([0.05 * (c + 1) * np.sin(2 * np.pi * (220 + 110 * c) * t) for c in range(channels)], axis=1)
    noise = np.where(t < seconds / 2, 0.05, 0.0005)[:, None] * rng.normal(size=tones.shape)
    return tones + noise


def encoded(path: Path, sound: Sound, rate_hz: int = 44_100, subtype: str | None = None, **options: object) -> bytes:
    """Write a sound with libsndfile; return the file's bytes."""
    kind = {".opus": "OGG", ".oga": "OGG"}.get(path.suffix) or path.suffix[1:].upper().replace("AIF", "AIFF")[:4]
    subtype = subtype or {".opus": "OPUS", ".ogg": "VORBIS", ".mp3": "MPEG_LAYER_III"}.get(path.suffix, "PCM_24")
    soundfile.write(path, sound, rate_hz, subtype=subtype, format=kind, **options)
    return path.read_bytes()


def mp3_frames(data: bytes) -> list[bytes]:
    """Split an MP3 file without tags into its frames; the first is its header's."""
    frames, at = [], 0
    while at < len(data):
        header = parse_header(data[at : at + 4])
        assert header is not None
        frames.append(data[at : at + header.length])
        at += header.length
    return frames


def ogg_pages(data: bytes) -> list[bytes]:
    """Split an Ogg file into its pages."""
    pages, at = [], 0
    while at < len(data):
        segments = data[at + 26]
        length = 27 + segments + sum(data[at + 27 : at + 27 + segments])
        pages.append(data[at : at + length])
        at += length
    return pages


def chunk(name: bytes, body: bytes, *, padded: bool = True) -> bytes:
    """One chunk of a RIFF file."""
    return name + struct.pack("<I", len(body)) + body + (b"\0" if padded and len(body) % 2 else b"")


def wave(parts: bytes, kind: bytes = b"RIFF", size: int | None = None) -> bytes:
    """A RIFF file of these chunks."""
    return kind + struct.pack("<I", len(parts) + 4 if size is None else size) + b"WAVE" + parts


def fmt(channels: int, bits: int, rate_hz: int = 44_100, *, code: int = 1, mask: int | None = None) -> bytes:
    """A fmt chunk, with a channel mask that of WAVEFORMATEXTENSIBLE."""
    align = channels * bits // 8
    body = struct.pack("<HHIIHH", 0xFFFE if mask is not None else code, channels, rate_hz, rate_hz * align, align, bits)
    if mask is not None:
        guid = struct.pack("<H", code) + bytes.fromhex("0000 0000 1000 8000 00aa00389b71")
        body += struct.pack("<HHI", 22, bits, mask) + guid
    return chunk(b"fmt ", body)


def pcm(sound: Sound, bits: int = 16, *, big: bool = False) -> bytes:
    """Samples as integers of 16, 24 or 32 bits."""
    whole = np.round(sound * (2.0 ** (bits - 1) - 1)).astype("<i4")
    raw = whole.reshape(-1).view(np.uint8).reshape(-1, 4)[:, : bits // 8]
    return np.ascontiguousarray(raw[:, ::-1] if big else raw).tobytes()
