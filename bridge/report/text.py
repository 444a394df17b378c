"""How numbers, times and other people's words are written on a page.

Numbers use the true minus sign and a fixed number of digits, so that columns line up. Words that come from outside
(file names, plug-in names, notes) may hold anything; `visible` makes them harmless to read, escaping is the
template's work.
"""

import datetime
import unicodedata

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
THIN_SPACE = "\N{THIN SPACE}"
# Characters that turn the reading direction round: a file name must not rearrange the words beside it.
_DIRECTION = {chr(c) for c in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))}
_CONTROL_PICTURES = 0x2400


def visible(text: str) -> str:
    """Return a text with control characters made visible and undecodable bytes replaced by U+FFFD."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible_character(character) for character in text)


def visible_lines(text: str) -> str:
    """Return a text of several lines made visible; line ends and tabs stay."""
    return "\n".join(visible(line.replace("\t", "    ")) for line in text.splitlines())


def _visible_character(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(_CONTROL_PICTURES + code)
    if code == 0x7F:
        return "\u2421"
    if character in _DIRECTION or unicodedata.category(character) in {"Cc", "Cs", "Cn", "Zl", "Zp"}:
        return "\N{REPLACEMENT CHARACTER}"
    return character


def number(value: float | None, digits: int = 1, *, signed: bool = False) -> str:
    """Return a number with a fixed number of digits, an en dash for no value."""
    if value is None:
        return NOTHING
    rounded = round(value, digits) + 0.0  # no minus zero
    sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}{abs(rounded):,.{digits}f}".replace(",", THIN_SPACE)


def spoken_duration(seconds: float) -> str:
    """Return a duration for people: ``3 min 25 s``, ``0.4 s``."""
    if seconds < 10:
        return f"{seconds:.1f} s" if seconds >= 0.05 else f"{1000 * seconds:.1f} ms"
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    minutes, second = divmod(rest, 60)
    words = [f"{hours} h"] if hours else []
    if minutes or hours:
        words.append(f"{minutes} min")
    if second or not words:
        words.append(f"{second} s")
    return " ".join(words)


def rate(rate_hz: int) -> str:
    """Return a sample rate for people: ``44.1 kHz``."""
    return f"{rate_hz / 1000:.3f}".rstrip("0").rstrip(".") + " kHz"


def channels(count: int) -> str:
    """Return a number of channels for people."""
    return {1: "mono", 2: "stereo"}.get(count, f"{count} channels")


def day_and_time(at: float) -> str:
    """Return an instant in the computer's own time zone: ``22 November 2026, 14:05``."""
    moment = datetime.datetime.fromtimestamp(at, tz=datetime.UTC).astimezone()
    return f"{moment.day} {moment:%B %Y, %H:%M}"


def day(at: float) -> str:
    """Return the day of an instant in the computer's own time zone: ``22 November 2026``."""
    moment = datetime.datetime.fromtimestamp(at, tz=datetime.UTC).astimezone()
    return f"{moment.day} {moment:%B %Y}"


def count_of(count: int, one: str, many: str) -> str:
    """Return ``1 fault`` or ``3 faults``."""
    return f"{count} {one if count == 1 else many}"
