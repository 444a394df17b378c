"""What lies in a folder is listed once, then only what changed; what a drive says is never an exception."""

import errno
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bridge.watch.folder import FolderRules, is_only_online, stamp_now, stamp_of
from bridge.watch.listing import FolderListing, FolderLook, list_candidates

RULES = FolderRules(("*.wav",))
AGED_NS = 1_000_000_000 * 10**9
ERRORS = [errno.EIO, errno.ESTALE, errno.EACCES, errno.ENOTCONN, errno.EHOSTDOWN, errno.ENOENT]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Bounces"
    made.mkdir()
    return made


def write(path: Path, text: str = "x") -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def age(*folders: Path) -> None:
    """Let a folder have changed a long time ago."""
    for folder in folders:
        os.utime(folder, ns=(AGED_NS, AGED_NS))


def names(seen: FolderLook) -> list[str]:
    return sorted(candidate.path.name for candidate in seen.files)


def left(seen: FolderLook) -> dict[str, str]:
    return {one.path.name: one.why for one in seen.left_alone or ()}


def test_the_first_look_tells_everything_and_the_next_ones_what_is_new(folder: Path) -> None:
    write(folder / "a.wav")
    listing = FolderListing(folder, RULES)
    first = listing.look()
    assert (names(first), first.is_first, first.is_there) == (["a.wav"], True, True)
    write(folder / "b.wav")
    second = listing.look()
    assert (names(second), second.is_first) == (["b.wav"], False)
    assert names(listing.look()) == []


def test_a_folder_that_has_not_changed_is_not_listed_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "a.wav")
    age(folder)
    listing = FolderListing(folder, RULES)
    listing.look()
    listed: list[object] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: listed.append(path) or real(path))
    listing.look()
    assert listed == []
    listing.look(whole=True)
    assert listed != []


def test_a_folder_that_has_just_changed_is_listed_again_until_its_date_has_aged(folder: Path) -> None:
    listing = FolderListing(folder, RULES)
    listing.look()
    date = folder.stat().st_mtime_ns
    write(folder / "a.wav")
    os.utime(folder, ns=(date, date))  # within the grain of its date
    assert names(listing.look()) == ["a.wav"]


def test_an_overwritten_file_is_seen_when_it_is_named_or_everything_is_looked_at(folder: Path) -> None:
    path = write(folder / "a.wav")
    age(folder)
    listing = FolderListing(folder, RULES)
    listing.look()
    path.write_text("longer")
    assert names(listing.look()) == []  # the folder itself has not changed
    assert names(listing.look([str(path)])) == ["a.wav"]
    path.write_text("longer still")
    assert names(listing.look(whole=True)) == ["a.wav"]


def test_a_named_file_is_told_although_nothing_happened_to_it_and_one_that_is_gone_is_not(folder: Path) -> None:
    path = write(folder / "a.wav")
    listing = FolderListing(folder, RULES)
    listing.look()
    named = [str(path), str(folder / "gone.wav"), str(folder / "no bounce.txt"), "/elsewhere/b.wav"]
    assert names(listing.look(named)) == ["a.wav"]


def test_a_file_that_went_and_came_back_is_told_again(folder: Path) -> None:
    path = write(folder / "a.wav")
    listing = FolderListing(folder, RULES)
    listing.look()
    path.rename(folder / "a.bak")
    assert names(listing.look()) == []
    (folder / "a.bak").rename(path)
    assert names(listing.look()) == ["a.wav"]


def test_folders_inside_come_and_go(folder: Path) -> None:
    listing = FolderListing(folder, RULES._replace(recursive=True))
    write(folder / "in" / "a.wav")
    (folder / "in" / "deep").mkdir()
    assert names(listing.look()) == ["a.wav"]
    age(folder, folder / "in", folder / "in" / "deep")
    listing.look()
    write(folder / "in" / "deep" / "b.wav")
    assert names(listing.look()) == ["b.wav"]
    (folder / "in").rename(folder / "moved")
    assert names(listing.look()) == ["a.wav", "b.wav"]
    (folder / "moved").rename(folder.parent / "elsewhere")
    assert names(listing.look()) == []
    (folder.parent / "elsewhere").rename(folder / "moved")
    assert names(listing.look()) == ["a.wav", "b.wav"]


def test_a_folder_that_was_replaced_is_listed_as_if_for_the_first_time(folder: Path) -> None:
    listing = FolderListing(folder, RULES)
    write(folder / "a.wav")
    listing.look()
    folder.rename(folder.parent / "unplugged")
    gone = listing.look()
    assert (gone.is_there, names(gone)) == (False, [])
    (folder.parent / "unplugged").rename(folder)
    back = listing.look()
    assert (back.is_there, back.is_first, names(back)) == (True, True, ["a.wav"])


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, owner: object, call: str, code: int) -> Iterator[None]:
    def broken(*_: object, **__: object) -> None:
        raise OSError(code, "made for the test")

    with monkeypatch.context() as patched:
        patched.setattr(owner, call, broken)
        yield


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.parametrize(("owner", "call"), [(Path, "stat"), (os, "scandir")], ids=["stat", "scandir"])
def test_a_drive_that_answers_with_an_error_is_not_there(
    folder: Path, monkeypatch: pytest.MonkeyPatch, owner: object, call: str, code: int
) -> None:
    write(folder / "a.wav")
    listing = FolderListing(folder, RULES)
    with failing(monkeypatch, owner, call, code):
        away = listing.look()
        assert (away.is_there, away.is_first, names(away)) == (False, False, [])
    back = listing.look()  # not taken for an empty folder: what lay there on the first day is left alone
    assert (back.is_there, back.is_first, names(back)) == (True, True, ["a.wav"])


def test_an_error_while_a_known_folder_is_listed_loses_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder / "a.wav")
    listing = FolderListing(folder, RULES)
    listing.look()
    write(folder / "b.wav")
    with failing(monkeypatch, os, "scandir", errno.EIO):
        assert names(listing.look()) == []
    assert names(listing.look()) == ["b.wav"]


def test_pipes_sockets_devices_and_links_that_lead_out_are_left_alone_and_told(folder: Path, tmp_path: Path) -> None:
    os.mkfifo(folder / "pipe.wav")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(folder / "socket.wav"))
    (folder / "device.wav").symlink_to("/dev/zero")
    outside = write(tmp_path / "elsewhere" / "private.wav")
    (folder / "out.wav").symlink_to(outside)
    (folder / "out too.wav").symlink_to("../elsewhere/private.wav")
    (folder / "in two steps.wav").symlink_to("out.wav")
    (folder / "subfolder").symlink_to(outside.parent)
    (folder / "through a folder.wav").symlink_to("subfolder/private.wav")
    write(folder / "real.wav")
    (folder / "inside.wav").symlink_to("real.wav")
    (folder / "loop.wav").symlink_to("loop.wav")
    (folder / "nowhere.wav").symlink_to("gone.wav")
    listing = FolderListing(folder, RULES)
    seen = listing.look()
    assert names(seen) == ["inside.wav", "real.wav"]
    told = left(seen)
    leads_out = "it is a link that leads out of the folder; put the file itself there, or watch its folder"
    assert told.pop("pipe.wav") == "it is a pipe, not a file"
    assert told.pop("socket.wav") == "it is a socket, not a file"
    names_out = ("device.wav", "out.wav", "out too.wav", "in two steps.wav", "through a folder.wav", "loop.wav")
    assert told == dict.fromkeys(names_out, leads_out)
    assert listing.look().left_alone is None  # as before
    (folder / "pipe.wav").unlink()
    assert set(left(listing.look())) == {"socket.wav", *names_out}


def test_what_a_link_out_of_the_folder_leads_to_is_not_even_looked_at(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hung = write(tmp_path / "hung" / "a.wav")
    (folder / "out.wav").symlink_to(hung)
    touched: list[str] = []
    real_stat, real_lstat = os.stat, os.lstat

    def watching(real: object) -> object:
        def call(path: object, *args: object, **kwargs: object) -> object:
            touched.append(str(path))
            return real(path, *args, **kwargs)  # type: ignore[operator]

        return call

    monkeypatch.setattr(os, "stat", watching(real_stat))
    monkeypatch.setattr(os, "lstat", watching(real_lstat))
    seen = FolderListing(folder, RULES).look()
    assert list(left(seen)) == ["out.wav"]
    assert touched != []
    assert not [path for path in touched if path.startswith(str(hung.parent))]


def test_a_watched_folder_may_itself_be_a_link(folder: Path, tmp_path: Path) -> None:
    named = tmp_path / "named"
    named.symlink_to(folder)
    write(folder / "real.wav")
    (folder / "absolute.wav").symlink_to(folder / "real.wav")
    assert names(FolderListing(named, RULES).look()) == ["absolute.wav", "real.wav"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to give a link to another user")
def test_another_users_link_is_left_alone_also_where_the_person_names_the_folder(folder: Path, tmp_path: Path) -> None:
    outside = write(tmp_path / "private" / "diary.wav")
    for name in ("mine.wav", "theirs.wav"):
        (folder / name).symlink_to(outside)
    os.lchown(folder / "theirs.wav", 65_534, 65_534)
    assert left(FolderListing(folder, RULES).look())["theirs.wav"] == "it is a link that another user has made"
    named = list_candidates(folder, RULES._replace(follows_links=True))
    assert [candidate.path.name for candidate in named] == ["mine.wav"]


def test_long_listings_are_no_drive_that_hangs(folder: Path) -> None:
    for number in range(20):
        write(folder / f"{number}.wav")
    beats: list[int] = []
    FolderListing(folder, RULES, beat=lambda: beats.append(1)).look()
    assert len(beats) >= 20


class Seen:
    """What `lstat` says on macOS or Windows of a file that a cloud keeps."""

    def __init__(self, found: os.stat_result, **more: int) -> None:
        self.__dict__.update({name: getattr(found, name) for name in dir(found) if name.startswith("st_")} | more)


@pytest.mark.parametrize(
    "mark",
    [{"st_flags": 0x4000_0000}, *({"st_file_attributes": bit | 0x20} for bit in (0x40_0000, 0x4_0000, 0x1000))],
    ids=str,
)
def test_a_file_that_is_only_in_a_cloud_is_no_bounce_and_no_complaint_until_it_is_here(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mark: dict[str, int]
) -> None:
    path, other = write(folder / "a.wav"), write(folder / "b.wav")
    stat = Path.stat

    def stat_of(asked: Path, **how: bool) -> object:
        found = stat(asked, **how)
        return Seen(found, **mark) if asked == path else found

    def of_a_cloud(entry: "os.DirEntry[str] | Path") -> object:
        found = entry.stat(follow_symlinks=False)
        return Seen(found, **mark) if entry.name == path.name else found

    monkeypatch.setattr("bridge.watch.listing._lstat", of_a_cloud)
    monkeypatch.setattr(Path, "stat", stat_of)
    listing = FolderListing(folder, RULES)
    first = listing.look()
    assert (names(first), left(first)) == ([other.name], {})
    assert stamp_now(path) is stamp_of(path) is None
    assert stamp_now(other) == stamp_of(other) is not None
    age(folder)
    listing.look()
    monkeypatch.undo()
    assert names(listing.look([str(path)])) == [path.name]
    assert names(listing.look(whole=True)) == []


@pytest.mark.parametrize("plain", [{"st_flags": 0x20}, {"st_file_attributes": 0x20 | 0x800 | 0x2000}], ids=str)
def test_other_marks_of_a_file_say_nothing_of_a_cloud(tmp_path: Path, plain: dict[str, int]) -> None:
    found = write(tmp_path / "a.wav").lstat()
    assert not is_only_online(Seen(found, **plain))  # type: ignore[arg-type]
