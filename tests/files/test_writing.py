"""Files appear whole or not at all, and nothing that was there is lost: also in a race, a full disk, a planted link."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bridge.files import PartFile, replace_whole, write_anew, writing

REPOSITORY = Path(__file__).parents[2]
WRITERS, FILES = 4, 25


def run(script: str, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    )


def test_it_is_written_and_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    replace_whole(path, b"one")
    replace_whole(path, b"two", durable=False)
    assert path.read_bytes() == b"two"
    assert list(tmp_path.iterdir()) == [path]


def test_a_taken_name_is_never_overwritten(tmp_path: Path) -> None:
    assert write_anew(tmp_path / "a.md", b"1") == tmp_path / "a.md"
    assert write_anew(tmp_path / "a.md", b"1") == tmp_path / "a (2).md"
    (tmp_path / "a (3).md").symlink_to("nowhere")  # a link that leads nowhere has the name too
    (tmp_path / "a (4).md").mkdir()
    assert write_anew(tmp_path / "a.md", b"2") == tmp_path / "a (5).md"
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.skipif(os.name != "posix", reason="permissions as POSIX has them")
def test_permissions_of_what_is_replaced_stay(tmp_path: Path) -> None:
    path = tmp_path / "own.ini"
    path.write_bytes(b"one")
    path.chmod(0o640)
    replace_whole(path, b"two")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    replace_whole(tmp_path / "new", b"")
    (tmp_path / "plain").write_bytes(b"")
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize("kind", ["link", "dangling link", "hard link", "folder", "fifo"])
def test_what_is_planted_under_the_temporary_name_is_never_written_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    tokens = ["planted", "free"]
    monkeypatch.setattr(writing.secrets, "token_hex", lambda _: tokens.pop(0))
    folder = tmp_path / "folder"
    folder.mkdir()
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    planted = folder / f".board.json.{os.getpid()}-planted.part"
    {
        "link": lambda: planted.symlink_to(precious),
        "dangling link": lambda: planted.symlink_to(tmp_path / "nowhere"),
        "hard link": lambda: planted.hardlink_to(precious),
        "folder": planted.mkdir,
        "fifo": lambda: os.mkfifo(planted),
    }[kind]()
    replace_whole(folder / "board.json", b"ours")
    assert (folder / "board.json").read_bytes() == b"ours"
    assert precious.read_bytes() == b"mine"
    assert not (tmp_path / "nowhere").exists()


def test_when_every_temporary_name_is_taken_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing.secrets, "token_hex", lambda _: "same")
    (tmp_path / f".a.{os.getpid()}-same.part").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError, match="every temporary name is taken"):
        replace_whole(tmp_path / "a", b"")


def test_a_link_under_the_name_itself_is_replaced_and_not_followed(tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"mine")
    (tmp_path / "board.json").symlink_to(precious)
    replace_whole(tmp_path / "board.json", b"ours")
    assert precious.read_bytes() == b"mine"
    assert not (tmp_path / "board.json").is_symlink()


def test_a_folder_under_the_name_stays_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(OSError, match="directory"):
        replace_whole(tmp_path / "a", b"x")
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


@pytest.mark.skipif(os.name != "posix", reason="the limit on file sizes stands for a full disk")
def test_a_full_disk_leaves_the_earlier_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(b"earlier")
    script = """
import resource, sys
from pathlib import Path
from bridge.files import replace_whole, write_anew
resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
for write in (replace_whole, write_anew):
    try:
        write(Path(sys.argv[1]), bytes(30000))
    except OSError as error:
        print(error.strerror)
"""
    said, _ = run(script, str(path)).communicate(timeout=60)
    assert said.split("\n")[:2] == ["File too large"] * 2
    assert path.read_bytes() == b"earlier"
    assert list(tmp_path.iterdir()) == [path]


def test_without_links_the_name_is_claimed_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    assert [write_anew(tmp_path / "a", b"1").name for _ in range(3)] == ["a", "a (2)", "a (3)"]
    assert len(list(tmp_path.iterdir())) == 3

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="No space left"):
        write_anew(tmp_path / "b", b"1")
    assert len(list(tmp_path.iterdir())) == 3  # not even the empty file that held the name


def test_on_windows_a_reader_of_the_old_file_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replace, refusals, waits = os.replace, [1, 2], list[float]()

    def busy(one: Path, other: Path) -> None:
        if refusals:
            raise PermissionError(13, f"the process cannot access the file ({refusals.pop()})")
        replace(one, other)

    monkeypatch.setattr(writing, "_WINDOWS", True)
    monkeypatch.setattr(os, "replace", busy)
    monkeypatch.setattr(writing.time, "sleep", waits.append)
    replace_whole(tmp_path / "a", b"new")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert len(waits) == 2
    refusals[:] = range(100)  # it never lets go
    with pytest.raises(PermissionError):
        replace_whole(tmp_path / "a", b"newer")
    assert (tmp_path / "a").read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


@pytest.mark.slow
def test_leftovers_of_dead_writers_go_and_those_of_living_ones_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    script = """
import os, sys
from pathlib import Path
from bridge.files import PartFile
part = PartFile(Path(sys.argv[1]))
part.write(b"half")
print(part.temporary, flush=True)
sys.stdin.readline() or os._exit(1)
"""
    dead, living = run(script, str(path)), run(script, str(path))
    assert dead.stdout is not None
    assert living.stdout is not None
    left, growing = (Path(writer.stdout.readline().strip()) for writer in (dead, living) if writer.stdout)
    dead.communicate("", timeout=60)
    assert left.exists()
    replace_whole(path, b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([path, growing])
    living.communicate("done\n", timeout=60)


def test_a_file_another_writer_takes_for_a_leftover_before_it_is_locked_is_begun_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lock, taken = tmp_path / "a.json", writing.try_lock, []

    def removed_first(handle: int) -> bool:
        if not taken:
            (first,) = tmp_path.iterdir()
            taken.append(first)
            first.unlink()
        return lock(handle)

    def held_first(handle: int) -> bool:
        if len(taken) < 2:
            taken.append(path)
            return False
        return lock(handle)

    for meanwhile in (removed_first, held_first):
        monkeypatch.setattr(writing, "try_lock", meanwhile)
        replace_whole(path, meanwhile.__name__.encode())
        assert path.read_text() == meanwhile.__name__
        assert list(tmp_path.iterdir()) == [path]
        path.unlink()


def test_where_a_file_system_has_no_locks_files_are_written_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "try_lock", lambda _: False)
    replace_whole(tmp_path / "a.json", b"whole")
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_a_link_that_looks_like_a_leftover_is_left_alone(tmp_path: Path) -> None:
    precious, path = tmp_path / "precious", tmp_path / "a.json"
    precious.write_bytes(b"mine")
    (tmp_path / ".a.json.1-ab.part").symlink_to(precious)
    os.utime(precious, (0, 0))
    replace_whole(path, b"whole")
    assert (tmp_path / ".a.json.1-ab.part").is_symlink()
    assert precious.read_bytes() == b"mine"


@pytest.mark.slow
def test_many_writers_of_one_name_each_get_their_own(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from bridge.files import write_anew
print("ready", flush=True)
sys.stdin.readline()
for number in range(int(sys.argv[3])):
    print(write_anew(Path(sys.argv[1]), f"{sys.argv[2]} {number}".encode()))
"""
    writers = [run(script, str(tmp_path / "Song.md"), str(who), str(FILES)) for who in range(WRITERS)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    said = {who: writer.communicate(timeout=60)[0].splitlines() for who, writer in enumerate(writers)}
    for who, names in said.items():
        assert [Path(name).read_text() for name in names] == [f"{who} {number}" for number in range(FILES)]
    assert len({name for names in said.values() for name in names}) == WRITERS * FILES
    assert sorted(tmp_path.iterdir()) == sorted(Path(name) for names in said.values() for name in names)


@pytest.mark.slow
def test_a_reader_sees_the_one_or_the_other_and_never_a_part(tmp_path: Path) -> None:
    path = tmp_path / "board.json"
    versions = {bytes([65 + n]) * (40_000 + n) for n in range(6)}
    replace_whole(path, min(versions))
    done = threading.Event()

    def write(version: bytes) -> None:
        for _ in range(30):
            replace_whole(path, version, durable=False)

    writers = [threading.Thread(target=write, args=(version,)) for version in versions]
    seen: set[bytes] = set()
    reader = threading.Thread(target=lambda: [seen.add(path.read_bytes()) for _ in iter(done.is_set, True)])
    for thread in (reader, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    reader.join()
    assert seen <= versions
    assert path.read_bytes() in versions
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_of_the_same_bytes_is_adopted_only_when_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"same")
    for adopt, expected in ((False, "a (2)"), (True, "a")):
        with PartFile(tmp_path / "a") as part:
            part.write(b"same")
            assert part.claim(adopt_same=adopt).name == expected
    assert len(list(tmp_path.iterdir())) == 2


def test_a_closed_file_takes_no_more(tmp_path: Path) -> None:
    with PartFile(tmp_path / "a") as part:
        part.close()
        with pytest.raises(ValueError, match="closed"):
            part.write(b"x")
    assert list(tmp_path.iterdir()) == []
