"""What the pages show, read from the store over a connection of their own that cannot write."""

from pathlib import Path

from msgspec.structs import replace

from bridge.model import Bounce, Mode, Series, Zoom
from bridge.policy.bus.dual_print import effect_rows
from bridge.policy.mastering.presets import load_presets
from bridge.policy.mastering.targets import load_targets
from bridge.policy.song.handoff import sheet_notes
from bridge.policy.song.modes import MEANING, QUESTIONS, hides_loudness
from bridge.settings.config import Config
from bridge.songs.comparisons import ComparisonState, ReferencesState, beside, references
from bridge.songs.service import SongService
from bridge.store import Store, StoredMaster
from bridge.web.records import (
    AudioKind,
    AudioSlice,
    BouncePage,
    BusEffectRecord,
    HistoryEntry,
    ListeningPlace,
    MasterOptions,
    MasterPage,
    PageQuestion,
    SongCard,
    SongPage,
    Sound,
    StandingWarning,
)
from bridge.web.rows import history_words, playback_of, warned
from bridge.web.sounds import Sounds

_HISTORY_LINES = 100


class StoreQueries:
    """Reads for the pages' server; the connection is opened by, and belongs to, the first thread that reads."""

    def __init__(self, store_path: Path, config: Config, settings_folder: Path | None = None) -> None:
        self._path = store_path
        self._config = config
        self._opened: Store | None = None
        self._written: SongService | None = None
        own = settings_folder or Path()  # a person's own targets and presets lie beside the configuration
        self._targets = load_targets(own / "targets.toml" if settings_folder else None)
        self._presets = load_presets(own / "presets.toml" if settings_folder else None)

    @property
    def _store(self) -> Store:
        if self._opened is None:
            self._opened = Store.open(self._path, read_only=True)
        return self._opened

    @property
    def _song_service(self) -> SongService:
        if self._written is None:
            self._written = SongService(self._store, self._config)
        return self._written

    @property
    def _sounds(self) -> Sounds:
        return Sounds(self._store)

    def close(self) -> None:
        """Close the connection; called from the thread that reads."""
        if self._opened is not None:
            self._opened.close()
            self._opened = self._written = None

    def songs(self) -> list[SongCard]:
        """Return all songs, the one with the newest bounce first."""
        masters = self._store.results.masters_by_song()
        cards = []
        standing = self.warnings()
        for song in self._store.bounces.songs():
            bounces = self._store.bounces.of_song(song.id)
            last = bounces[-1] if bounces else None
            cards.append(
                SongCard(
                    song=song,
                    revisions=len(bounces),
                    masters=masters.get(song.id, 0),
                    last=last,
                    verdict=self._store.results.verdict(last.id) if last is not None else None,
                    mode=self._song_service.mode(song.id).mode,
                    warnings=sum(warned.song_id == song.id for warned in standing),
                )
            )
        return sorted(cards, key=lambda card: -(card.last.seen_at if card.last is not None else 0.0))

    def song(self, song_id: int) -> SongPage | None:
        """Return one song with its bounces, newest first."""
        song = self._store.bounces.song(song_id)
        if song is None:
            return None
        bounces = self._store.results.summaries(song_id)
        mode = self._song_service.mode(song_id)
        return SongPage(
            song=song,
            mode=mode.mode,
            modes=tuple(self._store.song_state.modes(song_id=song_id)),
            mode_why=mode.why,
            mode_means=MEANING[mode.mode],
            hides_loudness=hides_loudness(mode.mode),
            rest_until=self._rest_until(bounces[-1].bounce) if bounces else None,
            warnings=tuple(warned for warned in self.warnings() if warned.song_id == song_id),
            bounces=tuple(reversed(bounces)),
            masters=self._titled(self._store.results.masters_of_song(song_id)),
            history=tuple(self._history(song_id)),
            questions=self._questions(song_id, mode.mode),
        )

    def _questions(self, song_id: int, mode: Mode) -> tuple[PageQuestion, ...]:
        said = {r.question: r.text for r in self._store.song_state.replies(song_id) if r.mode == mode}
        return tuple(PageQuestion(key=q.key, text=q.text, answer=said.get(q.key, "")) for q in QUESTIONS[mode])

    def _history(self, song_id: int) -> list[HistoryEntry]:
        entries = []
        for event in self._store.history.newest(song_id=song_id, limit=_HISTORY_LINES):
            words = history_words(event.kind, event.data)
            if words:
                entries.append(HistoryEntry(at=event.at, words=words))
        return entries

    def bounce(self, bounce_id: int) -> BouncePage | None:
        """Return one bounce with its analysis."""
        bounce = self._store.bounces.find(bounce_id)
        if bounce is None:
            return None
        found = self._sounds.analysis(bounce)
        mode = self._song_service.mode(bounce.song_id).mode
        sheet = self._song_service.sheet(bounce)
        return BouncePage(
            bounce=bounce,
            mode=mode,
            hides_loudness=hides_loudness(mode),
            sheet=sheet,
            readiness=self._song_service.readiness(bounce) if found is not None else None,
            remarks=self._remarks(bounce),
            checklist=tuple(
                ListeningPlace(place=heard.place, heard_at=heard.heard_at, note=heard.note)
                for heard in self._song_service.heard(bounce)
            ),
            master_bus=tuple(f"{item.name} ({item.purpose})" for item in self._song_service.bus(bounce)),
            rest_until=self._rest_until(bounce),
            bus_adds=self._bus_adds(bounce),
            references=references(self._store, bounce, sheet),
            analysis=found[0] if found is not None else None,
            analysed_at=found[1] if found is not None else None,
            job=self._store.jobs.last_of("analyse", bounce_id),
            master_job=self._store.jobs.last_of("master", bounce_id),
            masters=self._titled(self._store.results.masters(bounce_id)),
        )

    def _titled(self, masters: list[StoredMaster]) -> tuple[StoredMaster, ...]:
        """Return masters newest first, each with its target's name for people."""
        return tuple(replace(master, target=self._title(master.target)) for master in reversed(masters))

    def _title(self, name: str) -> str:
        target = self._targets.get(name)
        return target.title if target is not None else name

    def master(self, master_id: int) -> MasterPage | None:
        """Return one master with its mix."""
        kept, result = self._store.results.master(master_id), self._store.results.master_result(master_id)
        if kept is None or result is None:
            return None
        bounce = self._store.bounces.find(kept.bounce_id) if kept.bounce_id is not None else None
        found = self._sounds.analysis(bounce) if bounce is not None else None
        sheet = self._song_service.sheet(bounce) if bounce is not None else None
        pair = self.beside(("bounce", bounce.id), ("master", master_id)) if bounce is not None else None
        return MasterPage(
            id=master_id,
            made_at=kept.made_at,
            result=result,
            target_title=self._title(result.target),
            bounce=bounce,
            mix=found[0] if found is not None else None,
            curves=self._sounds.curves(result.output_sha256),
            beside=pair or ComparisonState(),
            references=references(self._store, bounce, sheet) if bounce is not None else ReferencesState(),
            notes=sheet_notes(sheet),
            playback=tuple(
                playback_of(name, target) for name, target in self._targets.items() if target.playback != "none"
            ),
        )

    def warnings(self) -> list[StandingWarning]:
        """Return all warnings that stand, as the running bridge last published them."""
        published = self._store.runtime.published("bridge")
        return warned(published[0] if published is not None else {})

    def _remarks(self, bounce: Bounce) -> tuple[str, ...]:
        """Return what was done with a bounce although something stood in the way."""
        overrides = self._store.song_state.overrides(bounce.id)
        return tuple(f"Went on anyway: {override.what} {override.reason}".strip() for override in overrides)

    def _bus_adds(self, bounce: Bounce) -> BusEffectRecord | None:
        """Return what the master bus adds, when a bounce was printed with and without it and both were examined."""
        effect, pair = self._song_service.bus_effect(bounce), self._song_service.prints(bounce)
        if effect is None or pair is None:
            return None
        return BusEffectRecord(sentence=effect.sentence, wet=pair[0], dry=pair[1], rows=effect_rows(effect))

    def _rest_until(self, bounce: Bounce) -> float | None:
        rest = self._song_service.rest(bounce)
        return rest.until if rest is not None and not rest.is_over else None

    def options(self) -> MasterOptions:
        """Return what a master can be made with, the configured target first."""
        names = sorted(self._targets, key=lambda name: name != self._config.master.target)
        return MasterOptions(
            targets=tuple((name, self._targets[name].title) for name in names),
            presets=tuple((name, preset.title) for name, preset in self._presets.items()),
        )

    def audio_path(self, kind: AudioKind, item_id: int) -> str | None:
        """Return the sound file of a bounce or master if it is still the file that was recorded."""
        return self._sounds.path(kind, item_id)

    def audio(self, kind: AudioKind, item_id: int, start: int, frames: int) -> AudioSlice | None:
        """Return a stretch of sound as float32."""
        return self._sounds.slice(kind, item_id, start, frames)

    def loudness(self, kind: AudioKind, item_id: int) -> Series | None:
        """Return the short-term loudness of a bounce or master as finely as it was kept."""
        return self._sounds.loudness(kind, item_id)

    def zoom(self, kind: AudioKind, item_id: int, level: int) -> Zoom | None:
        """Return the waveform of a bounce at one zoom."""
        return self._sounds.zoom(kind, item_id, level)

    def zoom_steps(self, kind: AudioKind, item_id: int) -> list[float]:
        """Return the step of every zoom in seconds, the finest first."""
        return self._sounds.zoom_steps(kind, item_id)

    def beside(self, a: Sound, b: Sound) -> ComparisonState | None:
        """Return how B differs from A, as far as that is known; None when one of them is not known."""
        files = self._sounds.known(a), self._sounds.known(b)
        return beside(self._store, files[0], files[1]) if files[0] is not None and files[1] is not None else None
