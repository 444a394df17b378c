"""What the bridge publishes: typed events, each once, to everyone who subscribes (terminal, OSC, DAW, page)."""

from collections.abc import Callable

from msgspec import Struct

from bridge.model import AnalysisHead, Bounce, BusWarning, FolderState, Job, MasterResult, Verdict


class Started(Struct, frozen=True, tag=True):
    """The bridge runs."""

    version: str
    folders: tuple[str, ...]
    osc_port: int | None
    store: str
    page_url: str | None = None


class StartWaits(Struct, frozen=True, tag=True):
    """The bridge begins when another process has done what it does with the same store."""

    pid: int
    what: str


class Stopped(Struct, frozen=True, tag=True):
    """The bridge has shut down in good order."""


class OldFilesLeft(Struct, frozen=True, tag=True):
    """A folder is watched for the first time; what lay there was left alone, but for `taken`."""

    folder: str
    count: int
    taken: str


class FileSeen(Struct, frozen=True, tag=True):
    """A file appeared in a folder; it is watched until it is finished."""

    path: str


class FileStuck(Struct, frozen=True, tag=True):
    """A file stands still and is not complete."""

    path: str
    reason: str


class FileLeftAlone(Struct, frozen=True, tag=True):
    """Something has the name of a bounce and is no file, or a link that leads elsewhere; said once."""

    path: str
    reason: str


class FolderChanged(Struct, frozen=True, tag=True):
    """A watched folder has gone, does not answer, or is back."""

    path: str
    state: FolderState


class NoBounce(Struct, frozen=True, tag=True):
    """A file that somebody asked for became no bounce."""

    path: str
    reason: str


class BounceLanded(Struct, frozen=True, tag=True):
    """A bounce is finished and recorded."""

    bounce: Bounce


class SongAsked(Struct, frozen=True, tag=True):
    """A new song may be one that is there; asked once, answered when the person likes."""

    question_id: int
    song: str
    near: str


class OrderUnclear(Struct, frozen=True, tag=True):
    """The names of a song's bounces tell another order than their dates."""

    bounce: Bounce
    text: str


class StemsKept(Struct, frozen=True, tag=True):
    """Parts of a mix came in; they are kept as a set and not examined one by one."""

    song: str
    folder: str
    count: int


class CopySeen(Struct, frozen=True, tag=True):
    """A file holds a bounce that is known already."""

    path: str
    bounce: Bounce


class JobProgressed(Struct, frozen=True, tag=True):
    """How far a job is."""

    job: Job
    stage: str
    fraction: float


class BounceExamined(Struct, frozen=True, tag=True):
    """A bounce has been examined and its verdict is kept; `BounceJudged` follows when its report is written."""

    bounce: Bounce
    verdict: Verdict
    text: str
    analysis: AnalysisHead


class BounceJudged(Struct, frozen=True, tag=True):
    """A bounce has its verdict, and its report unless that cannot be written; with the report, it is said again."""

    bounce: Bounce
    verdict: Verdict
    text: str
    analysis: AnalysisHead
    report_path: str
    report_error: str = ""  # why there is no report


class MasterMade(Struct, frozen=True, tag=True):
    """A master is on disk."""

    bounce: Bounce | None
    result: MasterResult


class ComparisonMade(Struct, frozen=True, tag=True):
    """Sound files were put beside each other, as a page had asked."""

    job: Job


class JobFailed(Struct, frozen=True, tag=True):
    """A job could not be done, or was cancelled."""

    job: Job
    reason: str
    cancelled: bool


class JobRetried(Struct, frozen=True, tag=True):
    """A job is tried once more: its worker died, or somebody asked for it."""

    job: Job
    reason: str  # empty when somebody asked


class WarningRaised(Struct, frozen=True, tag=True):
    """Something on a master bus deserves a look."""

    warning: BusWarning


class WarningCleared(Struct, frozen=True, tag=True):
    """A warning no longer holds, or was answered."""

    warning_id: str


class FilesAdding(Struct, frozen=True, tag=True):
    """How far an addition of old bounces is: the file that is read now, and how many are done."""

    command_id: int
    name: str
    done: int
    total: int


class SongsMended(Struct, frozen=True, tag=True):
    """Songs were renamed, joined, split, or otherwise put right by a person; or that was undone."""

    mend_id: int
    text: str
    song_ids: tuple[int, ...]


class RestOver(Struct, frozen=True, tag=True):
    """A bounce has rested; said once."""

    bounce: Bounce


class MasterRefused(Struct, frozen=True, tag=True):
    """A master was asked for that something stands in the way of."""

    bounce: Bounce
    text: str
    asker: str = ""  # through which door it was asked for


class CommandSettled(Struct, frozen=True, tag=True):
    """Something that had been taken and waited was carried out or refused; whoever asked has gone on meanwhile."""

    command_id: int
    asker: str
    path: str  # of the file it was about
    command: str  # JSON
    outcome: str  # JSON


class StateChanged(Struct, frozen=True, tag=True):
    """How much there is to do."""

    state: str
    queued: int
    warnings: int


class PartFailed(Struct, frozen=True, tag=True):
    """A part of the bridge has a fault; the others go on."""

    part: str
    reason: str
    is_stopped: bool  # it is not tried again before the next start


class SettingsTaken(Struct, frozen=True, tag=True):
    """The settings file was changed, and what it says is in force; some of it only after the next start."""

    changed: tuple[str, ...]
    waiting: tuple[str, ...] = ()


class SettingsWrong(Struct, frozen=True, tag=True):
    """The settings file was changed and is wrong; what was in force stays."""

    reason: str


class StoreTroubled(Struct, frozen=True, tag=True):
    """The store cannot be written to just now; it is tried again every second."""

    reason: str


class StoreRepaired(Struct, frozen=True, tag=True):
    """The store was damaged or taken away while it was in use; a sound one is in its place."""

    reason: str
    text: str


Event = (
    Started
    | StartWaits
    | Stopped
    | OldFilesLeft
    | FileSeen
    | FileStuck
    | FileLeftAlone
    | FolderChanged
    | NoBounce
    | BounceLanded
    | SongAsked
    | OrderUnclear
    | StemsKept
    | CopySeen
    | JobProgressed
    | BounceExamined
    | BounceJudged
    | MasterMade
    | ComparisonMade
    | JobFailed
    | JobRetried
    | WarningRaised
    | WarningCleared
    | FilesAdding
    | SongsMended
    | RestOver
    | MasterRefused
    | CommandSettled
    | StateChanged
    | PartFailed
    | SettingsTaken
    | SettingsWrong
    | StoreTroubled
    | StoreRepaired
)
EventHandler = Callable[[Event], None]
