"""Every kind of sound file there is here: its endings, what libsndfile calls it, lossy or not, what a master can be.

A table and nothing else: whoever needs to know what an ending or a name of libsndfile's means looks here, the page's
server as well as the checks. A kind that is added here is watched, read, served and, with ``masters``, written.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Encoding:
    """How samples are kept in a file, under libsndfile's name.

    ``bits`` is how many bits of an integer it can hold, None where that says nothing. ``mark`` stands in the name of a
    master. ``compression`` is libsndfile's scale from 0 (best) to 1 (smallest), for what a master can be.
    """

    name: str
    title: str
    bits: int | None = None
    is_lossy: bool = False
    mark: str = ""
    compression: float | None = None


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file.

    ``container`` is libsndfile's name, ``mime`` what a browser is told. ``masters`` are the encodings that a master of
    this kind can have, the usual one first, and ``master_endings`` what its name may end in; ``rates_hz`` are the only
    rates of such a master, all of them where it is empty, ``most_hz`` the highest. ``tags`` says how mutagen writes
    texts, by ``mutagen``, its module and class. ``by_ffmpeg``: libsndfile does not know it, and what
    it is called is our word.
    """

    container: str
    endings: tuple[str, ...]
    mime: str = "application/octet-stream"
    masters: tuple[str, ...] = ()
    master_endings: tuple[str, ...] = ()
    rates_hz: tuple[int, ...] = ()
    most_hz: int | None = None
    tags: Literal["id3", "vorbis"] | None = None
    mutagen: tuple[str, str] = ("", "")
    by_ffmpeg: bool = False


_ENCODINGS = (
    Encoding("PCM_S8", "8 bit", 8),
    Encoding("PCM_U8", "8 bit", 8),
    Encoding("PCM_16", "16 bit", 16, mark="16"),
    Encoding("PCM_24", "24 bit", 24, mark="24"),
    Encoding("PCM_32", "32 bit", 32),
    Encoding("FLOAT", "32 bit float", 24, mark="32f"),
    Encoding("DOUBLE", "64 bit float", 53),
    Encoding("MPEG_LAYER_I", "MP1", is_lossy=True),
    Encoding("MPEG_LAYER_II", "MP2", is_lossy=True),
    Encoding("MPEG_LAYER_III", "MP3", is_lossy=True, mark="mp3", compression=0.0),  # 320 kbit/s
    Encoding("VORBIS", "Vorbis", is_lossy=True, mark="ogg", compression=0.1),  # quality 9
    Encoding("OPUS", "Opus", is_lossy=True, mark="opus", compression=0.0),  # the most it takes
    # read by ffmpeg, under names of ours
    Encoding("AAC", "AAC", is_lossy=True),
    Encoding("AC3", "AC-3", is_lossy=True),
    Encoding("EAC3", "E-AC-3", is_lossy=True),
    Encoding("ALAC", "ALAC"),
    Encoding("FLAC", "FLAC"),
)

KINDS = (
    FileKind(
        "WAV",
        (".wav", ".wave", ".bwf", ".rf64"),
        "audio/wav",
        masters=("PCM_24", "PCM_16", "FLOAT"),
        master_endings=(".wav",),
        tags="id3",
        mutagen=("mutagen.wave", "WAVE"),
    ),
    FileKind("W64", (".w64",)),
    FileKind(
        "FLAC",
        (".flac",),
        "audio/flac",
        masters=("PCM_24", "PCM_16"),
        master_endings=(".flac",),
        tags="vorbis",
        mutagen=("mutagen.flac", "FLAC"),
    ),
    FileKind(
        "AIFF",
        (".aif", ".aiff", ".aifc"),
        "audio/aiff",
        masters=("PCM_24", "PCM_16", "FLOAT"),
        master_endings=(".aiff", ".aif"),
        tags="id3",
        mutagen=("mutagen.aiff", "AIFF"),
    ),
    FileKind("CAF", (".caf",)),
    FileKind("MP4", (".m4a",), "audio/mp4", by_ffmpeg=True),
    FileKind("ADTS", (".aac",), "audio/aac", by_ffmpeg=True),
    FileKind(
        "OGG",
        (".ogg",),
        "audio/ogg",
        masters=("VORBIS",),
        master_endings=(".ogg",),
        most_hz=200_000,  # libvorbis has no set-up above, and ends the process
        tags="vorbis",
        mutagen=("mutagen.oggvorbis", "OggVorbis"),
    ),
    FileKind(
        "OGG",
        (".opus",),
        "audio/ogg",
        masters=("OPUS",),
        master_endings=(".opus",),
        rates_hz=(48_000,),
        tags="vorbis",
        mutagen=("mutagen.oggopus", "OggOpus"),
    ),
    FileKind(
        "MP3",
        (".mp3",),
        "audio/mpeg",
        masters=("MPEG_LAYER_III",),
        master_endings=(".mp3",),
        rates_hz=(32_000, 44_100, 48_000),
        tags="id3",
        mutagen=("mutagen.mp3", "MP3"),
    ),
)

ENCODINGS = {encoding.name: encoding for encoding in _ENCODINGS}
BY_ENDING = {ending: kind for kind in KINDS for ending in kind.endings}
BY_MASTER_ENDING = {ending: kind for kind in KINDS for ending in kind.master_endings}
PATTERNS = tuple(f"*{ending}" for ending in BY_ENDING)


def is_lossy(encoding: str) -> bool:
    """Return whether an encoding, by libsndfile's name, loses sound; one that is not known is taken to keep it."""
    return encoding in ENCODINGS and ENCODINGS[encoding].is_lossy


def integer_bits(encoding: str) -> int | None:
    """Return how many bits samples are rounded to in an encoding of integers, None for every other."""
    return ENCODINGS[encoding].bits if encoding.startswith("PCM_") and encoding in ENCODINGS else None


def encoding_title(encoding: str) -> str:
    """Return libsndfile's name of an encoding for people: ``24 bit``, ``32 bit float``, ``MP3``."""
    known = ENCODINGS.get(encoding)
    return encoding.replace("_", " ") if known is None else known.title


def encoding_with_article(encoding: str) -> str:
    """Return libsndfile's name of an encoding for the middle of a sentence: ``an MP3``, ``a Vorbis``, ``an Opus``."""
    title = encoding_title(encoding)
    return f"{'an' if title.startswith(('MP', '8 bit')) or title[:1] in 'AEIOU' else 'a'} {title}"


def mime_type(ending: str) -> str:
    """Return what a browser is told about a file with this ending."""
    kind = BY_ENDING.get(ending.lower())
    return "application/octet-stream" if kind is None else kind.mime
