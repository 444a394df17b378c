"""What has to change for nothing of ours to be left."""

import hashlib
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

import msgspec

from bridge.daw.install.plan import Change, Installed, Plan, change, read, read_manifest

Edit = Callable[[bytes], bytes | None]  # a file's bytes → without our lines; None: nothing else was in it


def plan_undo(
    root: Path,
    manifest_name: str,
    *,
    edits: Mapping[str, Edit],
    waits: frozenset[str] = frozenset(),
    bridge_rewrites: frozenset[str] = frozenset(),
    unnoted: Mapping[str, bytes] = {},
    leftovers: tuple[str, ...] = (),
    only: Collection[str] | None = None,
) -> Plan:
    """Return what has to change for nothing of ours to be left.

    Parameters
    ----------
    edits
        Files that hold ours beside the person's own, and how ours is taken out.
    waits
        Files that the DAW writes when it closes.
    bridge_rewrites
        Files of ours that are removed whatever they hold now.
    unnoted
        Files of ours that may be there without being noted (0.1.0 kept no manifest for Ardour), and what is in them
        now. They are removed while they hold that, and whatever they hold where there is no manifest at all.
    only
        The files that are taken back, of all that are noted; None: all of them.

    Raises
    ------
    DawError
        A file cannot be read, or is not what its DAW writes.
    """
    manifest = read_manifest(root, manifest_name)
    noted = manifest.files if manifest else {}
    files = {name: entry for name, entry in noted.items() if only is None or name in only}
    changes: list[Change] = []
    notes: list[str] = []
    forgets: list[str] = []
    for name in dict.fromkeys([*files, *edits, *unnoted]):
        entry, data = files.get(name), read(root / name)
        if data is None:
            forgets += [name] if entry else []
            continue
        if entry is not None and _can_be_restored(root, entry, data) and not (entry.adopted and name in edits):
            after = read(root / entry.backup) if entry.backup else None
            changes += change(root, name, after, "as it was before", waits=name in waits)
        elif name in edits:
            found = change(root, name, edits[name](data), "without our lines", waits=name in waits)
            changes += found
            forgets += [name] if entry and not found else []
        elif name in bridge_rewrites or (entry is None and (manifest is None or data == unnoted[name])):
            changes += change(root, name, None, "removed")
        else:
            notes.append(f"{name} was changed since it was installed; it is left.")
    restoring = tuple(msgspec.structs.replace(found, restores=True) for found in changes)
    return Plan(
        root=root,
        changes=restoring,
        notes=tuple(notes),
        manifest=manifest_name,
        forgets=tuple(forgets),
        leftovers=leftovers,
    )


def _can_be_restored(root: Path, entry: Installed, data: bytes) -> bool:
    """Tell whether a file is as we wrote it, and the copy of what was there before is still there."""
    is_ours = hashlib.sha256(data).hexdigest() == entry.sha256
    return is_ours and (not entry.backup or (root / entry.backup).is_file())
