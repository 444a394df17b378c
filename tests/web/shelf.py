"""A source of pages without a store: songs, bounces and masters are given, sound is read from real files."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import soundfile

from bridge.model import (
    Analysis,
    Bounce,
    Handoff,
    Job,
    MasterResult,
    Readiness,
    ReferenceComparison,
    Series,
    Song,
    Zoom,
)
from bridge.songs.actions import Action, PageReply
from bridge.songs.comparisons import ComparisonState, ReferencesState
from bridge.store import BounceSummary, StoredMaster
from bridge.web.records import (
    AudioKind,
    AudioSlice,
    BouncePage,
    BusEffectRecord,
    ListeningPlace,
    MasterOptions,
    MasterPage,
    PageQuestion,
    PlaybackLevel,
    SongCard,
    SongPage,
    Sound,
    StandingWarning,
)


def verdict(analysis: Analysis | None) -> str | None:
    if analysis is None:
        return None
    kinds = {finding.kind for finding in analysis.findings}
    return "fault" if "fault" in kinds else "listen" if "listen" in kinds else "fine"


@dataclass
class Shelf:
    """Songs on a shelf."""

    shelved: list[Song] = field(default_factory=list)
    bounces: dict[int, tuple[Bounce, Analysis | None]] = field(default_factory=dict)
    masters: dict[int, tuple[int, MasterResult]] = field(default_factory=dict)
    jobs: dict[int, Job] = field(default_factory=dict)
    standing: list[StandingWarning] = field(default_factory=list)
    quiet: bool = False
    sheet: Handoff | None = None
    readiness: Readiness | None = None
    checklist: tuple[ListeningPlace, ...] = ()
    master_bus: tuple[str, ...] = ("Pro-L 2 (loudness)",)
    besides: dict[tuple[Sound, Sound], ComparisonState] = field(default_factory=dict)
    zooms: dict[Sound, tuple[Zoom, ...]] = field(default_factory=dict)
    loudnesses: dict[Sound, Series] = field(default_factory=dict)
    reference_paths: dict[int, str] = field(default_factory=dict)
    compared: ReferenceComparison | None = None
    references: ReferencesState = field(default_factory=ReferencesState)
    bus_adds: BusEffectRecord | None = None
    questions: tuple[PageQuestion, ...] = ()
    asked: list[Action] = field(default_factory=list)
    closed: bool = False
    reply: PageReply = field(default_factory=lambda: PageReply(ok=True, message="Done."))

    def add_song(self, name: str = "Second Wind") -> Song:
        song = Song(id=len(self.shelved) + 1, name=name, folder="/music", created_at=1.79e9)
        self.shelved.append(song)
        return song

    def add_bounce(self, song: Song, analysis: Analysis | None, path: str | None = None) -> Bounce:
        number = len(self.bounces) + 1
        revision = sum(bounce.song_id == song.id for bounce, _ in self.bounces.values()) + 1
        bounce = Bounce(
            id=number,
            song_id=song.id,
            song=song.name,
            revision=revision,
            label=f"v{revision}",
            sha256=analysis.sha256 if analysis else f"{number:064x}",
            path=path or (analysis.file if analysis else f"/music/{song.name} v{revision}.wav"),
            size_bytes=1000,
            source="folder",
            seen_at=1.79e9 + 3600 * number,
        )
        self.bounces[number] = (bounce, analysis)
        return bounce

    def add_master(self, bounce: Bounce, result: MasterResult) -> int:
        number = len(self.masters) + 1
        self.masters[number] = (bounce.id, result)
        return number

    def ask(self, action: Action) -> PageReply:
        self.asked.append(action)
        return self.reply

    def songs(self) -> list[SongCard]:
        cards = []
        for song in self.shelved:
            own = [(b, a) for b, a in self.bounces.values() if b.song_id == song.id]
            last, analysis = own[-1] if own else (None, None)
            cards.append(
                SongCard(
                    song=song,
                    revisions=len(own),
                    masters=sum(self.bounces[b][0].song_id == song.id for b, _ in self.masters.values()),
                    last=last,
                    verdict=verdict(analysis),  # type: ignore[arg-type]
                    mode="mixing",
                )
            )
        return cards

    def song(self, song_id: int) -> SongPage | None:
        song = next((song for song in self.shelved if song.id == song_id), None)
        if song is None:
            return None
        rows = [
            BounceSummary(
                bounce=bounce,
                verdict=verdict(analysis),  # type: ignore[arg-type]
                summary="",
                integrated_lufs=analysis.measurement.integrated_lufs if analysis else None,
                true_peak_dbtp=analysis.measurement.true_peak_dbtp if analysis else None,
                duration_s=analysis.format.duration_s if analysis else None,
            )
            for bounce, analysis in reversed(self.bounces.values())
            if bounce.song_id == song_id
        ]
        masters = [row for b in rows for row in self._masters_of(b.bounce.id)]
        return SongPage(
            song=song,
            bounces=tuple(rows),
            masters=tuple(masters),
            mode="mixing",
            hides_loudness=self.quiet,
            questions=self.questions,
        )

    def _masters_of(self, bounce_id: int) -> list[StoredMaster]:
        return [
            StoredMaster(
                id=number,
                bounce_id=bounce_id,
                revision=self.bounces[bounce_id][0].revision,
                target=result.target,
                path=result.output,
                made_at=1.79e9,
                integrated_lufs=result.after.integrated_lufs,
                true_peak_dbtp=result.after.true_peak_dbtp,
            )
            for number, (of, result) in self.masters.items()
            if of == bounce_id
        ]

    def bounce(self, bounce_id: int) -> BouncePage | None:
        if bounce_id not in self.bounces:
            return None
        bounce, analysis = self.bounces[bounce_id]
        return BouncePage(
            bounce=bounce,
            analysis=analysis,
            analysed_at=1.79e9,
            master_job=self.jobs.get(bounce_id),
            mode="mixing",
            hides_loudness=self.quiet,
            sheet=self.sheet,
            readiness=self.readiness,
            checklist=self.checklist,
            master_bus=self.master_bus,
            references=self.references,
            bus_adds=self.bus_adds,
            masters=tuple(self._masters_of(bounce_id)),
        )

    def master(self, master_id: int) -> MasterPage | None:
        if master_id not in self.masters:
            return None
        bounce_id, result = self.masters[master_id]
        bounce, mix = self.bounces[bounce_id]
        services = (PlaybackLevel(name="spotify", label="Spotify", level_lufs=-14.0, turns_up=True, peak_dbtp=-1.0),)
        return MasterPage(
            id=master_id,
            made_at=1.79e9,
            result=result,
            bounce=bounce,
            mix=mix,
            curves=result.drawn.curves if result.drawn is not None else None,
            beside=self.besides.get((("bounce", bounce_id), ("master", master_id)), ComparisonState()),
            references=self.references,
            playback=services,
        )

    def close(self) -> None:
        self.closed = True

    def warnings(self) -> list[StandingWarning]:
        return self.standing

    def options(self) -> MasterOptions:
        return MasterOptions(
            targets=(("spotify", "Spotify"), ("cd", "CD")), presets=(("untouched", "Level only"), ("punch", "Punch"))
        )

    def beside(self, a: Sound, b: Sound) -> ComparisonState | None:
        return self.besides.get((a, b), ComparisonState())

    def loudness(self, kind: AudioKind, item_id: int) -> Series | None:
        return self.loudnesses.get((kind, item_id))

    def zoom(self, kind: AudioKind, item_id: int, level: int) -> Zoom | None:
        zooms = self.zooms.get((kind, item_id), ())
        return zooms[level] if level < len(zooms) else None

    def zoom_steps(self, kind: AudioKind, item_id: int) -> list[float]:
        return [zoom.step_s for zoom in self.zooms.get((kind, item_id), ())]

    def audio_path(self, kind: AudioKind, item_id: int) -> str | None:
        if kind == "reference":
            return self.reference_paths.get(item_id)
        if kind == "master":
            return self.masters[item_id][1].output if item_id in self.masters else None
        return self.bounces[item_id][0].path if item_id in self.bounces else None

    def audio(self, kind: AudioKind, item_id: int, start: int, frames: int) -> AudioSlice | None:
        path = self.audio_path(kind, item_id)
        if path is None or not Path(path).is_file():
            return None
        with soundfile.SoundFile(path) as file:
            file.seek(min(start, file.frames))
            data = file.read(frames, dtype="float32", always_2d=True)
            return AudioSlice(
                rate_hz=file.samplerate,
                channels=file.channels,
                frames=file.frames,
                start=start,
                data=np.ascontiguousarray(data, dtype="<f4").tobytes(),
            )
