"""What the bridge and its worker process say to each other: one JSON object a line.

The worker is a process of its own so that a file that brings down a decoder takes no song with it.
"""

import msgspec
from msgspec import Raw, Struct

# Exit codes of a worker that cannot begin.
LOCK_IS_HELD = 3
LOCK_IS_ODD = 4


class RunJob(Struct, frozen=True, tag="run"):
    """Do a job; `task` is the record of its kind, as it was stored."""

    job: int
    kind: str
    task: Raw


class CancelJob(Struct, frozen=True, tag="cancel"):
    """Give up a job and leave nothing of it behind."""

    job: int


class UseThreads(Struct, frozen=True, tag="threads"):
    """Compute in so many threads from the next block on, in this job and those after it; 0: as many as usual."""

    threads: int


class Quit(Struct, frozen=True, tag="quit"):
    """Give up what runs and end."""


class Ready(Struct, frozen=True, tag="ready"):
    """The worker has loaded what it needs and waits."""

    pid: int


class Progressed(Struct, frozen=True, tag="progress"):
    """How far a job is."""

    job: int
    stage: str
    fraction: float


class Done(Struct, frozen=True, tag="done"):
    """A job is done; `outcome` is the record of its kind, which this end of the pipe passes on unread."""

    job: int
    outcome: Raw


class Failed(Struct, frozen=True, tag="failed"):
    """A job could not be done; `reason` is one line for people."""

    job: int
    reason: str
    cancelled: bool = False
    may_pass: bool = False  # a full disk, a drive that is away, too little memory


class Died(Struct, frozen=True, tag="died"):
    """Made by the bridge itself: the worker process ended. `job` is what it was doing, 0 for nothing."""

    job: int
    reason: str


WorkerRequest = RunJob | CancelJob | UseThreads | Quit
WorkerMessage = Ready | Progressed | Done | Failed | Died

_encoder = msgspec.json.Encoder()
_requests: msgspec.json.Decoder[WorkerRequest] = msgspec.json.Decoder(WorkerRequest)
_messages: msgspec.json.Decoder[WorkerMessage] = msgspec.json.Decoder(WorkerMessage)


def to_line(message: WorkerRequest | WorkerMessage) -> bytes:
    """Return one message as a line."""
    return _encoder.encode(message) + b"\n"


def to_request(line: bytes) -> WorkerRequest:
    """Read a line the bridge sent."""
    return _requests.decode(line)


def to_message(line: bytes) -> WorkerMessage:
    """Read a line the worker sent."""
    return _messages.decode(line)
