"""Texts of a WAVE file's LIST INFO chunk, and the chunk that says in which encoding they are.

Source: Microsoft/IBM, Multimedia Programming Interface and Data Specifications 1.0, INFO List Chunk, CSET Chunk.
"""

import codecs
import re
import struct

from bridge.audio.tag_names import BY_INFO, INFO_OF
from bridge.audio.tag_text import decoded_text

# ISO 3901: country, registrant, year, designation. As a text of INFO, ISRC is the name of a source as well.
_ISRC = re.compile(r"[A-Z]{2}-?[A-Z0-9]{3}-?[0-9]{2}-?[0-9]{5}", re.IGNORECASE)
_OTHER_NAMES = {b"IPRT": "tracknumber", b"TRCK": "tracknumber", b"IALB": "album", b"ICOM": "composer"}
_UNICODE_PAGES = {1200: "utf-16-le", 1201: "utf-16-be", 65001: "utf-8"}


def code_page_of(cset: bytes) -> str:
    """Return the encoding that a CSET chunk names, as Python calls it; empty where it names none that is known."""
    number = int.from_bytes(cset[:2], "little")
    name = _UNICODE_PAGES.get(number, f"cp{number}")
    try:
        return codecs.lookup(name).name if number else ""
    except LookupError:
        return ""


def info_texts(data: bytes, code_page: str = "") -> dict[str, str]:
    """Return the texts of a LIST chunk behind its type INFO, by their name as a Vorbis comment; the first of equals."""
    found: dict[str, str] = {}
    at = 0
    while at + 8 <= len(data):
        code, size = struct.unpack_from("<4sI", data, at)
        name = BY_INFO.get(code) or _OTHER_NAMES.get(code)
        text = decoded_text(data[at + 8 : at + 8 + size], code_page) if name else ""
        if name and text and (name != "isrc" or _ISRC.fullmatch(text)):
            found.setdefault(name, text)
        at += 8 + size
        # padded to an even length, which some programs forget: a name's letter then stands where the zero should be
        at += 1 if size & 1 and data[at : at + 1] in (b"\0", b"") else 0
    return found


def info_chunk(texts: dict[str, list[str]]) -> bytes:
    """Return the body of a LIST chunk with those of the texts that INFO has names for, in UTF-8; empty for none."""
    body = b""
    for name, values in texts.items():
        code = INFO_OF.get(name)
        if code and values:
            text = "; ".join(values).encode("utf-8") + b"\0"
            body += code + struct.pack("<I", len(text)) + text + bytes(len(text) & 1)
    return b"INFO" + body if body else b""
