"""The promises that every DAW's installer keeps: nothing half done, the person's bytes back, nothing of theirs lost."""

from pathlib import Path

import pytest

from bridge.daw.install import BACKUP, Plan, apply, carry_out, change, describe, plan_undo, read_manifest
from bridge.errors import DawError

MANIFEST = "ours/install.json"


def plan(root: Path, settings: bytes = b"mine\nours\n", script: bytes = b"script\n") -> Plan:
    changes = [
        *change(root, "scripts/ours.lua", script, "script", ours=True),
        *change(root, "settings", settings, "our line", waits=True),
    ]
    return Plan(root=root, changes=tuple(changes), manifest=MANIFEST, leftovers=("ours/*.txt",))


def undo(root: Path) -> Plan:
    def without(data: bytes) -> bytes:
        return data.replace(b"ours\n", b"")

    return plan_undo(root, MANIFEST, edits={"settings": without}, waits=frozenset({"settings"}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "settings").write_bytes(b"mine\n")
    return tmp_path


def tree(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_there_and_back_is_the_same_bytes(root: Path) -> None:
    before = tree(root)
    applied = apply(plan(root), daw_runs=False)
    assert applied.backups == (root / f"settings{BACKUP}",)
    assert plan(root).changes == ()
    apply(undo(root), daw_runs=False)
    assert tree(root) == before
    assert not (root / "scripts").exists()
    assert not (root / "ours").exists()


def test_a_file_that_changed_after_planning_stops_everything(root: Path) -> None:
    planned = plan(root)
    (root / "settings").write_bytes(b"newer\n")
    with pytest.raises(DawError, match="changed meanwhile"):
        apply(planned, daw_runs=False)
    assert tree(root) == {"settings": b"newer\n"}


def test_what_the_daw_would_overwrite_waits(root: Path) -> None:
    (waiting,) = apply(plan(root), daw_runs=True).waiting
    assert waiting.name == "settings"
    assert tree(root).keys() == {"settings", "scripts/ours.lua", MANIFEST}
    apply(plan(root), daw_runs=False)
    apply(undo(root), daw_runs=True)
    assert (root / "settings").read_bytes() == b"mine\nours\n"
    apply(undo(root), daw_runs=False)
    assert tree(root) == {"settings": b"mine\n"}


def test_a_power_cut_at_any_write_can_be_taken_back(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = carry_out.replace_whole
    before = tree(root)
    for number in range(1, 5):
        left = number

        def cut(path: Path, data: bytes) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(5, "gone")
            real(path, data)

        monkeypatch.setattr(carry_out, "replace_whole", cut)
        if number < 4:  # manifest, script, settings; the manifest is as it was noted
            with pytest.raises(DawError, match="gone"):
                apply(plan(root), daw_runs=False)
        else:
            apply(plan(root), daw_runs=False)
        monkeypatch.setattr(carry_out, "replace_whole", real)
        apply(undo(root), daw_runs=False)
        after = tree(root)
        after.pop(f"settings{BACKUP}", None)  # a copy whose note was never written stays: nothing of theirs is lost
        assert after == before


def test_a_copy_that_somebody_removed_is_not_missed_but_our_lines_go(root: Path) -> None:
    (backup,) = apply(plan(root), daw_runs=False).backups
    backup.unlink()
    apply(undo(root), daw_runs=False)
    assert tree(root) == {"settings": b"mine\n"}


def test_permissions_stay(root: Path) -> None:
    (root / "settings").chmod(0o640)
    apply(plan(root), daw_runs=False)
    assert (root / "settings").stat().st_mode & 0o777 == 0o640


def test_a_damaged_manifest_loses_only_our_lines(root: Path) -> None:
    apply(plan(root), daw_runs=False)
    (root / MANIFEST).write_text("{")
    assert read_manifest(root, MANIFEST) is None
    apply(undo(root), daw_runs=False)
    assert (root / "settings").read_bytes() == b"mine\n"


def test_a_change_is_shown_as_a_difference_and_a_file_of_ours_in_a_line(root: Path) -> None:
    shown = "".join(describe(found) for found in plan(root).changes)
    assert "write scripts/ours.lua (script)\n" in shown
    assert "+ours\n" in shown
    apply(plan(root), daw_runs=False)
    assert "remove scripts/ours.lua" in "".join(describe(found) for found in undo(root).changes)
