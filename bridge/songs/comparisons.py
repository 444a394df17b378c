"""Comparisons that pages show: two bounces, a mix and its master, a mix and its references.

The work is a job like any other; what it finds is kept by the files' content, so it is done once.
"""

from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from bridge.audio.kinds import BY_ENDING
from bridge.errors import FreshEarsError, UsageError
from bridge.model import Bounce, BounceDiff, Handoff, Job, KnownFile, ReferenceComparison
from bridge.pathtext import to_path, to_text
from bridge.policy.song.titles import number_title
from bridge.store import Store
from bridge.text import json_text, plain_text
from bridge.worker.jobs.compare import COMPARE, CompareTask
from bridge.worker.jobs.references import REFERENCES, ReferencesTask

MOST_REFERENCES = 8  # ours: more are a playlist, and each one has to be listened to


class ComparisonState(Struct, frozen=True, kw_only=True):
    """How B differs from A, as far as that is known: the work may still wait, run, or have failed."""

    difference: BounceDiff | None = None
    job: Job | None = None


class ReferencesState(Struct, frozen=True, kw_only=True):
    """A mix beside the sound files named on its hand-off sheet, as far as that is known."""

    files: tuple[str, ...] = ()
    comparison: ReferenceComparison | None = None
    ids: tuple[int | None, ...] = ()  # under which each of the comparison's files can be heard
    job: Job | None = None


def bounce_file(bounce: Bounce) -> KnownFile:
    """Return a bounce as a file to be compared."""
    name = plain_text(to_path(bounce.path).name)
    return KnownFile(path=bounce.path, sha256=bounce.sha256, name=f"bounce {number_title(bounce)}, {name}")


def master_file(store: Store, master_id: int) -> KnownFile | None:
    """Return a master as a file to be compared, None when there is no such master."""
    file = store.results.master_file(master_id)
    if file is None:
        return None
    return KnownFile(path=file.path, sha256=file.sha256, name=f"the master, {plain_text(Path(file.path).name)}")


def reference_files(
    bounce: Bounce, sheet: Handoff | None, is_file: Callable[[Path], bool] = Path.is_file
) -> tuple[str, ...]:
    """Return the references of a sheet that are sound files: whole paths, or names beside the bounce.

    ``is_file`` may raise what `FreshEarsError` or `OSError` it meets: the drive does not say.
    """
    files = []
    for words in sheet.references if sheet is not None else ():
        try:
            path = to_path(bounce.path).parent / Path(words.strip()).expanduser()
            if path.suffix.lower() in BY_ENDING and is_file(path):
                files.append(to_text(path))
        except (OSError, RuntimeError, ValueError, FreshEarsError):
            continue  # words, not a file; or its drive does not answer
    return tuple(files[:MOST_REFERENCES])


def comparison_state(store: Store, a: KnownFile, b: KnownFile) -> ComparisonState:
    """Return how B differs from A, as far as that is known."""
    difference = store.display.comparison(a.sha256, b.sha256)
    return ComparisonState(
        difference=difference, job=None if difference else store.jobs.last_with_key(_compare_key(a, b))
    )


def references_state(store: Store, bounce: Bounce, sheet: Handoff | None) -> ReferencesState:
    """Return a bounce beside the references on its sheet, as far as that is known."""
    files = reference_files(bounce, sheet)
    if not files:
        return ReferencesState()
    comparison = store.display.references(bounce.sha256, json_text(files))
    job = None if comparison else store.jobs.last_with_key(_references_key(bounce, files))
    heard = comparison.references if comparison is not None else ()
    ids = tuple(store.display.reference_id(file.file, file.sha256) for file in heard)
    return ReferencesState(files=files, comparison=comparison, ids=ids, job=job)


class ComparisonQueue:
    """Queues what a page wants compared, in the bridge's thread."""

    def __init__(self, store: Store, is_file: Callable[[Path], bool] = Path.is_file) -> None:
        self._store = store
        self._is_file = is_file

    def compare(self, bounce: Bounce, other_id: int | None, master_id: int | None) -> Job:
        """Queue how another bounce, or a master, differs; `KeyError`: no such bounce, UsageError: no such master."""
        a, other = bounce_file(bounce), bounce
        if master_id is not None:
            b = master_file(self._store, master_id)
        else:
            other = self._store.bounces.by_id(other_id or 0)
            b = bounce_file(other)
        if b is None:
            raise UsageError("there is no such master any more")
        task = CompareTask(a=a, b=b)
        key, path = _compare_key(a, b), to_path(b.path)
        return COMPARE.queue(self._store, task, path=path, key=key, bounce_id=other.id, again=True)

    def references(self, bounce: Bounce, sheet: Handoff | None) -> Job:
        """Queue a bounce beside the references on its sheet; UsageError when none of them is a sound file."""
        files = reference_files(bounce, sheet, self._is_file)
        if not files:
            raise UsageError("no reference on the sheet is a sound file that is there")
        task = ReferencesTask(mix=bounce_file(bounce), files=files)
        key, path = _references_key(bounce, files), to_path(bounce.path)
        return REFERENCES.queue(self._store, task, path=path, key=key, bounce_id=bounce.id, again=True)


def _compare_key(a: KnownFile, b: KnownFile) -> str:
    return f"compare:{a.sha256}:{b.sha256}"


def _references_key(bounce: Bounce, files: tuple[str, ...]) -> str:
    return f"references:{bounce.sha256}:{json_text(files)}"
