"""A mix that says everything a file can say about itself, made chunk by chunk from the specifications."""

import io
import struct
from pathlib import Path

import soundfile
from mutagen import id3

from tests.audio.odd_files import chunk, fmt, music, pcm, wave

RATE_HZ = 48_000
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
TITLE = "夜のドライブ 🎧"
HISTORY = "A=PCM,F=48000,W=24,M=stereo,T=DAW\r\n"
HOUR = 3600 * RATE_HZ
# number, frame, length, name, note
POINTS = (
    (1, 24_000, 0, "Verse", ""),
    (2, 50_001, 12_001, "Köln 夜", "a note"),
    (3, 60_007, 0, "Out", ""),
)
TEXTS = {
    "title": [TITLE],
    "artist": ["The Artist"],
    "album": ["Album"],
    "albumartist": ["Various"],
    "tracknumber": ["3"],
    "tracktotal": ["12"],
    "isrc": ["GBAYE0000001"],
    "date": ["2024-05-01"],
    "genre": ["Dub"],
    "composer": ["One", "Two"],
    "comment": ["a comment"],
    "barcode": ["0123456789012"],
}
IXML = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<BWFXML><SCENE>4</SCENE><SPEED><FILE_SAMPLE_RATE>48000</FILE_SAMPLE_RATE>'
    "<AUDIO_BIT_DEPTH>24</AUDIO_BIT_DEPTH><TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>0</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI>"
    "<TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO>172800000</TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO></SPEED></BWFXML>"
)


def bext(reference: int = HOUR, version: int = 1, history: str = HISTORY) -> bytes:
    """A Broadcast Audio Extension as EBU Tech 3285 lays it out, with a UMID and the loudness of the mix."""
    body = b"take 2".ljust(256, b"\0") + b"DAW".ljust(32, b"\0") + b"REF".ljust(32, b"\0") + b"2024-01-0210:00:00"
    body += struct.pack("<QH", reference, version) + b"\x06" * 64 + struct.pack("<5h", *[-2300] * 5) + bytes(180)
    return body + history.encode("ascii") + b"\0"


def cue() -> bytes:
    return struct.pack("<I", len(POINTS)) + b"".join(
        struct.pack("<II4sIII", number, frame, b"data", 0, 0, frame) for number, frame, *_ in POINTS
    )


def adtl() -> bytes:
    """As REAPER and Wavelab write it: name, note and length of a point beside each other."""
    body = b"adtl"
    for number, _, length, name, note in POINTS:
        mark = struct.pack("<I", number)
        body += chunk(b"labl", mark + name.encode() + b"\0")
        body += chunk(b"note", mark + note.encode() + b"\0") if note else b""
        body += chunk(b"ltxt", mark + struct.pack("<I4s4H", length, b"rgn ", 0, 0, 0, 0)) if length else b""
    return body


def info(**texts: bytes) -> bytes:
    """A LIST INFO chunk's body: ``INAM=...``."""
    return b"INFO" + b"".join(chunk(name.encode(), text + b"\0") for name, text in texts.items())


def tag() -> bytes:
    """What INFO has no name for, as ID3v2.4."""
    found = id3.ID3()
    texts_of = {"TPE2": ["Various"], "TSRC": ["GBAYE0000001"], "TCOM": ["One", "Two"], "TALB": ["Album"]}
    for frame, texts in texts_of.items():
        found.add(getattr(id3, frame)(encoding=3, text=texts))
    found.add(id3.APIC(encoding=3, mime="image/png", type=3, desc="", data=PICTURE))
    found.add(id3.TXXX(encoding=3, desc="BARCODE", text=["0123456789012"]))
    found.add(id3.TXXX(encoding=3, desc="REPLAYGAIN_TRACK_GAIN", text=["-6 dB"]))
    file = io.BytesIO()
    found.save(file)
    return file.getvalue()


def wav(path: Path, *extra: bytes, rate_hz: int = RATE_HZ, first: bytes = b"") -> Path:
    """A WAVE file of 1.5 s with these chunks behind its sound."""
    sound = chunk(b"data", pcm(music(1.5, rate_hz), 24))
    path.write_bytes(wave(first + fmt(2, 24, rate_hz) + sound + b"".join(extra)))
    return path


def full_mix(path: Path) -> Path:
    """A WAVE file that has everything."""
    texts = info(
        INAM=TITLE.encode(), IART=b"The Artist", ICRD=b"2024-05-01", IGNR=b"Dub", ICMT=b"a comment", ITRK=b"3/12"
    )
    return wav(
        path,
        chunk(b"iXML", IXML.encode()),
        chunk(b"axml", b"<ebuCoreMain/>"),
        chunk(b"cue ", cue()),
        chunk(b"LIST", adtl()),
        chunk(b"LIST", texts),
        chunk(b"id3 ", tag()),
        first=chunk(b"bext", bext()),
    )


def empty_master(path: Path, rate_hz: int = 44_100) -> Path:
    """A sound file without a word in it, as masters are before they are written to."""
    kind, subtype = {
        ".wav": ("WAV", "PCM_16"),
        ".flac": ("FLAC", "PCM_16"),
        ".aiff": ("AIFF", "PCM_16"),
        ".mp3": ("MP3", "MPEG_LAYER_III"),
        ".ogg": ("OGG", "VORBIS"),
        ".opus": ("OGG", "OPUS"),
    }[path.suffix]
    soundfile.write(path, music(1.5, rate_hz), rate_hz, format=kind, subtype=subtype)
    return path
