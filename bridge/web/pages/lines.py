"""Lines that several pages show: a bounce, a master, a job; words for verdicts, modes and rests."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from bridge.model import Job, Mode, Verdict
from bridge.policy.song.titles import numbered
from bridge.report import text
from bridge.store import Store, StoredMaster

VERDICTS: dict[Verdict | None, tuple[str, str]] = {
    "fault": ("fault", "Faults"),
    "listen": ("listen", "Listen"),
    "fine": ("fine", "No faults"),
    None: ("none", "Not examined yet"),
}
MODES: dict[Mode, str] = {"mixing": "Mixing", "resting": "Resting", "mastering": "Mastering", "released": "Released"}
_JOB_WORDS = {"queued": "Waiting", "running": "Working", "failed": "Failed", "cancelled": "Cancelled", "done": "Done"}


@dataclass(frozen=True, slots=True)
class BounceLine:
    """A bounce in a list."""

    id: int
    revision: int
    file_name: str
    when: str
    verdict: str
    verdict_words: str
    summary: str
    loudness: str
    peak: str
    length: str
    title: str = ""  # its number, "3 dry", and its version
    missing: str = ""  # what of its file is missing, in words


@dataclass(frozen=True, slots=True)
class MasterLine:
    """A master in a list."""

    id: int
    target: str
    file_name: str
    revision: str
    when: str
    loudness: str
    peak: str


@dataclass(frozen=True, slots=True)
class JobLine:
    """A job that waits, works or failed."""

    id: int
    words: str
    error: str
    active: bool
    failed: bool = False


def master_lines(masters: Sequence[StoredMaster]) -> tuple[MasterLine, ...]:
    """Prepare a list of masters."""
    return tuple(
        MasterLine(
            id=master.id,
            target=master.target,
            file_name=PurePath(master.path).name,
            revision=f"bounce {numbered(master.revision, is_dry=master.is_dry)}" if master.revision is not None else "",
            when=text.day_and_time(master.made_at),
            loudness=text.number(master.integrated_lufs),
            peak=text.number(master.true_peak_dbtp),
        )
        for master in masters
    )


def job_line(job: Job | None) -> JobLine | None:
    """Return a job for people; None when there is none, or when it is done."""
    if job is None or job.state == "done":
        return None
    return JobLine(job.id, _JOB_WORDS[job.state], job.error, job.state in {"queued", "running"}, job.state == "failed")


def noted_job(store: Store, job: Job | None) -> Job | None:
    """Return a job unless it failed long ago, or somebody has put that away."""
    if job is None or job.state != "failed":
        return job
    return next((noted for noted in store.jobs.noted() if noted.id == job.id), None)


def rest_words(until: float | None) -> str:
    """Say until when a bounce rests; empty when it does not."""
    return f"Fresh ears from {text.day_and_time(until)}." if until is not None else ""
