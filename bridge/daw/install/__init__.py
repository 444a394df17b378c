"""Changes to the files of a DAW, with one promise for all of them: planned, shown, done or not, taken back.

An adapter's own module plans: which file becomes what. This module carries plans out, the same way for every DAW:

- Nothing is written before everything was planned, and a file that changed since it was planned stops everything.
- A file that is not ours is copied aside before its first change (`.before-fresh-ears`).
- A file of ours that the person changed is copied aside before a newer one takes its place (`.yours`).
- A file is replaced whole, with its permissions.
- What was written stands in a manifest, noted before it is done, so that a crash in between can be taken back, too.
- Taking back makes a file that is still as we wrote it what it was, byte for byte. One that was changed since only
  loses our lines; a script that the person changed is left, and named.
- What the DAW would overwrite when it closes waits until it is closed.
"""

from bridge.daw.install.carry_out import BACKUP, Applied, apply
from bridge.daw.install.plan import Change, Plan, change, describe, read, read_manifest
from bridge.daw.install.standing import Standing, renewing, standing_of
from bridge.daw.install.undo import plan_undo

__all__ = [
    "BACKUP", "Applied", "Change", "Plan", "Standing", "apply", "change", "describe", "plan_undo", "read",
    "read_manifest", "renewing", "standing_of",
]  # fmt: skip
