"""The iXML of a master: that of its mix, with the rate, the word length and the places that are true of the master.

Everything else stays as it is, byte by byte. Source: iXML specification 3.01 (ixml.info): SPEED, SYNC_POINT_LIST, BEXT.
"""

import re
from collections.abc import Callable

from bridge.audio.kept.broadcast import master_history
from bridge.audio.kept.record import MasterFormat, at_rate

_WORD = 1 << 32
# numbers of frames, in two words of 32 bits
_PAIRS = (
    ("TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_HI", "TIMESTAMP_SAMPLES_SINCE_MIDNIGHT_LO"),
    ("SYNC_POINT_HIGH", "SYNC_POINT_LOW"),
    ("BWF_TIME_REFERENCE_HIGH", "BWF_TIME_REFERENCE_LOW"),
)
_LENGTHS = ("SYNC_POINT_EVENT_DURATION",)
# true of the mix's sound alone
_OF_THE_MIX = (
    *("BWF_UMID", "BWF_LOUDNESS_VALUE", "BWF_LOUDNESS_RANGE", "BWF_MAX_TRUE_PEAK_LEVEL"),
    *("BWF_MAX_MOMENTARY_LOUDNESS", "BWF_MAX_SHORT_TERM_LOUDNESS"),
)
_ENCODINGS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}


def master_ixml(ixml: bytes, mix_rate_hz: int, master: MasterFormat) -> bytes:
    """Return the chunk of a mix as its master has it; empty where it is no text."""
    encoding = _ENCODINGS.get(ixml[:2], "utf-8")
    try:
        text = ixml.decode(encoding)
    except UnicodeDecodeError:
        text, encoding = ixml.decode("latin-1"), "latin-1"  # what is changed is ASCII in every such encoding
    for name, value in (
        ("FILE_SAMPLE_RATE", master.rate_hz),
        ("TIMESTAMP_SAMPLE_RATE", master.rate_hz),
        ("AUDIO_BIT_DEPTH", master.bits),
    ):
        text = _replaced(text, name, lambda _, value=value: str(value))  # type: ignore[misc]
    for name in _LENGTHS:
        text = _replaced(text, name, lambda old: str(at_rate(int(old), mix_rate_hz, master.rate_hz)))
    for high, low in _PAIRS:
        text = _moved(text, high, low, lambda frame: at_rate(frame, mix_rate_hz, master.rate_hz))
    for name in _OF_THE_MIX:
        text = re.sub(rf"<{name}>[^<]*</{name}>\s*", "", text)
    return _with_history(text, master).encode(encoding)


def _replaced(text: str, name: str, change: Callable[[str], str]) -> str:
    """Return the text with what stands in an element of whole numbers changed; what is no number stays."""
    return re.sub(
        rf"(<{name}>\s*)(\d{{1,20}})(\s*</{name}>)", lambda found: found[1] + change(found[2]) + found[3], text
    )


def _moved(text: str, high: str, low: str, move: Callable[[int], int]) -> str:
    """Return the text with each number that is split into two elements, which stand in either order, changed."""
    highs, lows = (list(re.finditer(rf"(<{name}>\s*)(\d{{1,20}})(\s*</{name}>)", text)) for name in (high, low))
    if highs and len(highs) != len(lows):
        return text  # which belongs to which cannot be told
    changes = []
    for index, found in enumerate(lows):
        upper = highs[index] if highs else None
        frame = move(int(found[2]) + (int(upper[2]) * _WORD if upper else 0))
        changes.append((found.span(2), str(frame % _WORD if upper else frame)))
        if upper:
            changes.append((upper.span(2), str(frame // _WORD)))
    for (start, end), new in sorted(changes, reverse=True):
        text = text[:start] + new + text[end:]
    return text


def _with_history(text: str, master: MasterFormat) -> str:
    found = re.search(r"(<BWF_CODING_HISTORY>)([^<]*)(</BWF_CODING_HISTORY>)", text)
    if found is None:
        return text
    line = master_history(b"", master).decode("ascii").rstrip()
    before = found[2].rstrip()
    return text[: found.start(2)] + (f"{before}\r\n" if before else "") + f"{line}\r\n" + text[found.end(2) :]
