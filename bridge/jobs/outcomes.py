"""The jobs as records: what a job is asked (kept in the store as JSON) and what it answers. Light to import."""

from msgspec import Struct

from bridge.model import Analysis, Finding, MasterRequest, MasterResult, Verdict
from bridge.policy.thresholds import Thresholds


class AnalyseTask(Struct, frozen=True, kw_only=True):
    """Examine one bounce and write its report."""

    path: str
    sha256: str
    song: str
    revision: int
    report_folder: str
    thresholds: Thresholds
    more: tuple[Finding, ...] = ()  # known from elsewhere: what was on the master bus


class AnalyseOutcome(Struct, frozen=True, kw_only=True):
    """What was found, and where the report is."""

    analysis: Analysis
    verdict: Verdict
    text: str
    report_path: str


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
