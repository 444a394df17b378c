"""Whatever is mended in whatever order: the store stays whole, and undoing all of it brings everything back."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from bridge.errors import UsageError
from bridge.model import Bounce, Song
from bridge.store.relocation import relocate
from tests.songs.shelf import Shelf, faults_of

pytestmark = pytest.mark.slow

NAMES = st.sampled_from(("Tide", "Ebb", "Flow", "night drive", "Night Drive", "Tide Pool"))
PICK = st.integers(0, 1000)
FOLDERS = ("/music", "/elsewhere")


class Mends(RuleBasedStateMachine):
    """A person who mends, changes their mind, and goes on bouncing."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.shelf = Shelf(Path(self.folder.name))
        self.sound = Path(self.folder.name) / "Tide v1.wav"
        self.sound.write_bytes(b"sound")
        self.landed = False  # since the first mend: then not everything can be as it was
        self.mended = False
        self.moved: list[tuple[str, str]] = []  # folders, from where to where
        self.before = self.shelf.rows()
        self.shown: dict[str, int] = {}  # every number a person has seen, and the bounce it meant

    @initialize(songs=st.lists(st.tuples(NAMES, st.integers(1, 4), st.sampled_from(FOLDERS)), min_size=2, max_size=4))
    def begin(self, songs: list[tuple[str, int, str]]) -> None:
        for name, count, folder in songs:
            bounces = [self.shelf.bounce(name, folder=folder) for _ in range(count)]
            self.shelf.bounce(name, folder=folder, version="instrumental")
            self.shelf.bounce(name, folder=folder, dry_of=bounces[0].revision)
            self.shelf.say_mode(bounces[0].song_id, "resting")
            self.shelf.store.song_state.add_reply(bounces[0].song_id, "mixing", "needs", name, self.shelf.at)
        self.before = self.shelf.rows()

    def songs(self) -> list[Song]:
        return self.shelf.store.bounces.songs()

    def song(self, pick: int) -> Song:
        return self.songs()[pick % len(self.songs())]

    def bounces(self, song: Song) -> list[Bounce]:
        return self.shelf.store.bounces.of_song(song.id)

    def bounce(self, pick: int) -> Bounce:
        found = [bounce for song in self.songs() for bounce in self.bounces(song)]
        return found[pick % len(found)]

    def tried(self, mend: object, *asked: object) -> None:
        """Mend; what makes no sense changes nothing."""
        before = self.shelf.rows()
        self.shelf.at += 1.0
        try:
            mend(*asked)  # type: ignore[operator]
            self.mended = True
        except UsageError:
            assert self.shelf.rows() == before

    def some(self) -> bool:
        return bool(self.songs())

    @precondition(some)
    @rule(song=PICK, name=NAMES)
    def rename(self, song: int, name: str) -> None:
        self.tried(self.shelf.mending.rename, self.song(song), name)

    @precondition(some)
    @rule(song=PICK, other=PICK)
    def merge(self, song: int, other: int) -> None:
        self.tried(self.shelf.mending.merge, self.song(song), self.song(other))

    @precondition(some)
    @rule(song=PICK, picks=st.lists(PICK, min_size=1, max_size=3), name=st.one_of(st.just(""), NAMES))
    def split(self, song: int, picks: list[int], name: str) -> None:
        bounces = self.bounces(self.song(song))
        self.tried(self.shelf.mending.split, [bounces[pick % len(bounces)] for pick in picks], name)

    @precondition(some)
    @rule(bounce=PICK, song=PICK)
    def move(self, bounce: int, song: int) -> None:
        self.tried(self.shelf.mending.move, self.bounce(bounce), self.song(song))

    @precondition(some)
    @rule(picks=st.lists(PICK, min_size=1, max_size=3))
    def forget(self, picks: list[int]) -> None:
        self.tried(self.shelf.mending.forget, [self.bounce(pick) for pick in picks])

    @precondition(some)
    @rule(bounce=PICK, version=st.sampled_from(("", "instrumental", "clean")))
    def version(self, bounce: int, version: str) -> None:
        self.tried(self.shelf.mending.version, self.bounce(bounce), version)

    @precondition(some)
    @rule(song=PICK, of=st.one_of(st.just(""), NAMES))
    def stem(self, song: int, of: str) -> None:
        self.tried(self.shelf.mending.stem, self.song(song), of)

    @rule(folder=st.sampled_from(FOLDERS))
    def relocate(self, folder: str) -> None:
        """Move a folder away, and everything that was moved before with it."""
        old = folder
        for was, became in self.moved:
            old = became if was == old else old
        new = f"/moved {len(self.moved)}/here"
        relocate(self.shelf.store.database, old, new)
        self.moved.append((old, new))

    @rule(mend=st.one_of(st.none(), st.integers(1, 12)))
    def undo(self, mend: int | None) -> None:
        self.tried(self.shelf.mending.undo, mend)

    @rule(name=NAMES, folder=st.sampled_from(FOLDERS))
    def land(self, name: str, folder: str) -> None:
        self.landed = self.landed or self.mended or bool(self.moved)
        self.shelf.bounce(name, folder=folder)
        if not self.mended and not self.moved:
            self.before = self.shelf.rows()

    @invariant()
    def is_whole(self) -> None:
        assert faults_of(self.shelf.path) == []
        assert self.sound.read_bytes() == b"sound"
        for song in self.songs():
            for bounce in self.bounces(song):
                found = self.shelf.store.bounces.numbered(
                    song.id, bounce.revision, bounce.version, is_dry=bounce.is_dry
                )
                assert found is not None
                assert found.id == bounce.id

    def teardown(self) -> None:
        while self.shelf.store.mends.last() is not None:
            self.shelf.mending.undo()
            assert faults_of(self.shelf.path) == []
        if not self.landed:
            for old, new in reversed(self.moved):
                relocate(self.shelf.store.database, new, old)
            assert self.shelf.rows() == self.before
        self.shelf.close()
        self.folder.cleanup()


TestMends = Mends.TestCase
TestMends.settings = settings(max_examples=10, stateful_step_count=15, deadline=None, phases=(Phase.generate,))
