"""REAPER's folders on the three systems."""

from pathlib import Path

from bridge.daw.reaper.folders import mailbox_folder, resource_folders


def made(folder: Path) -> Path:
    folder.mkdir(parents=True)
    (folder / "reaper.ini").touch()
    return folder


def test_each_system_has_its_place(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mac = made(home / "Library" / "Application Support" / "REAPER")
    windows = made(tmp_path / "roaming" / "REAPER")
    linux = made(home / ".config" / "REAPER")
    portable = made(home / "REAPER")
    assert resource_folders({}, home, platform="darwin") == (mac, portable)
    assert resource_folders({"APPDATA": str(tmp_path / "roaming")}, home, platform="win32") == (windows, portable)
    assert resource_folders({}, home, platform="linux") == (linux, portable)


def test_named_folders_come_first_and_only_once(tmp_path: Path) -> None:
    linux = made(tmp_path / ".config" / "REAPER")
    usb = made(tmp_path / "usb stick" / "REAPER")
    extra = (usb, linux, tmp_path / "not there")
    assert resource_folders({}, tmp_path, platform="linux", extra=extra) == (usb, linux)


def test_the_mailbox_is_where_the_scripts_were_told(tmp_path: Path) -> None:
    assert mailbox_folder(tmp_path) == tmp_path / "FreshEars"
    (tmp_path / "reaper-extstate.ini").write_bytes(
        b"[Other]\r\na=%b\r\nb\r\n[FreshEars]\r\nmailbox=/public/Fresh Ears 1\r\nrepair=x\r\n"
    )
    assert mailbox_folder(tmp_path) == Path("/public/Fresh Ears 1")
    (tmp_path / "reaper-extstate.ini").write_bytes(b"\xff\xfe not an ini")
    assert mailbox_folder(tmp_path) == tmp_path / "FreshEars"
