"""The jobs as records: what a job is asked (kept in the store as JSON) and what it answers. Light to import."""

from msgspec import Struct

from bridge.model import (
    Analysis,
    BounceDiff,
    Display,
    Finding,
    KnownFile,
    MasterRequest,
    MasterResult,
    ReferenceComparison,
    Verdict,
)
from bridge.policy.findings.thresholds import Thresholds


class AnalyseTask(Struct, frozen=True, kw_only=True):
    """Examine one bounce and write its report."""

    path: str
    sha256: str
    song: str
    revision: int
    report_folder: str
    thresholds: Thresholds
    more: tuple[Finding, ...] = ()  # known from elsewhere: what was on the master bus
    notes: tuple[tuple[str, str], ...] = ()  # what people said about it, as questions and answers
    hides_loudness: bool = False  # the song is being mixed: its report folds loudness away


class AnalyseOutcome(Struct, frozen=True, kw_only=True):
    """What was found, and where the report is."""

    analysis: Analysis
    verdict: Verdict
    text: str
    report_path: str
    drawn: Display | None = None


class CompareTask(Struct, frozen=True, kw_only=True):
    """Say how B differs from A."""

    a: KnownFile
    b: KnownFile


class CompareOutcome(Struct, frozen=True, kw_only=True):
    """How B differs from A."""

    a_sha256: str
    b_sha256: str
    difference: BounceDiff


class ReferencesTask(Struct, frozen=True, kw_only=True):
    """Put a mix beside the references its maker has chosen."""

    mix: KnownFile
    files: tuple[str, ...]


class ReferencesOutcome(Struct, frozen=True, kw_only=True):
    """A mix beside its references."""

    sha256: str
    files: tuple[str, ...]
    comparison: ReferenceComparison


class MasterTask(Struct, frozen=True, kw_only=True):
    """Make one master of one bounce."""

    request: MasterRequest
    sha256: str  # of the bounce: a file that was replaced meanwhile is not mastered by mistake
    song: str
    revision: int
    report_folder: str
    notes: tuple[str, ...] = ()  # what it was made in spite of


class MasterOutcome(Struct, frozen=True, kw_only=True):
    """What was made, and where the report is."""

    results: tuple[MasterResult, ...]
    report_path: str
