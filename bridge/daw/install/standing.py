"""How the scripts in a DAW stand to those of this version, and what renewing them leaves alone."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec.structs import replace

from bridge.daw.install.plan import Change, Plan, read, read_manifest

# none: there are none; older: some are not what this version brings, and nobody but us wrote them; changed: those that
# differ are the person's own work.
Standing = Literal["none", "same", "older", "changed"]


def standing_of(root: Path, manifest_name: str, wanted: Mapping[str, bytes]) -> Standing:
    """Tell how the scripts below a folder stand to those of this version.

    Parameters
    ----------
    wanted
        Name below the folder → what this version brings.

    Raises
    ------
    DawError
        A file cannot be read.
    """
    found = {name: read(root / name) for name in wanted}
    if all(data is None for data in found.values()):
        return "none"
    differing = [name for name, data in found.items() if data != wanted[name]]
    if not differing:
        return "same"
    manifest = read_manifest(root, manifest_name)
    noted = {name: entry.sha256 for name, entry in manifest.files.items()} if manifest else {}
    theirs = all(is_changed(found[name], noted.get(name, "")) for name in differing)
    return "changed" if theirs else "older"


def is_changed(data: bytes | None, noted_sha256: str) -> bool:
    """Tell whether a file of ours is not as we wrote it any more; one that was never noted is taken for ours."""
    return data is not None and noted_sha256 != "" and _sha256(data) != noted_sha256


def renewing(plan: Plan) -> Plan:
    """Return what of an installation only renews our own files, and leaves alone what the person made of them.

    A script that the person changed stays where this version brings it as it was; where this version has another one,
    that takes its place, and `apply` keeps the person's aside.
    """
    manifest = read_manifest(plan.root, plan.manifest)
    noted = {name: entry.sha256 for name, entry in manifest.files.items()} if manifest else {}

    def stays(one: Change) -> bool:
        known = noted.get(one.name, "")
        return is_changed(one.before, known) and one.after is not None and _sha256(one.after) == known

    kept = [one.name for one in plan.changes if one.ours and stays(one)]
    notes = tuple(f"{name} was changed since it was installed; it is left." for name in kept)
    changes = tuple(one for one in plan.changes if one.ours and one.name not in kept)
    return replace(plan, changes=changes, notes=notes)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
