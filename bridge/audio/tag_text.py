"""The ways texts are packed into sound files: fixed fields, Vorbis comments and ID3v2 frames."""

import struct

from bridge.audio.tag_names import BY_ID3

MOST_TEXTS = 100
MOST_CHARACTERS = 2000  # ours: lyrics and logs are cut

_WITH_LANGUAGE = ("COMM", "COM", "USLT", "ULT")
_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}


_BYTE_ORDER_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def decoded_text(data: bytes, code_page: str = "") -> str:
    """Return a field of a chunk, up to its first zero, in whatever encoding it was written.

    A file may name one (``code_page``, of its CSET chunk). Otherwise it is UTF-8 where it is that, UTF-16 behind a byte
    order mark, Shift-JIS where that gives kana, and else the code page of western Windows.
    """
    if data[:2] in _BYTE_ORDER_MARKS:
        whole = data[2 : len(data) & ~1]
        return whole.decode(_BYTE_ORDER_MARKS[data[:2]], "replace").split("\0", 1)[0].strip()
    data = data.split(b"\0", 1)[0].removeprefix(b"\xef\xbb\xbf")
    for encoding in ("utf-8", code_page or "cp932", "cp1252"):
        try:
            text = data.decode(encoding)
        except (UnicodeDecodeError, LookupError):
            continue
        if encoding != "cp932" or code_page or _is_japanese(text):
            return text.strip()
    return data.decode("latin-1").strip()


def _is_japanese(text: str) -> bool:
    """Tell whether a text read as Shift-JIS is one: half of what is not ASCII is full-width kana."""
    other = [letter for letter in text if not letter.isascii()]
    return 2 * sum(0x3040 <= ord(letter) <= 0x30FF for letter in other) >= len(other) > 0


def latin(data: bytes, code_page: str = "") -> str:
    """Return a field of a chunk as `decoded_text` reads it, cut to a length that can be shown."""
    return decoded_text(data, code_page)[:MOST_CHARACTERS]


def vorbis_comments(data: bytes) -> dict[str, str]:
    """Read a Vorbis comment header (Vorbis I specification, 5.2); names in lower case, the last of equals wins."""
    found: dict[str, str] = {}
    try:
        (vendor,) = struct.unpack_from("<I", data)
        (count,) = struct.unpack_from("<I", data, 4 + vendor)
        at = 8 + vendor
        for _ in range(min(count, MOST_TEXTS)):
            (size,) = struct.unpack_from("<I", data, at)
            name, equals, value = data[at + 4 : at + 4 + size].decode("utf-8", "replace").partition("=")
            at += 4 + size
            if equals and name.lower() != "metadata_block_picture":
                found[name.lower()] = value.strip()[:MOST_CHARACTERS]
    except struct.error:  # ends too early: what was read stands
        return found
    return found


def id3_texts(data: bytes) -> dict[str, str]:
    """Read the text frames of an ID3v2.2, 2.3 or 2.4 tag; user-defined texts under their own name in lower case."""
    if len(data) < 10 or data[:3] != b"ID3" or data[3] not in (2, 3, 4):
        return {}
    version, flags, end = data[3], data[5], 10 + _synchsafe(data[6:10])
    body = data[10:end]
    if flags & 0x80 and version < 4:  # unsynchronised as a whole
        body = body.replace(b"\xff\0", b"\xff")
    at = 0
    if flags & 0x40 and version > 2 and len(body) >= 4:  # extended header
        at = _synchsafe(body[:4]) if version == 4 else 4 + int.from_bytes(body[:4], "big")
    found: dict[str, str] = {}
    width = 3 if version == 2 else 4
    while at + (6 if version == 2 else 10) <= len(body) and len(found) < MOST_TEXTS:
        name = body[at : at + width].decode("latin-1")
        size_bytes = body[at + width : at + 2 * width]
        size = _synchsafe(size_bytes) if version == 4 else int.from_bytes(size_bytes, "big")
        at += 6 if version == 2 else 10
        if not name.strip("\0") or size == 0:
            break
        _frame(name, body[at : at + size], found)
        at += size
    return found


def _frame(name: str, data: bytes, found: dict[str, str]) -> None:
    if not data:
        return
    encoding = _ENCODINGS.get(data[0])
    if encoding is None:
        return
    if name in ("TXXX", "TXX"):
        title, _, value = data[1:].decode(encoding, "replace").partition("\0")
        if title:
            found[title.lower()] = value.strip("\0\ufeff ")[:MOST_CHARACTERS]
    elif name in BY_ID3:
        if name in _WITH_LANGUAGE:  # a language of three letters and a description stand in front
            title, _, text = data[4:].decode(encoding, "replace").partition("\0")
            text = "" if title.strip("\ufeff ") else text.split("\0", 1)[0].strip("\ufeff ")
        else:
            text = data[1:].decode(encoding, "replace").split("\0", 1)[0].strip("\ufeff ")
        if text:
            found[BY_ID3[name]] = text[:MOST_CHARACTERS]


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value
