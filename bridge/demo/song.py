"""Composes the demo's song: places the score's notes on the mixer's channels and balances them."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from bridge.demo import instruments
from bridge.demo.score import BEATS_PER_BAR, FINAL_CHORD, FINAL_NOTE, PASSAGES, TEMPO_BPM, Passage
from bridge.demo.strip import Hall, Strip
from bridge.demo.synth import Signal, decay, frames_of

TITLE = "Second Wind"
MIN_RATE_HZ, MAX_RATE_HZ = 22050, 192000
_SEED = 20240229
_HEAD_S = 0.3  # silence before the first note, so that a cut attack would be heard
_TAIL_S = 4.4  # the last chord, its room, and half a second of nothing
_FADE_S = 1.6
_SILENT_END_S = 0.5
_PEAK = 10 ** (-6 / 20)  # the mix peaks at -6 dBFS, as mixes that go to mastering usually do
_BEAT_S = 60 / TEMPO_BPM


@dataclass(frozen=True, slots=True)
class SongPart:
    """A section of the song and when it plays."""

    name: str
    start_s: float
    end_s: float
    loud: bool


@dataclass(frozen=True, slots=True)
class DemoSong:
    """A composed song.

    ``parts`` holds the stereo stems ``(frames, 2)`` in the mixer's order; ``mix`` is their sum, with nothing on it.
    """

    title: str
    rate_hz: int
    tempo_bpm: float
    parts: Mapping[str, NDArray[np.float64]]
    mix: NDArray[np.float64]
    sections: tuple[SongPart, ...]

    @property
    def duration_s(self) -> float:
        """How long it is."""
        return len(self.mix) / self.rate_hz


class _Band:
    """The channels while the song is being played into them."""

    def __init__(self, frames: int, rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self.rng = np.random.Generator(np.random.PCG64(_SEED))
        self.drums, self.bass, self.chords, self.lead = (Strip(frames, rate_hz) for _ in range(4))
        self.kicks_s: list[float] = []
        self.kick = instruments.kick(rate_hz, self.rng)
        self.snare = instruments.snare(rate_hz, self.rng)
        self.closed_hats = [instruments.hat(rate_hz, self.rng, ring_s=0.09) for _ in range(4)]
        self.open_hat = instruments.hat(rate_hz, self.rng, ring_s=0.5)
        self.crash = instruments.crash(rate_hz, self.rng)
        self.toms = [instruments.tom(midi, rate_hz, self.rng) for midi in (50, 45, 41)]
        # What owes nothing to chance is played once and placed where it comes again.
        self.electric_piano = cache(partial(instruments.electric_piano, rate_hz=rate_hz))
        self.bass_note = cache(partial(instruments.bass, rate_hz=rate_hz))

    def loosely(self, at_s: float) -> float:
        """Return a time a few milliseconds off, as people play."""
        return max(0.0, at_s + 0.003 * float(np.clip(self.rng.standard_normal(), -2, 2)))

    def touch(self) -> float:
        """Return a gain within about a decibel of 1, as people play."""
        return 10 ** (0.6 * float(np.clip(self.rng.standard_normal(), -2, 2)) / 20)


def compose(rate_hz: int = 44100) -> DemoSong:
    """Compose the demo's song: 37 s, a quiet verse, a loud chorus, a break, a last chorus and a held chord.

    Parameters
    ----------
    rate_hz
        Sample rate, 22,050 to 192,000 Hz.

    Returns
    -------
    DemoSong
        Stems and mix, float64, ``(frames, 2)``, the mix peaking at -6 dBFS. The same rate gives the same samples.

    Raises
    ------
    ValueError
        If the rate is outside that range.
    """
    if not MIN_RATE_HZ <= rate_hz <= MAX_RATE_HZ:
        raise ValueError(f"rate_hz is {rate_hz}; it must be from {MIN_RATE_HZ} to {MAX_RATE_HZ}")
    sections, music_end_s = _timeline()
    frames = frames_of(music_end_s + _TAIL_S, rate_hz)
    band = _Band(frames, rate_hz)
    for passage, section in zip(PASSAGES, sections, strict=False):
        _play_drums(band, passage, section.start_s)
        _play_bass(band, passage, section.start_s)
        _play_chords(band, passage, section.start_s)
        _play_melody(band, passage, section.start_s)
    _play_ending(band, music_end_s)
    band.chords.duck(_ducking(band, frames))
    hall = Hall(frames, rate_hz, band.rng)
    edge = _edges(frames, rate_hz)[:, np.newaxis]
    stems = {
        name: strip.render(hall) * edge
        for name, strip in (("Drums", band.drums), ("Bass", band.bass), ("Chords", band.chords), ("Lead", band.lead))
    }
    level = _PEAK / float(np.max(np.abs(_sum(stems))))
    stems = {name: np.ascontiguousarray(stem * level) for name, stem in stems.items()}
    mix = _sum(stems)
    return DemoSong(TITLE, rate_hz, float(TEMPO_BPM), MappingProxyType(stems), mix, sections)


def _sum(stems: Mapping[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the stems' sum, added in the mixer's order so that the last bit is always the same."""
    first, *others = stems.values()
    total = first.copy()
    for stem in others:
        total += stem
    return total


def _timeline() -> tuple[tuple[SongPart, ...], float]:
    """Return the sections and when the last chord falls."""
    sections = []
    at_s = _HEAD_S
    for passage in PASSAGES:
        end_s = at_s + passage.bars * BEATS_PER_BAR * _BEAT_S
        sections.append(SongPart(passage.name, at_s, end_s, passage.loud))
        at_s = end_s
    sections.append(SongPart("ending", at_s, at_s + _TAIL_S, loud=False))
    return tuple(sections), at_s


def _edges(frames: int, rate_hz: int) -> Signal:
    """Return the song's outer shape: exact silence at the head, a fade and exact silence at the end."""
    shape = np.ones(frames)
    shape[: frames_of(_HEAD_S * 0.9, rate_hz)] = 0.0
    silent, fade = frames_of(_SILENT_END_S, rate_hz), frames_of(_FADE_S, rate_hz)
    shape[frames - silent - fade : frames - silent] = 0.5 + 0.5 * np.cos(np.pi * (np.arange(fade) + 1) / fade)
    shape[frames - silent :] = 0.0
    return shape


def _ducking(band: _Band, frames: int) -> Signal:
    """Return the gain by which the chords give way to each kick."""
    dip_frames = frames_of(0.26, band.rate_hz)
    dip = 1 - 0.38 * decay(dip_frames, 0.45, band.rate_hz) * np.minimum(
        1.0, np.arange(dip_frames) / frames_of(0.004, band.rate_hz)
    )
    envelope = np.ones(frames)
    for at_s in band.kicks_s:
        start = round(at_s * band.rate_hz)
        end = min(frames, start + dip_frames)
        envelope[start:end] = np.minimum(envelope[start:end], dip[: end - start])
    return envelope


def _play_drums(band: _Band, passage: Passage, start_s: float) -> None:
    """Play brushes of hat and a soft kick in quiet passages, the whole kit in loud ones."""
    steps = passage.bars * BEATS_PER_BAR * 4  # sixteenths
    fill_from = steps - 6 if passage.fill else steps
    if passage.loud:
        band.drums.add(start_s, band.crash, 0.8, place=0.3, send=0.25)
    for step in range(steps):
        at_s, in_bar = start_s + step * _BEAT_S / 4, step % 16
        if step >= fill_from:
            gain = 0.2 + 0.05 * (step - fill_from)
            number = (step - fill_from) // 2
            band.drums.add(at_s, band.toms[number], gain * band.touch(), place=(-0.4, 0.0, 0.4)[number], send=0.3)
            continue
        if in_bar in ((0, 6, 8, 11) if passage.loud else (0, 10)):
            _hit_kick(band, at_s, 0.62 if passage.loud else 0.24)
        if passage.loud and in_bar in (4, 12):
            band.drums.add(at_s, band.snare, 0.92 * band.touch(), send=0.3)
        if passage.loud and in_bar == 14 and step % 32 > 16:
            band.drums.add(band.loosely(at_s), band.snare, 0.16 * band.touch(), send=0.3)
        if not passage.loud and in_bar == 12:
            band.drums.add(band.loosely(at_s), band.snare, 0.1 * band.touch(), send=0.8)
        _hit_hat(band, at_s, in_bar, loud=passage.loud)


def _hit_kick(band: _Band, at_s: float, gain: float) -> None:
    """Hit the bass drum and remember when."""
    band.drums.add(at_s, band.kick, gain * band.touch(), send=0.03)
    band.kicks_s.append(at_s)


def _hit_hat(band: _Band, at_s: float, in_bar: int, *, loud: bool) -> None:
    """Play the hi-hat's part of one sixteenth."""
    if loud and in_bar in (2, 10):
        band.drums.add(at_s, band.open_hat, 0.5 * band.touch(), place=-0.35, send=0.12)
    elif in_bar % 2 == 0 or (loud and in_bar in (7, 15)):
        accent = 1.0 if in_bar % 4 == 0 else 0.6
        stroke = band.closed_hats[int(band.rng.integers(4))]
        gain = (0.75 if loud else 0.24) * accent * band.touch()
        band.drums.add(band.loosely(at_s), stroke, gain, place=-0.35, send=0.1)


def _play_bass(band: _Band, passage: Passage, start_s: float) -> None:
    """Hold roots in quiet passages; push eighths with octaves in loud ones."""
    for bar, chord in enumerate(passage.chords):
        bar_s = start_s + bar * BEATS_PER_BAR * _BEAT_S
        if passage.loud:
            pattern = [(0.5 * n, 0.46, 12 if n in (3, 6) else 0, 0.40) for n in range(8)]
        else:
            pattern = [(0.0, 2.3, 0, 0.17), (2.5, 1.3, 0, 0.14)]
        for beat, beats, up, gain in pattern:
            note = band.bass_note(chord.root + up, beats * _BEAT_S, 1.2 if passage.loud else 0.2)
            band.bass.add(bar_s + beat * _BEAT_S, note, gain * band.touch(), send=0.02)


def _play_chords(band: _Band, passage: Passage, start_s: float) -> None:
    """Break the chords on the electric piano when it is quiet; strike them and add the pad when it is loud."""
    for bar, chord in enumerate(passage.chords):
        bar_s = start_s + bar * BEATS_PER_BAR * _BEAT_S
        if passage.loud:
            for beat, beats in ((0.0, 1.4), (1.5, 1.0), (2.5, 1.4)):
                _strike(band, chord.voicing, bar_s + beat * _BEAT_S, beats * _BEAT_S, 0.8, 0.19)
            for midi in chord.voicing:
                sound = instruments.pad(midi, BEATS_PER_BAR * _BEAT_S + 0.15, 0.8, band.rate_hz, band.rng)
                band.chords.add(bar_s, sound, 0.16, send=0.3)
        else:
            for step, tone in enumerate((0, 1, 2, 3, 2, 1, 2, 3)):
                velocity = 0.42 + 0.1 * (step == 0)
                at_s = band.loosely(bar_s + 0.5 * step * _BEAT_S)
                sound = band.electric_piano(chord.voicing[tone], 2.2 * _BEAT_S, velocity)
                band.chords.add(at_s, sound, 0.12 * band.touch(), place=(-0.45, -0.15, 0.15, 0.45)[tone], send=0.5)


def _strike(
    band: _Band, voicing: tuple[int, ...], at_s: float, duration_s: float, velocity: float, gain: float
) -> None:
    """Strike a chord on the electric piano, low notes left, high notes right."""
    for index, midi in enumerate(voicing):
        place = -0.5 + index / (len(voicing) - 1)
        sound = band.electric_piano(midi, duration_s, velocity)
        band.chords.add(band.loosely(at_s), sound, gain * band.touch(), place=place, send=0.3)


def _play_melody(band: _Band, passage: Passage, start_s: float) -> None:
    """Pluck the melody in quiet passages, sing it in loud ones, with echoes to both sides."""
    for note in passage.melody:
        at_s = band.loosely(start_s + note.beat * _BEAT_S)
        if passage.loud:
            sound = instruments.lead(note.midi, note.beats * _BEAT_S, note.velocity, band.rate_hz)
            gain, echo = 0.40, 0.22
        else:
            sound = instruments.pluck(note.midi, note.beats * _BEAT_S + 0.5, note.velocity, band.rate_hz)
            gain, echo = 0.15, 0.35
        band.lead.add(at_s, sound, gain * band.touch(), send=0.45)
        for repeat, place in ((1, -0.75), (2, 0.75)):
            delay_s = 0.75 * repeat * _BEAT_S
            band.lead.add(at_s + delay_s, sound, gain * echo**repeat, place=place, send=0.3)


def _play_ending(band: _Band, at_s: float) -> None:
    """Let the last chord ring."""
    _hit_kick(band, at_s, 0.55)
    band.drums.add(at_s, band.crash, 0.6, place=0.3, send=0.3)
    band.bass.add(at_s, band.bass_note(FINAL_CHORD.root, 2.6, 0.6), 0.34, send=0.02)
    _strike(band, FINAL_CHORD.voicing, at_s, 3.2, 0.65, 0.2)
    for midi in FINAL_CHORD.voicing:
        band.chords.add(at_s, instruments.pad(midi, 2.4, 0.6, band.rate_hz, band.rng), 0.13, send=0.4)
    sound = instruments.lead(FINAL_NOTE, 2.2, 0.7, band.rate_hz)
    band.lead.add(at_s, sound, 0.3, send=0.5)
