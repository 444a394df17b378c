"""The two ways texts are packed into sound files: Vorbis comments and ID3v2 frames."""

import struct

from bridge.audio.tag_names import BY_ID3

MOST_TEXTS = 100
MOST_CHARACTERS = 2000  # ours: lyrics and logs are cut

_ENCODINGS = {0: "latin-1", 1: "utf-16", 2: "utf-16-be", 3: "utf-8"}


def latin(data: bytes) -> str:
    """Return a fixed field up to its first zero, read as UTF-8 where it is that and as Latin-1 otherwise."""
    data = data.split(b"\0", 1)[0]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = data.decode("latin-1")
    return text.strip()[:MOST_CHARACTERS]


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
        text = data[1:].decode(encoding, "replace").split("\0", 1)[0].strip("\ufeff ")
        if text:
            found[BY_ID3[name]] = text[:MOST_CHARACTERS]


def _synchsafe(data: bytes) -> int:
    value = 0
    for byte in data:
        value = value << 7 | byte & 0x7F
    return value
