"""What is played: tempo, sections, chords, melody and drum patterns, as plain data in bars, beats and MIDI notes."""

from dataclasses import dataclass

TEMPO_BPM = 104
BEATS_PER_BAR = 4


@dataclass(frozen=True, slots=True)
class Chord:
    """One bar of harmony: the bass's note and the voicing above it."""

    root: int
    voicing: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Note:
    """A melody note: where in the section (beats), which, how long (beats), how hard (0..1)."""

    beat: float
    midi: int
    beats: float
    velocity: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A section of the song: its name, how it is played, one chord a bar, its melody."""

    name: str
    loud: bool
    chords: tuple[Chord, ...]
    melody: tuple[Note, ...]
    fill: bool  # its last bar ends with a drum fill

    @property
    def bars(self) -> int:
        """How many bars it has."""
        return len(self.chords)


AM9 = Chord(33, (55, 60, 64, 71))
FMAJ7 = Chord(29, (57, 60, 64, 67))
CMAJ7 = Chord(36, (55, 59, 64, 67))
G6 = Chord(31, (55, 59, 62, 64))
F = Chord(29, (53, 60, 65, 69))
G = Chord(31, (55, 59, 67, 71))
AM = Chord(33, (57, 60, 64, 72))
C_OVER_E = Chord(28, (55, 60, 67, 72))
DM9 = Chord(26, (57, 60, 64, 65))
ESUS = Chord(28, (57, 59, 64, 69))
E7 = Chord(28, (56, 59, 62, 68))
C = Chord(36, (55, 60, 64, 67))

_VERSE_MELODY = (
    Note(0.5, 76, 1.0, 0.5),
    Note(1.5, 72, 0.5, 0.4),
    Note(2.0, 71, 1.5, 0.5),
    Note(5.0, 69, 0.5, 0.4),
    Note(5.5, 72, 0.5, 0.45),
    Note(6.0, 76, 2.0, 0.5),
    Note(8.5, 79, 1.0, 0.55),
    Note(9.5, 76, 0.5, 0.4),
    Note(10.0, 74, 1.5, 0.5),
    Note(13.0, 74, 0.5, 0.45),
    Note(13.5, 71, 0.5, 0.4),
    Note(14.0, 67, 2.0, 0.5),
)

_HOOK = (
    Note(0.0, 72, 1.0, 0.8),
    Note(1.0, 77, 0.5, 0.8),
    Note(1.5, 76, 1.0, 0.75),
    Note(2.5, 72, 0.5, 0.7),
    Note(3.0, 74, 1.0, 0.8),
    Note(4.0, 74, 1.5, 0.85),
    Note(5.5, 71, 0.5, 0.7),
    Note(6.0, 67, 1.5, 0.75),
    Note(7.5, 71, 0.5, 0.7),
    Note(8.0, 72, 1.0, 0.85),
    Note(9.0, 76, 0.5, 0.8),
    Note(9.5, 79, 1.5, 0.9),
    Note(11.0, 76, 1.0, 0.8),
)
_HOOK_OPEN = (*_HOOK, Note(12.0, 74, 1.0, 0.8), Note(13.0, 72, 0.5, 0.7), Note(13.5, 74, 2.0, 0.85))
_HOOK_HIGH = (*_HOOK, Note(12.0, 79, 1.0, 0.9), Note(13.0, 81, 0.5, 0.9), Note(13.5, 79, 2.2, 0.95))

PASSAGES = (
    Passage("verse", False, (AM9, FMAJ7, CMAJ7, G6), _VERSE_MELODY, True),
    Passage("chorus", True, (F, G, AM, C_OVER_E), _HOOK_OPEN, False),
    Passage("break", False, (DM9, ESUS), (Note(0.5, 77, 1.0, 0.45), Note(2.0, 76, 2.0, 0.5)), True),
    Passage("last chorus", True, (F, G, AM, C_OVER_E), _HOOK_HIGH, False),
)
FINAL_CHORD = C
FINAL_NOTE = 72
