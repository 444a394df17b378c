"""What a file name says beside the title: which bounce it is, which version, how it was made.

Tables only; `bridge.songs.naming` reads names with them. A label that is also a word titles end with ("High and Dry",
"Come Clean", "Here I Am") is *soft*: it counts in brackets, after a dash or an underscore that sets it apart, or behind
another label, never after a mere space.
"""

import re
from typing import NamedTuple

SEPARATOR = r"[\s_.,\-–—]+"


class Label(NamedTuple):
    """One kind of label at the end of a name; the group ``number`` of its pattern, if any, is its number."""

    kind: str  # of its number: numbers of one kind put bounces in order
    pattern: re.Pattern[str]
    is_soft: bool = False
    version: str = ""  # of the song that it names


_NUMBER = r"(?P<number>\d{1,3}(?:\.\d{1,3}){0,2}[a-z]?)"
_MONTHS = (
    r"jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|mar(?:ch|s|zo)?|apr(?:il)?|ma[iy]o?|june?|juni|july?|juli|aug(?:ust)?|agosto"
    r"|sept?(?:ember|iembre|embre)?|o[ck]t(?:ober|ubre|obre)?|nov(?:ember|iembre|embre)?|de[cz](?:ember)?|dic(?:iembre)?"
    r"|enero|febrero|abril|junio|julio|märz|f[ée]vrier|avril|juin|juillet|août|d[ée]cembre"
)
_YEAR, _MONTH, _DAY = r"(?:19|20)\d\d", r"(?:0[1-9]|1[0-2])", r"(?:0[1-9]|[12]\d|3[01])"
_TIME = r"(?:[01]\d|2[0-3])[.:\-_h]?[0-5]\d(?:[.:\-_m]?[0-5]\d)?"
_DATE_FIRST = rf"{_YEAR}[\s\-._]?{_MONTH}[\s\-._]?{_DAY}"
_DATES = (
    rf"(?P<number>{_DATE_FIRST})(?:[T\s._\-]+{_TIME})?",
    rf"\d{{1,2}}(?P<between>[\-._])\d{{1,2}}(?P=between)(?:{_YEAR}|\d\d)",
    rf"{_DAY}{_MONTH}{_YEAR}",
    rf"\d{{1,2}}(?:st|nd|rd|th|\.)?[\s._\-]?(?:{_MONTHS})(?:[\s._\-]?(?:{_YEAR}|\d\d))?",
    rf"(?:{_MONTHS})[\s._\-]?\d{{1,2}}(?:st|nd|rd|th)?(?:[\s,._\-]+{_YEAR})?",
    rf"(?:\d\d{_MONTH}{_DAY}|{_DAY}{_MONTH}\d\d|{_MONTH}{_DAY}\d\d)[a-z]?",
)
_TEMPO = r"(?:\d{2,3}(?:\.\d{1,2})?\s?bpm|bpm\s?\d{2,3})"
_BARE_TEMPO = r"(?:[5-9]\d|1\d\d|2[01]\d)(?:\.\d{1,2})?"
_MODE = r"(?:min(?:or)?|maj(?:or)?)"
_KEY = rf"(?-i:[A-G])(?:[#b♯♭]?\s?{_MODE}|[#b♯♭]?(?-i:m)|[#b♯♭])"
_CAMELOT = r"(?:1[0-2]|[1-9])(?-i:[AB])"
_RATE, _BITS = r"\d{2,3}(?:\.\d)?\s?k(?:hz)?", r"(?:16|24|32)[\s_\-]?b(?:it|its)?f?"
_HERTZ = r"(?:44100|48000|88200|96000|176400|192000)"
_FORMATS = (
    _RATE,
    rf"{_HERTZ}(?:\s?hz)?(?:[\s_\-]?(?:16|24|32))?",
    _BITS,
    r"(?:\d{2,3}k\d{2}b|\d{2}b\d{2,3}k)",
    r"(?:(?:16|24|32)[\-_/](?:44|48|88|96)(?:\.1|\.2)?|(?:44|48|88|96)(?:\.1|\.2)?[\-_/](?:16|24|32))",
    r"-?\d{1,2}(?:\.\d)?\s?(?:lufs|db(?:fs|tp)?)",
    r"\d{2,3}\s?kbps",
    r"(?:wav|mp3|flac|aiff?|ogg|m4a)",
)
# Word of a kind → its other spellings. A number may follow, glued or not.
_WORDS = {
    "mix": r"(?:main|full|final|rough|ruff|scratch|stereo)[\s_\-]?mix|mix|mx",
    "mixdown": r"mix[\s_\-]?down",
    "master": r"(?:un|pre|re|final)?[\s_\-]?master(?:ed)?|mstr",
    "bounce": r"bounced?",
    "render": r"render(?:ed)?",
    "export": r"export(?:ed)?",
    "rough": r"rough",
    "demo": r"demo",
    "wip": r"wip",
    "final": r"final",
    "take": r"take",
    "louder": r"louder|quieter",
    "v": r"ver(?:sion)?\.?",
    "rev": r"rev(?:ision)?|revised",
    "copy": r"copy|kopie|copia|copie",
}
_PLAIN = (
    r"(?<=[\-_])main",
    r"(?-i:REF)",
    r"approved",
    r"use[\s_\-]this(?:[\s_\-]one)?",
    r"this[\s_\-]one",
    r"no[\s_\-]?limiter",
    # What DAWs add: Logic to what is bounced in place, Cubase and Logic the output's name.
    r"(?<=_)bip",
    r"(?:stereo|main|master)[\s_\-]?out(?:put)?|out(?:put)?[\s_\-]?1[\-_/]2",
    r"(?:no)?tag(?:ged)?",
)
DRY = "dry"  # the kind of what names a print without the master bus
_DRY_PRINTS = (
    r"(?:dry|unprocessed|bypass(?:ed)?)(?:[\s_\-]?(?:print|mix))?",
    r"(?:master|bus|fx)[\s_\-]?off|(?:no|without|pre)[\s_\-]?(?:bus|fx)|no[\s_\-]?master(?:[\s_\-]?fx)?",
)
_SOFT = (
    r"(?:wet|processed)(?:[\s_\-]?(?:print|mix))?|(?:(?:with[\s_\-]?)?(?:master|bus|fx)[\s_\-]?on|with[\s_\-]?(?:bus|master))",
    r"print",
    r"main",
    r"test",
    r"explicit|dirty",
    r"version\s[a-h]",
)
# Versions of a song that are rows of their own. (name, spellings, soft)
_VERSIONS = (
    ("instrumental", r"inst(?:r(?:u(?:mentals?)?)?)?\.?", False),
    ("a cappella", r"a[\s_\-]?c{1,2}ap+el+as?|acca|acaps?|acapellas?|ac{1,2}apel+as?", False),
    ("a cappella", r"acc", True),
    ("radio edit", r"radio[\s_\-]?(?:edit|mix|version|cut)", False),
    ("tv mix", r"tv[\s_\-]?(?:mix|track|version)", False),
    ("tv mix", r"tv", True),
    ("performance", r"(?:performance|show)[\s_\-]?(?:mix|track|version)", False),
    ("vocal up", r"(?:vox|vocals?)[\s_\-]?up", False),
    ("vocal down", r"(?:vox|vocals?)[\s_\-]?down", False),
    ("extended", r"extended(?:[\s_\-]?(?:mix|version))?", False),
    ("clean", r"clean(?:[\s_\-]?(?:mix|version|edit))?", True),
)


def _label(kind: str, pattern: str, *, is_soft: bool = False, version: str = "") -> Label:
    return Label(kind, re.compile(rf"(?P<separator>{SEPARATOR})(?:{pattern})$", re.IGNORECASE), is_soft, version)


LABELS: tuple[Label, ...] = (
    *(_label("date", pattern) for pattern in _DATES),
    _label("date", r"(?<=_)(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])"),
    *(_label("", pattern) for pattern in _FORMATS),
    # Tempo and key stand together, or each says what it is.
    _label("", rf"{_TEMPO}\s*[\-–—(]\s*[^()]*\s[x&]\s[^()]*\)?"),
    _label("", _TEMPO),
    _label("", rf"{_BARE_TEMPO}{SEPARATOR}(?:{_KEY}|{_CAMELOT})"),
    _label("", rf"(?:{_KEY}|{_CAMELOT}){SEPARATOR}{_BARE_TEMPO}"),
    _label("", rf"(?-i:[A-G])[#b♯♭]?{_MODE}|(?-i:[A-G])[#♯](?-i:m)?"),
    _label("", _KEY, is_soft=True),
    _label("", r"(?<=_)(?:[2-7]|9|12)[\-_](?:4|8)"),
    _label("", r"prod(?:uced)?(?:\.\s?|\sby\s|\s)(?:by\s)?\S.*"),
    *(
        _label(name, rf"(?:{words})(?:(?:{SEPARATOR})?{_NUMBER})?", is_soft=soft, version=name)
        for name, words, soft in _VERSIONS
    ),
    _label("v", rf"v(?:er(?:sion)?)?\.?\s?{_NUMBER}"),
    _label("rev", rf"r\.?{_NUMBER}"),
    *(_label(kind, rf"(?:{words})(?:(?:{SEPARATOR})?{_NUMBER})?") for kind, words in _WORDS.items()),
    *(_label("", pattern) for pattern in _PLAIN),
    *(_label(DRY, pattern, is_soft=True) for pattern in _DRY_PRINTS),
    *(_label("", pattern, is_soft=True) for pattern in _SOFT),
)
# Counters that programs add. What they are taken off must not be a word that numbers belong to.
COUNTERS: tuple[re.Pattern[str], ...] = (
    re.compile(r"-(?P<number>0\d\d)$"),  # REAPER's Song-001
    re.compile(r"\s*[\-–—]\s?(?P<number>0\d)$"),  # Cubase's Song-07
    re.compile(r"(?<=\w)-\s(?P<number>\d{1,2})$"),
    re.compile(r"_(?P<number>(?!808$)\d{1,3})$"),  # a 808 is a bass drum
)
NUMBERED_WORDS = frozenset(
    [
        "track",
        "song",
        "idea",
        "beat",
        "project",
        "session",
        "audio",
        "jam",
        "sketch",
        "loop",
        "part",
        "pt",
        "movement",
        "chapter",
        "act",
        "scene",
        "op",
        "opus",
        "no",
        "nr",
        "vol",
        "volume",
        "theme",
        "reel",
        "cue",
        "hymn",
        "psalm",
        "episode",
        "ep",
        "disc",
        "cd",
        "side",
        "level",
        "stage",
        "symphony",
        "etude",
        "prelude",
        "sonata",
        "waltz",
        "room",
        "route",
        "highway",
        "area",
        "studio",
        "interlude",
        "untitled",
        "tape",
    ]
)
BRACKETED = re.compile(r"\s*[(\[{](?P<content>[^()\[\]{}]*)[)\]}]$")
BRACKETED_NUMBER = re.compile(r"\d{1,3}")
BRACKETED_WORDS = re.compile(r"m|original[\s_\-]?mix|album[\s_\-]?(?:mix|version)", re.IGNORECASE)
BETWEEN_LABELS = re.compile(r"\s*[,;/&+]\s*")

# At the beginning: the place on an album, a date, a tempo, what a copy is called.
LEADING: tuple[re.Pattern[str], ...] = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"0\d(?!\d)[\s._\-–—)]+",  # 01 - Title, 01_Title, 01. Title
        r"\d{1,2}[.)]\s*(?=[^\W\d])",  # 1.Title, 10. Title
        r"\d{1,2}\s+[\-–—]\s+(?=.*[^\W\d])",  # 6 - Title
        rf"{_YEAR}[\s\-._]?{_MONTH}(?:[\s\-._]?{_DAY})?{SEPARATOR}(?=.*[^\W\d])",  # 2026-11 Title
        rf"{_TEMPO}\s*[\-–—_]\s*",  # BPM 140 - Title
        r"(?:copy of|kopie von|copia de|copie de)\s+",
    )
)
UNTITLED = frozenset(
    {"untitled", "unbenannt", "sans titre", "sin título", "senza titolo", "new project", "project", "song"}
    | {"session", "stereo out", "main out", "output 1 2"}  # what Ardour, Cubase and Logic call it where nobody does
)
