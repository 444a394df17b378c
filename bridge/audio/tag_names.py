"""What a text in a sound file is called in each kind of file; everywhere else it has the name of a Vorbis comment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TagName:
    """One kind of text. ``id3``: the frames it is read from, the one it is written to first; empty: there is none.

    ``is_kept`` says whether it goes with a song from the mix to its master.
    """

    name: str
    id3: tuple[str, ...] = ()
    info: bytes = b""  # RIFF INFO
    aiff: bytes = b""  # AIFF text chunk
    is_kept: bool = True


_NAMES = (
    TagName("title", ("TIT2", "TT2"), b"INAM", b"NAME"),
    TagName("artist", ("TPE1", "TP1"), b"IART", b"AUTH"),
    TagName("album", ("TALB", "TAL"), b"IPRD"),
    TagName("albumartist", ("TPE2",)),
    TagName("composer", ("TCOM",)),
    TagName("date", ("TDRC", "TYER"), b"ICRD"),
    TagName("genre", ("TCON",), b"IGNR"),
    TagName("tracknumber", ("TRCK",), b"ITRK"),
    TagName("discnumber", ("TPOS",)),
    TagName("isrc", ("TSRC",)),
    TagName("copyright", ("TCOP",), b"ICOP", b"(c) "),
    TagName("language", ("TLAN",)),
    TagName("bpm", ("TBPM",)),
    TagName("comment", (), b"ICMT", b"ANNO", is_kept=False),
    TagName("software", ("TSSE",), b"ISFT", is_kept=False),
)

BY_ID3 = {frame: tag.name for tag in _NAMES for frame in tag.id3}
BY_INFO = {tag.info: tag.name for tag in _NAMES if tag.info}
BY_AIFF = {tag.aiff: tag.name for tag in _NAMES if tag.aiff}
KEPT = {tag.name: tag.id3[0] for tag in _NAMES if tag.is_kept}  # with the ID3 frame each is written to
