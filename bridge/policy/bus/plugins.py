"""What a plug-in is for, read from its name.

Three sources, in this order: the person's own `plugins.toml`, the list shipped in this package, and rules about the
words in the name. What none of them knows is *unknown*, and nobody is warned about an unknown plug-in as if it were
known. Everything here is pure: the texts of the files come in, classifications come out.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator
from functools import lru_cache
from importlib import resources
from itertools import pairwise
from typing import cast, get_args

from msgspec import Struct

from bridge.errors import ConfigError
from bridge.model import Classification, Purpose
from bridge.policy.bus.plugin_words import purpose_by_words
from bridge.text import plain_text
from bridge.tomltext import toml_error

PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
LISTED = "listed as"  # how a classification says that a list knows the product
LONGEST_NAME = 200  # ours: characters looked at; no product is called anything longer, hostile names are

MEANING: dict[Purpose, str] = {
    "loudness": "it raises loudness (limiter, maximiser or clipper)",
    "suite": "it is a whole mastering chain in one plug-in",
    "glue": "it holds the mix together (compressor, tape or console)",
    "tone": "it shapes the tone (EQ, filter or de-esser)",
    "saturation": "it adds harmonics (saturation, drive or exciter)",
    "stereo": "it changes the stereo image",
    "space": "it adds space or movement (reverb, delay or modulation)",
    "meter": "it only measures",
    "reference": "it compares the mix with other music",
    "room-correction": "it corrects or imitates speakers, headphones or a room, for listening only",
    "monitor": "it controls the monitoring",
    "utility": "it is a tool (gain, gate, repair, dither)",
    "instrument": "it is an instrument",
    "unknown": "neither the list nor the words in its name say what it is for",
}

_FORMAT = re.compile(
    r"^(?:\d+\s*[:.]\s*)?(?:vst3?|au|auv3|clap|js|dx|lv2|lxvst|ladspa|lua|aax|rtas)(i?)\s*:\s*", re.IGNORECASE
)
_FORMAT_INSIDE = re.compile(
    # A renamed instance that still says what it is: "my limiter / VST3: Pro-L 2".
    r"(?<=[\s/|\-–—:])(?:vst3?|au|clap|js|lv2|ladspa|lua)i?:\s+\S.*$",
    re.IGNORECASE,
)
_BRACKETS = re.compile(r"[\(\[]([^()\[\]]*)[\)\]]")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z]{2})")
_WORD = re.compile(r"[^\W_]+")
_MARKS = dict.fromkeys(map(ord, "™®©"))  # "RedlightDist™", as Studio One writes it
_VERSIONED = re.compile(r"^([^\W\d_]{4,}|eq)(?:v|mk)?\d+$")
_CHANNELS = re.compile(r"(?<=\w)[\s_-]+(?:stereo|mono|mid ?side|left ?right)(?:\s+x\d+)?$", re.IGNORECASE)
_VERSION = re.compile(r"^(?:v?\d+|mk\d*|mk[iv]+|ii|iii|iv)$")
# What hosts and formats hang on a name without saying anything about the product.
_DECORATION = re.compile(
    r"^(?:x64|x86|x86 64|64 ?bit|32 ?bit|win64|arm64|mono|stereo|mono stereo|m|s|m s|\d+ ?ch|\d+ ?out|\d+ \d+ ?ch|"
    r"bridged|lv2|vst|vst3|clap|au|js|copy|demo|trial|beta|legacy|preview|native|dsp|\d+)$"
)
_NOISE = frozenset(
    {"stereo", "mono", "x64", "x86", "64bit", "bit", "demo", "trial", "legacy", "copy", "lv2", "vst", "vst3"}
)


class _Product(Struct, frozen=True):
    words: tuple[str, ...]
    whole: bool  # the pattern must be the whole name
    purpose: Purpose
    maker: str  # its key in the list; "any" belongs to nobody
    pattern: str


class PluginList(Struct, frozen=True):
    """A compiled list of products: one from the package, one from the person."""

    products: dict[str, tuple[_Product, ...]]  # by first word
    makers: dict[tuple[str, ...], str]  # the words of a maker's name → its key
    defaults: dict[str, Purpose]
    origin: str


class PlainName(Struct, frozen=True):
    """A plug-in's name without what hosts and formats hang on it."""

    text: str  # for people: decorations and control characters gone, capitals kept
    words: tuple[str, ...]
    maker_words: tuple[str, ...]
    is_instrument: bool


def parse_plugin_list(text: str, origin: str) -> PluginList:
    """Compile the text of a `plugins.toml`.

    Raises
    ------
    ConfigError
        The text is not TOML, a key is not a purpose, or a value is not a list of names; the message names
        ``origin`` and the remedy.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise toml_error(text, origin, error) from error
    products: dict[str, list[_Product]] = {}
    makers: dict[tuple[str, ...], str] = {}
    defaults: dict[str, Purpose] = {}
    for maker, table in tables.items():
        if not isinstance(table, dict):
            raise ConfigError(f"{origin}: {maker!r} stands outside a [maker] table; put [any] above it")
        for key, value in table.items():
            if key == "default":
                defaults[maker] = _purpose(value, origin, maker)
                continue
            if not (isinstance(value, list) and all(isinstance(item, str) for item in value)):
                raise ConfigError(f'{origin}: [{maker}] {key} must be a list of names in quotes, like ["Pro-L"]')
            names = cast("list[str]", value)
            if key == "names":
                makers.update((_words(name), maker) for name in names if _words(name))
                continue
            purpose = _purpose(key, origin, maker)
            for product in _products(names, purpose, maker):
                products.setdefault(product.words[0], []).append(product)
    return PluginList({k: tuple(v) for k, v in products.items()}, makers, defaults, origin)


def _purpose(value: object, origin: str, maker: str) -> Purpose:
    if value not in PURPOSES:
        raise ConfigError(f"{origin}: [{maker}] {value!r} is not a purpose; use one of {', '.join(PURPOSES)}")
    return value


def _products(names: Iterable[str], purpose: Purpose, maker: str) -> Iterator[_Product]:
    for name in names:
        words = _words(name.removeprefix("="))
        if words:
            yield _Product(words, name.startswith("="), purpose, maker, name.removeprefix("="))


@lru_cache(maxsize=1)
def shipped_list() -> PluginList:
    """Return the list that comes with this package, compiled once."""
    folder = resources.files("bridge.policy.bus")
    # The second is written by `freshears plugins learn` from makers' own words: whole names, no makers.
    chosen, told = (
        parse_plugin_list(folder.joinpath(name).read_text(encoding="utf-8"), name)
        for name in ("plugins.toml", "plugins_told.toml")
    )
    products = {
        word: (*chosen.products.get(word, ()), *told.products.get(word, ()))
        for word in {**chosen.products, **told.products}
    }
    return PluginList(products, chosen.makers, chosen.defaults, chosen.origin)


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.casefold().replace("'", " ").replace("’", " ")))


@lru_cache(maxsize=4096)
def plain_name(name: str) -> PlainName:
    """Strip what hosts and formats hang on a name: ``VST3: Pro-L 2 (FabFilter)`` → Pro-L 2, FabFilter."""
    text = plain_text(name.translate(_MARKS))
    if (inside := _FORMAT_INSIDE.search(text)) and not _FORMAT.match(text):
        text = inside.group()  # a renamed instance that still says what it is
    is_instrument = False
    if match := _FORMAT.match(text):
        is_instrument = bool(match.group(1))
        text = text[match.end() :]
    maker: tuple[str, ...] = ()
    kept: list[str] = []
    end = 0
    for bracket in _BRACKETS.finditer(text):
        words = _words(bracket.group(1))
        kept.append(text[end : bracket.start()])
        end = bracket.end()
        if _DECORATION.match(" ".join(words)) or not words:
            continue
        maker = words
    kept.append(text[end:])
    bare = " ".join("".join(kept).split()).strip(" -–—:/#") or text
    return PlainName(bare, _words(bare) or _words(text), maker, is_instrument)


def _camel_words(text: str) -> tuple[str, ...]:
    return _words(_CAMEL.sub(" ", text))


def _without_versions(words: tuple[str, ...]) -> tuple[str, ...]:
    bare = tuple(m.group(1) if (m := _VERSIONED.match(w)) else w for w in words if not _VERSION.match(w))
    return bare or words


def classify(name: str, overrides: PluginList | None = None) -> Classification:
    """Say what a plug-in is for.

    Parameters
    ----------
    name
        As the DAW shows it, decorations and all; of any length and with any characters.
    overrides
        The person's own list, which wins over the one shipped.
    """
    plain = plain_name(name)
    shown = plain.text or plain_text(name) or "(no name)"
    if overrides is not None and (hit := _listed(plain, overrides)):
        return Classification(
            name=shown, purpose=hit.purpose, why=f"your own {overrides.origin} says so: {hit.pattern}"
        )
    shipped = shipped_list()
    hit = _listed(plain, shipped)
    said = _CHANNELS.sub("", plain.text)  # "EQ10Q Stereo" is an EQ
    bare = _words(said)
    words = tuple(dict.fromkeys((*bare, *_camel_words(said), *_without_versions(bare))))
    by_word = purpose_by_words(words, [a + b for a, b in pairwise(bare)])
    # A name that says it measures is believed: nothing that only measures may be taken for a limiter.
    if hit and by_word and by_word[1] == "meter" and hit.purpose in {"loudness", "suite", "glue"}:
        hit = None
    # One word of a maker's that nobody named is weak beside a word that says what the thing does: "Infinity EQ".
    if hit and by_word and hit.maker != "any" and len(hit.words) == 1 and not hit.whole:
        known = _maker_key(plain, shipped)
        if known != hit.maker and len(_significant(plain.words)) > 1:
            hit = None
    if hit and by_word and _is_a_module(hit, plain, by_word[0]):
        hit = None
    if hit:
        return Classification(name=shown, purpose=hit.purpose, why=f"{MEANING[hit.purpose]}; {LISTED} {hit.pattern}")
    if plain.is_instrument:
        return Classification(name=shown, purpose="instrument", why="its format marks it as an instrument")
    if by_word:
        word, purpose = by_word
        return Classification(name=shown, purpose=purpose, why=f"{MEANING[purpose]}; the name says {word!r}")
    maker = _maker_key(plain, shipped)
    if maker in shipped.defaults:
        purpose = shipped.defaults[maker]
        return Classification(name=shown, purpose=purpose, why=f"{MEANING[purpose]}; this maker makes nothing else")
    return Classification(name=shown, purpose="unknown", why=MEANING["unknown"])


def _is_a_module(hit: _Product, plain: PlainName, word: str) -> bool:
    """Say whether a name is that of a family and then of one of its parts: a "Nectar 4 De-Esser" is a de-esser.

    The word that decides may be neither the family's own nor one that says for how many channels or for which use.
    """
    family = hit.words[0]
    says_what = word != family and word != "mastering" and word not in _NOISE
    return says_what and len(hit.words) == 1 and not hit.whole and family in plain.words[:-1]


def _significant(words: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(w for w in _without_versions(words) if w not in _NOISE) or words


def _maker_key(plain: PlainName, plugins: PluginList) -> str:
    """Return the key of the maker named in brackets or in front of the name, or an empty string."""
    for end in range(len(plain.maker_words), 0, -1):
        if key := plugins.makers.get(plain.maker_words[:end]):
            return key
    for end in range(min(4, len(plain.words)), 0, -1):
        if key := plugins.makers.get(plain.words[:end]):
            return key
    return ""


def _listed(plain: PlainName, plugins: PluginList) -> _Product | None:
    """Return the longest listed product in the name; a named maker's own products come first."""
    maker = _maker_key(plain, plugins)
    best: tuple[tuple[int, int, int, int], _Product] | None = None
    camel = _camel_words(plain.text)
    prefixed = plain.maker_words + plain.words
    variants = dict.fromkeys((plain.words, _without_versions(plain.words), camel, _without_versions(camel), prefixed,
                              _without_versions(prefixed)))  # fmt: skip
    for words in variants:
        bare = _strip_maker(words, plugins, maker)
        for start, word in enumerate(words):
            for product in plugins.products.get(word, ()):
                if words[start : start + len(product.words)] != product.words:
                    continue
                is_whole = product.words in {words, bare, _significant(bare)}
                if not is_whole and (product.whole or (maker and product.maker not in {maker, "any"})):
                    continue
                if start > 0 and not maker and product.maker != "any" and len(product.words) == 1:
                    continue
                mine = product.maker == maker
                rank = (len(product.words), int(mine), sum(map(len, product.words)), -start)
                if best is None or rank > best[0]:
                    best = rank, product
    return best[1] if best else None


def _strip_maker(words: tuple[str, ...], plugins: PluginList, maker: str) -> tuple[str, ...]:
    for end in range(min(4, len(words) - 1), 0, -1):
        if plugins.makers.get(words[:end]) == maker and maker:
            return words[end:]
    return words
