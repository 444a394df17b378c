"""What a text in a sound file is called in each kind of file; everywhere else it has the name of a Vorbis comment."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TagName:
    """One kind of text. ``id3``: the frames it is read from, the one it is written to first; empty: there is none.

    The others are its names in RIFF INFO, as an AIFF text chunk, in MP4, and in APE tags. ``is_kept`` says whether it
    goes with a song from the mix to its master.
    """

    name: str
    id3: tuple[str, ...] = ()
    info: bytes = b""
    aiff: bytes = b""
    mp4: str = ""
    ape: str = ""
    is_kept: bool = True


# Sources: Vorbis comment field names (xiph.org); ID3v2.4.0, Native Frames, 4.2; RIFF, Multimedia Programming Interface
# 1.0, INFO; AIFF 1.3, Text Chunks; APE keys, Hydrogenaudio wiki; MP4, as iTunes writes it
_NAMES = (
    TagName("title", ("TIT2", "TT2"), b"INAM", b"NAME", "\xa9nam", "title"),
    TagName("subtitle", ("TIT3", "TT3"), ape="subtitle"),
    TagName("artist", ("TPE1", "TP1"), b"IART", b"AUTH", "\xa9ART", "artist"),
    TagName("album", ("TALB", "TAL"), b"IPRD", b"", "\xa9alb", "album"),
    TagName("albumartist", ("TPE2", "TP2"), mp4="aART", ape="album artist"),
    TagName("composer", ("TCOM", "TCM"), b"IMUS", b"", "\xa9wrt", "composer"),
    TagName("lyricist", ("TEXT", "TXT"), b"IWRI", ape="lyricist"),
    TagName("conductor", ("TPE3", "TP3"), ape="conductor"),
    TagName("remixer", ("TPE4", "TP4"), ape="mixartist"),
    TagName("date", ("TDRC", "TYER", "TYE"), b"ICRD", b"", "\xa9day", "year"),
    TagName("originaldate", ("TDOR", "TORY", "TOR")),
    TagName("genre", ("TCON", "TCO"), b"IGNR", b"", "\xa9gen", "genre"),
    TagName("grouping", ("TIT1", "TT1"), mp4="\xa9grp", ape="grouping"),
    TagName("tracknumber", ("TRCK", "TRK"), b"ITRK", b"", "trkn", "track"),
    TagName("discnumber", ("TPOS", "TPA"), mp4="disk", ape="disc"),
    TagName("isrc", ("TSRC", "TRC"), b"ISRC", b"", "----:com.apple.iTunes:ISRC", "isrc"),
    TagName("barcode", mp4="----:com.apple.iTunes:BARCODE", ape="barcode"),
    TagName("catalognumber", mp4="----:com.apple.iTunes:CATALOGNUMBER", ape="catalognumber"),
    TagName("organization", ("TPUB", "TPB"), mp4="----:com.apple.iTunes:LABEL", ape="label"),
    TagName("copyright", ("TCOP", "TCR"), b"ICOP", b"(c) ", "cprt", "copyright"),
    TagName("language", ("TLAN", "TLA"), b"ILNG", ape="language"),
    TagName("bpm", ("TBPM", "TBP"), mp4="tmpo", ape="bpm"),
    TagName("initialkey", ("TKEY", "TKE"), mp4="----:com.apple.iTunes:initialkey", ape="key"),
    TagName("mood", ("TMOO",), mp4="----:com.apple.iTunes:MOOD", ape="mood"),
    TagName("comment", ("COMM", "COM"), b"ICMT", b"ANNO", "\xa9cmt", "comment"),
    TagName("lyrics", ("USLT", "ULT"), mp4="\xa9lyr", ape="lyrics"),
    TagName("software", ("TSSE",), b"ISFT", is_kept=False),
)

BY_ID3 = {frame: tag.name for tag in _NAMES for frame in tag.id3}
BY_INFO = {tag.info: tag.name for tag in _NAMES if tag.info}
BY_AIFF = {tag.aiff: tag.name for tag in _NAMES if tag.aiff}
BY_MP4 = {tag.mp4: tag.name for tag in _NAMES if tag.mp4}
BY_APE = {tag.ape: tag.name for tag in _NAMES if tag.ape}
KEPT = {tag.name: tag.id3[0] if tag.id3 else "" for tag in _NAMES if tag.is_kept}  # with the ID3 frame of each
INFO_OF = {tag.name: tag.info for tag in _NAMES if tag.info}
AIFF_OF = {tag.name: tag.aiff for tag in _NAMES if tag.aiff}
