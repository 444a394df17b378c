"""Old bounces brought in: in their order, once, stoppable, going on after a crash; and what comes back by it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile

from bridge.app.adding.batches import ADD, FilesListed
from bridge.app.adding.listing import Listed
from bridge.app.arriving.reading import Looked
from bridge.app.commands.records import (
    AddFiles,
    Analyse,
    Asker,
    Done,
    Forget,
    MakeMaster,
    Outcome,
    Refused,
    Tick,
    outcome_from_json,
    to_json,
)
from bridge.app.identify import Identified
from bridge.model.events import CommandSettled, FilesAdding
from bridge.watch.folder import Candidate, FolderRules, stamp_of
from bridge.watch.listing import FolderListing
from tests.app.house import House, watching

pytestmark = pytest.mark.slow

DAY_S = 86_400.0
MADE_AT = 1_700_000_000.0


class Attic:
    """A watched folder that holds older files, and another one that is not watched."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder = root / "Bounces"
        self.folder.mkdir(exist_ok=True)
        (root / "Old").mkdir(exist_ok=True)
        self.house = House(root)
        self.count = 0

    def reopen(self, **watch: object) -> None:
        self.house.close()
        settings = watching(self.folder, watch={"folders": [str(self.folder)], **watch})
        self.house = House(self.root, settings)

    def file(self, name: str, made_at: float = MADE_AT, folder: str = "Old") -> Path:
        self.count += 1
        path = self.root / folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(path, np.full((441, 2), self.count / 100.0), 44_100)
        os.utime(path, (made_at, made_at))
        return path

    def ask(self, *paths: Path, asker: str = "command line") -> Outcome:
        command = AddFiles(paths=tuple(map(str, paths)))
        return self.house.core.handler.handle(command, Asker(asker))  # type: ignore[arg-type]

    def work(self, most: int = 100_000) -> None:
        """Let time pass until everything is added, or so many turns; nothing is examined."""
        core = self.house.core
        ends_s = time.monotonic() + 60.0
        while (core.adding.is_busy or core.intake.is_waiting) and most > 0:
            assert time.monotonic() < ends_s
            core.inbox.tick()
            core.adding.tick()
            core.intake.tick(time.monotonic())
            for arrival in self.house.arrivals.take(0.05):
                most -= 1
                if isinstance(arrival, FilesListed):
                    core.adding.listed(arrival)
                elif isinstance(arrival, Looked):
                    core.intake.found(arrival, time.monotonic())
                elif isinstance(arrival, Identified):
                    bounce = core.intake.identified(arrival, time.monotonic())
                    if bounce is not None:
                        core.inbox.on_bounce(arrival.path, bounce)

    def look(self) -> None:
        """Have the bridge see what lies in its folder."""
        found = FolderListing(self.folder, FolderRules(("*.wav",))).look(whole=True)
        self.house.core.intake.found(found, time.monotonic())

    def said(self) -> str:
        (settled,) = [event for event in self.house.told if isinstance(event, CommandSettled)]
        self.house.told.clear()
        return outcome_from_json(settled.outcome).text

    def songs(self) -> dict[str, list[tuple[int, str]]]:
        bounces = self.house.store.bounces
        return {
            song.name: sorted((one.revision, Path(one.path).name) for one in bounces.of_song(song.id))
            for song in bounces.songs()
        }


@pytest.fixture
def attic(tmp_path: Path) -> Iterator[Attic]:
    attic = Attic(tmp_path)
    yield attic
    attic.house.close()


def test_they_are_numbered_by_the_numbers_in_their_names_or_by_their_dates(attic: Attic) -> None:
    for name in ("zeta v10.wav", "zeta v2.wav", "zeta v1.wav"):
        attic.file(name)
    for days, name in ((3, "Tide final.wav"), (1, "Tide rough.wav"), (2, "Tide louder.wav")):
        attic.file(name, MADE_AT + days * DAY_S)
    (attic.root / "Old" / "notes.txt").write_text("no sound")
    asked = attic.ask(attic.root / "Old")
    assert isinstance(asked, Done)
    assert asked.waits
    attic.work()
    assert attic.said() == "6 bounces are added."
    assert attic.songs() == {
        "Tide": [(1, "Tide rough.wav"), (2, "Tide louder.wav"), (3, "Tide final.wav")],
        "zeta": [(1, "zeta v1.wav"), (2, "zeta v2.wav"), (3, "zeta v10.wav")],
    }
    bounce = attic.house.song_service.bounce_named("Tide")
    assert (bounce.revision, bounce.bounced_at, bounce.source) == (3, MADE_AT + 3 * DAY_S, "add")


def test_what_is_known_or_broken_is_told_and_the_others_come_in(attic: Attic) -> None:
    known = attic.file("Tide v1.wav")
    attic.ask(known)
    attic.work()
    assert attic.said() == "1 bounce is added."
    (attic.root / "Old" / "Copy.wav").write_bytes(known.read_bytes())
    (attic.root / "Old" / "Tide v2.wav").write_bytes(b"RIFF nothing")
    attic.file("Tide v3.wav")
    attic.ask(attic.root / "Old")
    attic.work()
    said = attic.said()
    assert said.startswith("1 bounce is added, 2 known already, 1 left out. ")
    assert "Tide v2.wav" in said
    assert "not a sound file we can read" in said
    assert [number for number, _ in attic.songs()["Tide"]] == [1, 2]


def test_a_forgotten_bounce_comes_back_under_its_number_and_only_so(attic: Attic) -> None:
    path = attic.file("Tide v1.wav", folder="Bounces")
    attic.ask(path)
    attic.work()
    attic.house.told.clear()
    bounce = attic.house.song_service.bounce_named("Tide")
    attic.house.core.handler.handle(Forget(bounces=(bounce.id,)), Asker("page"))
    attic.look()
    attic.work()
    assert attic.songs() == {}
    for command in (Analyse(mix=bounce.id), MakeMaster(mix=bounce.id), Tick(bounce=bounce.id, place="car")):
        refused = attic.house.core.handler.handle(command, Asker("page"))
        assert isinstance(refused, Refused)
        assert refused.text == "Tide, bounce 1 was forgotten; add its file to bring it back."
    attic.ask(path)
    attic.work()
    assert attic.said() == "1 bounce is added."
    assert attic.songs() == {"Tide": [(1, "Tide v1.wav")]}


def test_an_addition_goes_on_after_a_crash_and_ends_when_it_is_taken_back(attic: Attic) -> None:
    for number in range(1, 6):
        attic.file(f"Tide v{number}.wav")
    attic.ask(attic.root / "Old")
    attic.work(most=3)
    assert 0 < len(attic.songs()["Tide"]) < 5
    attic.reopen()
    attic.house.core.inbox.tick()
    attic.work()
    assert [number for number, _ in attic.songs()["Tide"]] == [1, 2, 3, 4, 5]
    for number in range(6, 9):
        attic.file(f"Tide v{number}.wav")
    attic.ask(attic.root / "Old")
    attic.work(most=2)
    (row,) = attic.house.store.commands.waiting()
    assert attic.house.store.commands.take_back(row.id, "{}")
    attic.work()
    assert 5 <= len(attic.songs()["Tide"]) < 8
    steps = [event for event in attic.house.told if isinstance(event, FilesAdding)]
    assert {step.total for step in steps} == {5, 8}


def test_the_first_start_that_takes_all_works_later_too(attic: Attic) -> None:
    for number in (10, 2, 1):
        attic.file(f"Tide v{number}.wav", MADE_AT + number, folder="Bounces")
    attic.look()  # its first day: the newest is taken
    assert len(attic.house.store.bounces.left_alone(attic.folder)) == 2
    attic.reopen(first_start="all")
    attic.house.core.adding.older()
    attic.work()
    assert attic.house.store.bounces.left_alone(attic.folder) == []
    assert {name for _, name in attic.songs()["Tide"]} >= {"Tide v1.wav", "Tide v2.wav"}


def test_who_is_not_at_the_command_line_names_watched_folders_only(attic: Attic) -> None:
    path = attic.file("Tide v1.wav")
    for asker in ("osc", "page"):
        for named in (path, attic.folder / ".." / "Old", attic.root):
            refused = attic.ask(named, asker=asker)
            assert isinstance(refused, Refused)
            assert refused.kind in {"outside", "wrong"}
        assert isinstance(attic.ask(attic.folder, asker=asker), Done)
    assert isinstance(attic.ask(), Refused)
    attic.ask(attic.folder / "gone.wav")
    attic.work()
    settled = [event for event in attic.house.told if isinstance(event, CommandSettled)]
    texts = [outcome_from_json(event.outcome).text for event in settled]
    assert texts.count("There are no sound files.") == 2
    assert f"{attic.folder / 'gone.wav'}: there is no such file or folder" in texts


def test_many_known_files_leave_the_others_their_turn(attic: Attic) -> None:
    path = attic.file("Tide v1.wav")
    attic.ask(path)
    attic.work()
    attic.house.told.clear()
    stamp = stamp_of(path)
    assert stamp is not None
    adding = attic.house.core.adding
    row = attic.house.store.commands.add("command line", to_json(AddFiles(paths=())), state="waiting", waits_for=ADD)
    adding._listing += 1
    adding.listed(FilesListed(row.id, Listed((Candidate(path, stamp),) * 500)))
    began_s = time.monotonic()
    adding.tick()
    assert time.monotonic() - began_s < 1.0
    assert adding.is_busy
    while adding.is_busy:
        adding.tick()
    assert attic.said() == "0 bounces are added, 500 known already."
