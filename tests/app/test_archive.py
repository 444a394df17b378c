"""A home as one file: whole on another computer, and nothing of what is damaged, strange or newer."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bridge.app.archive import MANIFEST, SETTINGS, STORE, export_home, import_home
from bridge.errors import FreshEarsError, UsageError
from bridge.settings.config import load
from bridge.settings.first_run import make_config
from bridge.settings.home import Home, home
from bridge.store import NewBounce
from tests.store.fresh import fresh_store

OLD = "/Users/anna/Music"


@pytest.fixture
def mine(tmp_path: Path) -> Home:
    """A home with a song, settings with a comment and a target of one's own."""
    where = home(str(tmp_path / "mine"))
    where.config_path.parent.mkdir()
    where.config_path.write_text(f"[watch]\nfolders = ['{OLD}/Renders']  # the drive\n[rest]\nhours = 12.0\n")
    where.config_path.with_name("presets.toml").write_text("[own]\ntitle = 'x'\nwhy = 'y'\n")
    store = fresh_store(where.store_path)
    store.bounces.record(
        NewBounce(Path(f"{OLD}/Renders/Tide.wav"), 1, 1, "ab", "Tide", "tide", f"{OLD}/Renders", "", "folder")
    )
    store.runtime.publish("bridge", {"running": True})
    store.close()
    return where


@pytest.fixture
def other(tmp_path: Path) -> Home:
    return home(str(tmp_path / "other"))


def files_of(where: Home) -> dict[str, bytes]:
    folder = where.store_path.parent
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} if folder.exists() else {}


def test_a_home_goes_to_another_computer_with_its_folders_mapped(mine: Home, other: Home, tmp_path: Path) -> None:
    (tmp_path / "Music" / "Renders").mkdir(parents=True)
    archive = tmp_path / "fresh ears.zip"
    made = export_home(mine, archive)
    assert (made.songs, made.bounces) == (1, 1)
    assert archive.stat().st_mode & 0o077 == 0
    make_config(other)  # as a first run leaves it
    done = import_home(other, archive, [(OLD, str(tmp_path / "Music"))])
    assert done.not_here == ()
    settings = other.config_path.read_text()
    assert "# the drive" in settings
    assert load(other.config_path).watch.folders == (f"{tmp_path}/Music/Renders",)
    assert load(other.config_path).rest.hours == 12.0
    assert other.config_path.with_name("presets.toml").is_file()
    store = fresh_store(other.store_path)
    (song,) = store.bounces.songs()
    assert song.folder == f"{tmp_path}/Music/Renders"
    assert store.bounces.by_id(1).path == f"{tmp_path}/Music/Renders/Tide.wav"
    assert store.runtime.published("bridge") is None
    store.close()


def test_without_a_map_the_folders_that_are_missing_are_named(mine: Home, other: Home, tmp_path: Path) -> None:
    export_home(mine, tmp_path / "a.zip")
    assert import_home(other, tmp_path / "a.zip").not_here == (f"{OLD}/Renders",)
    assert not list(other.store_path.parent.glob(".import-*"))


def test_nothing_is_written_over(mine: Home, other: Home, tmp_path: Path) -> None:
    export_home(mine, tmp_path / "a.zip")
    before = files_of(mine)
    for path in (tmp_path / "a.zip", tmp_path):
        with pytest.raises(UsageError, match="is there already"):
            export_home(mine, path)
    with pytest.raises(UsageError, match="an empty home only"):
        import_home(mine, tmp_path / "a.zip")
    other.config_path.parent.mkdir()
    other.config_path.write_text("# mine\n")
    with pytest.raises(UsageError, match="settings of your own"):
        import_home(other, tmp_path / "a.zip")
    assert files_of(mine) == before
    assert files_of(other) == {"config.toml": b"# mine\n"}
    with pytest.raises(FreshEarsError, match="cannot be written"):
        export_home(mine, tmp_path / "no such folder" / "a.zip")
    with pytest.raises(UsageError, match="nothing to export"):
        export_home(other, tmp_path / "b.zip")


def repacked(path: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    """Write an archive again with other parts."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return changed


def slips(parts: dict[str, bytes]) -> None:
    parts["../outside.txt"] = b"x"


def is_absolute(parts: dict[str, bytes]) -> None:
    parts["/tmp/outside.txt"] = b"x"


def has_a_key(parts: dict[str, bytes]) -> None:
    parts["freshears.page-key"] = b"x" * 32


def is_newer(parts: dict[str, bytes]) -> None:
    parts[MANIFEST] = parts[MANIFEST].replace(b'"format":1', b'"format":2')


def lacks_its_store(parts: dict[str, bytes]) -> None:
    del parts[STORE]


def has_a_damaged_store(parts: dict[str, bytes]) -> None:
    parts[STORE] = parts[STORE][:8192] + b"\xff" * (len(parts[STORE]) - 8192)


def has_another_store(parts: dict[str, bytes]) -> None:
    parts[STORE] = b"no database at all"


def has_wrong_settings(parts: dict[str, bytes]) -> None:
    parts[SETTINGS] = b"[watch\n"


def has_huge_settings(parts: dict[str, bytes]) -> None:
    parts[SETTINGS] = b"#" * (2 << 20)


def says_nothing(parts: dict[str, bytes]) -> None:
    parts[MANIFEST] = b"[]"


@pytest.mark.parametrize(
    "change",
    [slips, is_absolute, has_a_key, is_newer, lacks_its_store, has_a_damaged_store, has_another_store,
     has_wrong_settings, has_huge_settings, says_nothing],
)  # fmt: skip
def test_a_bad_archive_is_refused_and_nothing_of_it_stays(
    mine: Home, other: Home, tmp_path: Path, change: Callable[[dict[str, bytes]], None]
) -> None:
    export_home(mine, tmp_path / "a.zip")
    make_config(other)
    before = files_of(other)
    with pytest.raises(FreshEarsError) as caught:
        import_home(other, repacked(tmp_path / "a.zip", change))
    assert "\n" not in str(caught.value)
    assert files_of(other) == before
    assert not list(tmp_path.rglob("outside.txt"))
    assert not list(other.store_path.parent.glob(".import-*"))


def test_what_is_no_zip_or_was_cut_is_refused(mine: Home, other: Home, tmp_path: Path) -> None:
    export_home(mine, tmp_path / "a.zip")
    whole = (tmp_path / "a.zip").read_bytes()
    for number, data in enumerate((b"", b"RIFF", whole[: len(whole) // 2], whole[:-5])):
        path = tmp_path / f"bad {number}.zip"
        path.write_bytes(data)
        with pytest.raises(UsageError, match="no archive of Fresh Ears, or it is damaged"):
            import_home(other, path)
    assert not other.store_path.exists()


def test_what_fails_at_the_last_step_takes_back_what_came_before(
    mine: Home, other: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export_home(mine, tmp_path / "a.zip")
    make_config(other)
    before = files_of(other)
    monkeypatch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(FreshEarsError, match="No space"):
        import_home(other, tmp_path / "a.zip")
    assert files_of(other) == before
