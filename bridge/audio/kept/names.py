"""Which texts go with a song to its master, under one name wherever they were found."""

import re

from bridge.audio.tag_names import KEPT

_OTHER_NAMES = {
    "album artist": "albumartist",
    "album_artist": "albumartist",
    "track": "tracknumber",
    "totaltracks": "tracktotal",
    "totaldiscs": "disctotal",
    "disc": "discnumber",
    "year": "date",
    "label": "organization",
    "publisher": "organization",
    "unsyncedlyrics": "lyrics",
    "tempo": "bpm",
}
# what describes the mix's file and not the song: its level, its encoder, its length, its channels, its pictures
_OF_THE_FILE = re.compile(
    r"replaygain_|r128_|itunnorm|itunsmpb|itunpgap|encod|tool|software|accuraterip|chapter\d|cuesheet|coverart|length$|"
    r"duration|metadata_block_picture|waveformatextensible|major_brand|minor_version|compatible_brands|fresh_ears_"
)
_TOTALS = {"tracknumber": "tracktotal", "discnumber": "disctotal"}
_LONGEST_NAME = 100  # ours: what is longer is no name


def kept_name(name: str) -> str:
    """Return under which name a text is kept; empty for what is not, and for what cannot be a name."""
    name = name.strip().lower()
    name = _OTHER_NAMES.get(name, name)
    if name in KEPT or name in _TOTALS.values():
        return name
    # Vorbis I, 5.2.1: what a field's name may be made of
    possible = 0 < len(name) <= _LONGEST_NAME and all(" " <= letter <= "}" and letter != "=" for letter in name)
    return name if possible and not _OF_THE_FILE.match(name) else ""


def with_totals(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return texts whose numbers such as 3/12 are two texts: the number, and of how many."""
    split = dict(texts)
    for name, total in _TOTALS.items():
        number, slash, count = (split.get(name) or [""])[0].partition("/")
        if slash:
            split[name] = [number.strip()]
            if count.strip():
                split.setdefault(total, [count.strip()])
    return split


def without_totals(texts: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return texts with number and total in one, as ID3 and RIFF INFO have them."""
    joined = dict(texts)
    for name, total in _TOTALS.items():
        count = joined.pop(total, None)
        if count:
            joined[name] = [f"{(joined.get(name) or ['0'])[0]}/{count[0]}"]
    return joined
