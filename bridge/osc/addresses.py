"""Every OSC address the bridge hears or says, in one table.

The codec checks messages against it, `docs/osc.md` is written from it, the tests walk through it.
"""

from bridge.osc import song_addresses as songs
from bridge.osc.address import Address, Arg

PING = Address("/freshears/ping", "in", (), "Are you there? Answered to the sender with `/freshears/pong`.")
BOUNCE = Address(
    "/freshears/bounce",
    "in",
    (Arg("s", "path", "full path of the file"),),
    "The DAW has finished writing this bounce: no need to wait for it to settle.",
)
_MIX = "full path of the mix; or SONG for the newest bounce of a song, SONG:3 for its bounce 3"

ANALYZE = Address("/freshears/analyze", "in", (Arg("s", "path", _MIX),), "Examine this file, also one seen before.")
MASTER = Address(
    "/freshears/master",
    "in",
    (
        Arg("s", "path", _MIX),
        Arg("s", "target", "name of the target; the configured one when missing or empty", optional=True),
        Arg("s", "anyway", "a word on why to go on although it has faults, no sheet, or still rests", optional=True),
    ),
    "Make a release master of this file.",
)
MASTER_NO_METADATA = Address(
    "/freshears/master/no-metadata",
    "in",
    MASTER.args,
    "Make a release master with nothing but the sound in the file.",
)
CANCEL = Address(
    "/freshears/cancel",
    "in",
    (Arg("i", "job", "number of the job, as in `/freshears/progress`"),),
    "Give up a job that waits or runs; nothing of it is left behind.",
)
RETRY = Address(
    "/freshears/retry",
    "in",
    (Arg("i", "job", "number of the job; all that failed of late when missing", optional=True),),
    "Try a failed job again.",
)
DISMISS = Address(
    "/freshears/dismiss",
    "in",
    (Arg("i", "job", "number of the job; all that failed of late when missing", optional=True),),
    "The reason why a job failed has been read: show it no longer.",
)
ANSWER = Address(
    "/freshears/answer",
    "in",
    (Arg("s", "warning", "id of the warning"), Arg("s", "answer", "one of the answers the warning offers")),
    "Answer a warning.",
)
MODE = Address(
    "/freshears/mode",
    "in",
    (
        Arg("s", "song", "name of the song, or a bounce's path"),
        Arg("s", "mode", "mixing, resting, mastering or released"),
    ),
    "Say what you are doing with a song.",
)
WATCH = Address(
    "/freshears/watch",
    "in",
    (Arg("s", "folder", "full path of a folder that is there"),),
    "Watch this folder: what is bounced into it is examined.",
)
UNWATCH = Address(
    "/freshears/unwatch",
    "in",
    (Arg("s", "folder", "full path of the folder, there or not"),),
    "Watch this folder no longer.",
)
WATCHED = Address(
    "/freshears/watched", "in", (), "Which folders are watched? The answer's text holds them, with `|` between them."
)
SUBSCRIBE = Address(
    "/freshears/subscribe",
    "in",
    (Arg("i", "port", "UDP port on this computer; 0: the port this message came from"),),
    "Send me everything listed under *outgoing*. Answered with the state. Renew it at least every ten minutes.",
)
UNSUBSCRIBE = Address(
    "/freshears/unsubscribe", "in", (Arg("i", "port", "as in subscribe"),), "Send me nothing any more."
)

PONG = Address(
    "/freshears/pong",
    "out",
    (Arg("s", "version", "version of the bridge"), Arg("i", "pid", "its process")),
    "I am here.",
)
STATE = Address(
    "/freshears/state",
    "out",
    (
        Arg("s", "state", "idle or working"),
        Arg("i", "queued", "jobs that wait"),
        Arg("i", "warnings", "warnings that stand"),
    ),
    "Sent on subscribing and whenever it changes.",
)
PROGRESS = Address(
    "/freshears/progress",
    "out",
    (
        Arg("i", "job", "number of the job"),
        Arg("s", "file", "name of the file"),
        Arg("s", "stage", "what is being done"),
        Arg("f", "fraction", "0 to 1"),
    ),
    "How far a job is, a few times a second.",
)
VERDICT = Address(
    "/freshears/verdict",
    "out",
    (
        Arg("s", "song", "name of the song"),
        Arg("i", "revision", "number of the bounce"),
        Arg("s", "verdict", "fault, listen or fine"),
        Arg("s", "text", "the verdict in a sentence"),
        Arg("s", "path", "full path of the bounce"),
        Arg("s", "report", "full path of the report"),
    ),
    "A bounce has been examined.",
)
WARNING = Address(
    "/freshears/warning",
    "out",
    (
        Arg("s", "warning", "id of the warning"),
        Arg("s", "title", "what was seen"),
        Arg("s", "text", "why it matters and what can be done"),
        Arg("s", "answers", "the answers it offers, separated by |"),
    ),
    "Something on the master bus deserves a look.",
)
WARNING_CLEARED = Address(
    "/freshears/warning/cleared",
    "out",
    (Arg("s", "warning", "id of the warning"),),
    "It no longer holds, or was answered.",
)
RESTED = Address(
    "/freshears/rested",
    "out",
    (
        Arg("s", "song", "name of the song"),
        Arg("i", "revision", "number of the bounce"),
        Arg("s", "path", "full path of the bounce"),
    ),
    "The rest of a bounce is over; said once.",
)
MASTER_DONE = Address(
    "/freshears/master/done",
    "out",
    (
        Arg("s", "song", "name of the song"),
        Arg("s", "target", "name of the target"),
        Arg("s", "path", "full path of the master"),
        Arg("f", "integrated_lufs", "measured from the written file"),
        Arg("f", "true_peak_dbtp", "measured from the written file"),
    ),
    "A master is on disk.",
)
FAILED = Address(
    "/freshears/failed",
    "out",
    (Arg("s", "path", "full path of the file"), Arg("s", "reason", "one line, with the remedy")),
    "A job could not be done, or a file never became complete.",
)
DONE = Address(
    "/freshears/done",
    "out",
    (
        Arg("s", "address", "what was asked"),
        Arg("s", "text", "what that means, in a sentence"),
        Arg("i", "job", "number of the job it takes, as in `/freshears/progress`; 0: none, or none yet"),
    ),
    "Sent to whoever asked: it is done, or it is on disk and will be done whatever happens. An order that has to wait "
    "for its file is answered twice: at once, and with the number of its job (or refused) when the file is finished.",
)
REFUSED = Address(
    "/freshears/refused",
    "out",
    (Arg("s", "address", "what was asked"), Arg("s", "reason", "why not, and the remedy")),
    "Sent to whoever asked for something that cannot be, or that could not be put on disk.",
)

ADDRESSES: dict[str, Address] = {
    address.path: address
    for address in (
        PING,
        BOUNCE,
        ANALYZE,
        MASTER,
        MASTER_NO_METADATA,
        CANCEL,
        RETRY,
        DISMISS,
        WATCH,
        UNWATCH,
        WATCHED,
        ANSWER,
        MODE,
        songs.RENAME,
        songs.MERGE,
        songs.SPLIT,
        songs.MOVE,
        songs.FORGET,
        songs.VERSION,
        songs.ANSWER,
        songs.ASKED,
        songs.UNDO,
        songs.ADD,
        songs.ASK_AGAIN,
        SUBSCRIBE,
        UNSUBSCRIBE,
        PONG,
        STATE,
        PROGRESS,
        VERDICT,
        WARNING,
        WARNING_CLEARED,
        RESTED,
        MASTER_DONE,
        FAILED,
        DONE,
        REFUSED,
    )
}
