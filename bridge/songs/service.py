"""What is known of a song beyond its sound: mode, sheets, rest, ticks, readiness, dual prints.

Used by the running bridge and by the commands alike; everything goes through the store, so either works alone.
"""

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from bridge.errors import DriveHangsError, UsageError
from bridge.model import (
    Bounce,
    BusItem,
    Handoff,
    ListeningTick,
    Mode,
    ModeChange,
    Readiness,
    Reason,
    Song,
)
from bridge.pathtext import to_path
from bridge.policy.bus import dual_print
from bridge.policy.song import checklist, handoff, modes, rest
from bridge.policy.song.readiness import asked_key, in_the_way, readiness
from bridge.policy.song.rest import Rest
from bridge.policy.song.titles import bounce_title, number_title, song_title
from bridge.report.report_files import ReportError, write_sidecar
from bridge.settings.config import Config
from bridge.songs.finding import SongFinder
from bridge.songs.job_requests import report_folder
from bridge.store import Store
from bridge.text import nearest, plain_text

log = logging.getLogger(__name__)


class Sidecars(NamedTuple):
    """The copies of a sheet beside its bounce, for people and for other programs."""

    files: tuple[str, ...] = ()
    problem: str = ""  # why there are none


_MOST_PRINTS = 200  # ours: the two prints of a mix land one soon after the other


class SongService:
    """Reads and writes what people said about their songs.

    Parameters
    ----------
    store, config
        Where it is kept, and the person's settings.
    wall
        POSIX seconds.
    """

    def __init__(self, store: Store, config: Config, wall: Callable[[], float] = time.time) -> None:
        self.store = store
        self.finder = SongFinder(store)
        self.config = config
        self.wall = wall
        # Set by whoever has a thread for the drive: where that hangs, `DriveHangsError` is raised.
        self.write: Callable[[Path, Callable[[], tuple[str, ...]]], tuple[str, ...]] = lambda _, write: write()

    # songs and bounces ------------------------------------------------------------------------------------------

    def song(self, text: str) -> Song:
        """Return the song a person named: its name, a part of it that no other holds, or the path of a bounce.

        Raises
        ------
        UsageError
            There is none, or several; the message lists them.
        """
        return self.finder.song(text)

    def bounce_named(self, text: str, number: int | None = None) -> Bounce:
        """Return the bounce a person named: a song, ``SONG:3``, or its path; raises UsageError when there is none."""
        return self.finder.bounce(text, number)

    def bounce(self, song: Song, revision: int | None = None) -> Bounce:
        """Return a bounce of a song, the newest without a number; raises UsageError when there is none."""
        return self.finder.numbered(song, revision)

    # modes ------------------------------------------------------------------------------------------------------

    def mode(self, song_id: int) -> ModeChange:
        """Return the mode a song is in and where that is known from."""
        return modes.current(self.store.song_state.modes(song_id=song_id))

    def change_mode(self, song_id: int, change: ModeChange | None) -> bool:
        """Handle a change of mode if it may be taken; tell whether it was."""
        if change is None or not modes.may_replace(self.mode(song_id), change):
            return False
        with self.store.database.transaction():
            self.store.song_state.add_mode(change, song_id=song_id)
            self.store.history.add(
                "mode", {"mode": change.mode, "source": change.source, "why": change.why}, song_id=song_id
            )
        return True

    def say_mode(self, song_id: int, mode: Mode, why: str = "") -> None:
        """Read what a person said; it is kept even when the mode stays the same, so that no guess overrules it."""
        change = modes.by_person(mode, self.wall(), plain_text(why))
        if not self.change_mode(song_id, change) and self.mode(song_id).source != "person":
            self.store.song_state.add_mode(change, song_id=song_id)

    def on_landed(self, bounce: Bounce) -> None:
        """Record that a new bounce of a song has landed."""
        self.change_mode(
            bounce.song_id, modes.by_new_bounce(self.mode(bounce.song_id).mode, bounce.revision, self.wall())
        )
        self._note_prints(bounce)

    # hand-off and rest ------------------------------------------------------------------------------------------

    def sheet(self, bounce: Bounce) -> Handoff | None:
        """Return the newest version of a bounce's sheet, None when it has none."""
        sheets = self.store.song_state.handoffs(bounce.id)
        return sheets[-1] if sheets else None

    def hand_off(self, bounce: Bounce, sheet: Handoff) -> Sidecars:
        """Keep a sheet, begin the rest when it says complete, write its copies beside the bounce.

        The rest begins with the first complete sheet: mending a word does not begin it anew. Where copies cannot be
        written the sheet is kept all the same.
        """
        with self.store.database.transaction():
            self.store.song_state.add_handoff(bounce.id, sheet)
            self.store.history.add(
                "handoff",
                {"intent": sheet.intent, "complete": sheet.complete},
                song_id=bounce.song_id,
                bounce_id=bounce.id,
            )
            found = self.rest(bounce)
            if found is not None and not found.is_over and self.mode(bounce.song_id).mode == "mixing":
                self.change_mode(bounce.song_id, modes.by_handoff(bounce.revision, self.wall()))
        try:
            return Sidecars(self.write(to_path(bounce.path), self._sidecars(bounce, sheet)))
        except (ReportError, DriveHangsError) as error:
            log.warning("the sheet of %s is kept, its copy is not written: %s", bounce.path, error)
            return Sidecars(problem=f"Its copy beside the bounce could not be written: {error}.")

    def _sidecars(self, bounce: Bounce, sheet: Handoff) -> Callable[[], tuple[str, ...]]:
        """Return what writes a sheet's copies beside the bounce; it needs no store, so any thread may."""
        folder = report_folder(self.config, to_path(bounce.path))
        count = len(self.store.song_state.handoffs(bounce.id))
        tail = f" – bounce {number_title(bounce)} – hand-off {count}"
        title = bounce_title(bounce)
        contents = (
            (".md", handoff.to_markdown(sheet, title).encode("utf-8", "replace")),
            (".json", handoff.to_json(sheet, bounce.song, bounce.revision, bounce.sha256)),
        )
        return lambda: tuple(
            str(write_sidecar(folder, song_title(bounce), ending, content, tail=tail)) for ending, content in contents
        )

    def rest(self, bounce: Bounce) -> Rest | None:
        """Return where the rest of a bounce stands, None when it has not begun."""
        complete = [sheet for sheet in self.store.song_state.handoffs(bounce.id) if sheet.complete]
        if not complete:
            return None
        return rest.rest_of(complete[0].written_at, self.wall(), self.config.rest.hours * 3600.0)

    def nudges(self) -> list[Bounce]:
        """Return the bounces whose rest is over and nobody was told; each is returned once."""
        due = []
        for song in self.store.bounces.songs():
            if self.mode(song.id).mode != "resting":
                continue
            bounce = self.bounce(song)
            found = self.rest(bounce)
            if found is not None and rest.nudge_is_due(found, self.store.song_state.nudged_at(bounce.id)):
                self.store.song_state.set_nudged(bounce.id, self.wall())
                due.append(bounce)
        return due

    # checklist --------------------------------------------------------------------------------------------------

    def tick(self, bounce: Bounce, place: str, note: str) -> ListeningTick:
        """Keep that a bounce was heard somewhere."""
        tick = checklist.make_tick(place, note, self.wall(), self.config.rest.places)
        self.store.song_state.add_tick(bounce.id, tick)
        return tick

    def untick(self, bounce: Bounce, place: str) -> None:
        """Take back that a bounce was heard somewhere; raises UsageError when it was not."""
        heard = [one.place for one in self.heard(bounce) if one.heard_at is not None]
        found = next((name for name in heard if name.casefold() == plain_text(place).casefold()), None)
        if found is None:
            near = next(iter(nearest(place, heard, 1)), "")
            raise UsageError(
                f"{plain_text(place) or 'nowhere'} is not ticked"
                + (f"; did you mean {near}?" if near else f"; ticked: {', '.join(heard) or 'nothing yet'}")
            )
        self.store.song_state.take_back_ticks(bounce.id, found, self.wall())
        self.store.history.add("untick", {"place": found}, song_id=bounce.song_id, bounce_id=bounce.id)

    def place_meant(self, bounce: Bounce, place: str) -> str:
        """Return the place that a new one is misspelt for, as it seems; empty when it is known, or like none."""
        return checklist.misspelt(place, [one.place for one in self.heard(bounce)])

    def heard(self, bounce: Bounce) -> tuple[checklist.PlaceHeard, ...]:
        """Return where a bounce was heard and where not yet."""
        return checklist.overview(self.store.song_state.ticks(bounce.id), self.config.rest.places)

    # readiness --------------------------------------------------------------------------------------------------

    def readiness(self, bounce: Bounce) -> Readiness:
        """Return whether a bounce is ready to be mastered, and why not."""
        stored = self.store.results.analysis(bounce.id)
        findings = None if stored is None else stored.head.findings
        pair = self.prints(bounce)
        dry = pair[1] if pair is not None and pair[1].id != bounce.id else None
        return readiness(
            findings,
            self.bus(bounce),
            self.sheet(bounce),
            self.rest(bounce),
            dry_name="" if dry is None else plain_text(to_path(dry.path).name),
        )

    def bus(self, bounce: Bounce) -> tuple[BusItem, ...]:
        """Return what was on the master bus when a bounce was made, as far as a DAW said so."""
        return self.store.sessions.bus(bounce.id) or ()

    def in_the_way(self, bounce: Bounce) -> tuple[Reason, ...]:
        """Return what stands in the way of mastering a bounce now; nothing when it is ready."""
        return in_the_way(self.readiness(bounce))

    def still_asked(self, bounce: Bounce, reasons: tuple[Reason, ...]) -> tuple[Reason, ...]:
        """Return the reasons that are asked about and were not gone past before: everything is asked once a bounce."""
        gone_past: set[str] = set()
        for row in self.store.history.newest(song_id=bounce.song_id, kind="override"):
            if row.bounce_id == bounce.id:
                gone_past.update(row.data.get("gone_past", ()))
        return tuple(reason for reason in reasons if reason.asks and asked_key(reason) not in gone_past)

    def go_on_anyway(self, bounce: Bounce, reasons: tuple[Reason, ...], why: str) -> tuple[str, ...]:
        """Write down that a bounce is mastered although something stands in the way; return it in words."""
        said = plain_text(why, 500)
        for reason in reasons:
            self.store.song_state.add_override(bounce.id, reason.text, said, self.wall())
        self.store.history.add(
            "override",
            {
                "in_the_way": [reason.text for reason in reasons],
                "reason": said,
                "gone_past": [asked_key(reason) for reason in reasons if reason.asks],
            },
            song_id=bounce.song_id,
            bounce_id=bounce.id,
        )
        return tuple(f"Made anyway: {reason.text}{f' ({said})' if said else ''}" for reason in reasons)

    def on_mastered(self, bounce: Bounce) -> None:
        """Record that a master of a bounce was made."""
        self.change_mode(bounce.song_id, modes.by_master(self.mode(bounce.song_id).mode, self.wall()))

    # dual prints ------------------------------------------------------------------------------------------------

    def prints(self, bounce: Bounce) -> tuple[Bounce, Bounce] | None:
        """Return the (wet, dry) pair that a bounce belongs to, None when it has no other print."""
        ids = self.store.song_state.prints(bounce.id)
        return None if ids is None else (self.store.bounces.by_id(ids[0]), self.store.bounces.by_id(ids[1]))

    def _note_prints(self, bounce: Bounce) -> None:
        """Recognise the other print of the same mix by its name."""
        mine = to_path(bounce.path)
        landed = (one.bounce for one in self.store.bounces.landed_last(bounce.song_id, bounce.version, _MOST_PRINTS))
        stems = {to_path(other.path).stem: other for other in landed if to_path(other.path).parent == mine.parent}
        pair = dual_print.find_pair(mine.stem, list(stems))
        if pair is not None:
            self.store.song_state.set_prints(stems[pair[0]].id, stems[pair[1]].id, "name")

    def set_prints(self, wet: Bounce, dry: Bounce) -> None:
        """Record the person's word that two bounces are prints of one mix, with its master bus and without it."""
        if wet.id == dry.id:
            raise UsageError("the two prints of a mix are two bounces; name both numbers")
        self.store.song_state.set_prints(wet.id, dry.id, "person")

    def bus_effect(self, bounce: Bounce) -> dual_print.BusEffect | None:
        """Return what the bus adds, when both prints have been examined."""
        pair = self.prints(bounce)
        if pair is None:
            return None
        wet, dry = (self.store.results.analysis(one.id) for one in pair)
        if wet is None or dry is None:
            return None
        return dual_print.bus_effect(wet.head.measurement, dry.head.measurement)
