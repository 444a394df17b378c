"""Which channel is which: every file's channels in one order, that of the bits of a WAVE channel mask.

Names: FL FR FC LFE BL BR FLC FRC BC SL SR TC TFL TFC TFR TBL TBC TBR, as Microsoft's SPEAKER constants; an empty name
is a channel of which nothing is known. Files that do not say get FLAC's layout of that many channels.
"""

from bridge.model import Speakers

# Microsoft, WAVEFORMATEXTENSIBLE, dwChannelMask: bit 0 first
ORDER: Speakers = (
    *("FL", "FR", "FC", "LFE", "BL", "BR", "FLC", "FRC", "BC", "SL", "SR"),
    *("TC", "TFL", "TFC", "TFR", "TBL", "TBC", "TBR"),
)
# RFC 9639 (FLAC), 9.1.3, which are WAVE's where both name one
DEFAULT: dict[int, Speakers] = {
    1: ("FC",),
    2: ("FL", "FR"),
    3: ("FL", "FR", "FC"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FR", "FC", "BL", "BR"),
    6: ("FL", "FR", "FC", "LFE", "BL", "BR"),
    7: ("FL", "FR", "FC", "LFE", "BC", "SL", "SR"),
    8: ("FL", "FR", "FC", "LFE", "BL", "BR", "SL", "SR"),
}
# Vorbis I, 4.3.9; RFC 7845 (Opus), 5.1.1.2: the same for channel mapping family 1
VORBIS: dict[int, Speakers] = {
    1: ("FC",),
    2: ("FL", "FR"),
    3: ("FL", "FC", "FR"),
    4: ("FL", "FR", "BL", "BR"),
    5: ("FL", "FC", "FR", "BL", "BR"),
    6: ("FL", "FC", "FR", "BL", "BR", "LFE"),
    7: ("FL", "FC", "FR", "SL", "SR", "BC", "LFE"),
    8: ("FL", "FC", "FR", "SL", "SR", "BL", "BR", "LFE"),
}
# Apple, CoreAudioTypes: the labels of channel descriptions
_APPLE_LABELS: dict[int, str] = {
    **dict(enumerate(ORDER, 1)),
    33: "BL",  # rear surround left, behind the sides
    34: "BR",
    37: "LFE",
    42: "FC",  # mono
}
# Apple, CoreAudioTypes: layout tags, the number before the lower 16 bits, which count the channels
_APPLE_TAGS: dict[int, str] = {
    100: "FC", 101: "FL FR", 102: "FL FR", 103: "FL FR", 106: "FL FR", 108: "FL FR BL BR",
    113: "FL FR FC", 114: "FC FL FR", 115: "FL FR FC BC", 116: "FC FL FR BC",
    117: "FL FR FC BL BR", 118: "FL FR BL BR FC", 119: "FL FC FR BL BR", 120: "FC FL FR BL BR",
    121: "FL FR FC LFE BL BR", 122: "FL FR BL BR FC LFE", 123: "FL FC FR BL BR LFE", 124: "FC FL FR BL BR LFE",
    125: "FL FR FC LFE BL BR BC", 126: "FL FR FC LFE BL BR FLC FRC", 127: "FC FLC FRC FL FR BL BR LFE",
    128: "FL FR FC LFE SL SR BL BR",
    131: "FL FR BC", 132: "FL FR BL BR", 133: "FL FR LFE", 134: "FL FR LFE BC", 135: "FL FR LFE BL BR",
    136: "FL FR FC LFE", 137: "FL FR FC LFE BC", 138: "FL FR BL BR LFE",
    139: "FL FR BL BR FC BC", 140: "FL FR SL SR FC BL BR", 141: "FC FL FR BL BR BC",
    142: "FC FL FR BL BR BC LFE", 143: "FC FL FR SL SR BL BR",
}  # fmt: skip


def from_mask(mask: int, channels: int) -> Speakers:
    """Return the speakers of a WAVE channel mask; empty for 0, which names none."""
    named = [name for bit, name in enumerate(ORDER) if mask >> bit & 1]
    return tuple([*named, *[""] * channels][:channels]) if named else ()


def from_chan(body: bytes, channels: int) -> Speakers:
    """Return the speakers of a ``chan`` (CAF) or ``CHAN`` (AIFF) chunk; empty where it does not say.

    Source: Apple Core Audio Format Specification 1.0, Channel Layout Chunk.
    """
    if len(body) < 12:
        return ()
    tag, mask, count = (int.from_bytes(body[at : at + 4], "big") for at in (0, 4, 8))
    if tag == 0x10000:
        return from_mask(mask, channels)
    if tag:
        named = tuple(_APPLE_TAGS.get(tag >> 16, "").split())
        return named if len(named) == channels else ()
    labels = [int.from_bytes(body[at : at + 4], "big") for at in range(12, 12 + 20 * min(count, channels), 20)]
    names = tuple(_APPLE_LABELS.get(label, "") for label in labels)
    return names if len(names) == channels and any(names) else ()


def named(speakers: Speakers, channels: int) -> Speakers:
    """Return a name for every channel: what the file says, or else the usual layout of that many."""
    if channels <= 2 or len(speakers) != channels:
        return DEFAULT.get(channels, ("",) * channels)
    return speakers


def sorted_order(speakers: Speakers) -> tuple[int, ...]:
    """Return which channel comes first, second ... in the one order; channels without a name come last."""
    places = {name: place for place, name in enumerate(ORDER)}
    return tuple(sorted(range(len(speakers)), key=lambda c: places.get(speakers[c], len(ORDER))))
