"""The addresses that mend songs. Each is answered with what was done, and the number under which it can be undone."""

from bridge.osc.address import Address, Arg

_SONG = "name of the song, or a bounce's path"
_BOUNCE = "SONG:3, SONG (instrumental):2 or the path of the bounce; SONG for its newest"

RENAME = Address(
    "/freshears/songs/rename",
    "in",
    (Arg("s", "song", _SONG), Arg("s", "name", "what it is called from now on")),
    "Call a song something else; bounces named as before go on landing in it.",
)
MERGE = Address(
    "/freshears/songs/merge",
    "in",
    (Arg("s", "song", _SONG), Arg("s", "other", "the song that becomes part of it")),
    "Make two songs one. The numbers of the larger one stay; the others are known as before, too.",
)
SPLIT = Address(
    "/freshears/songs/split",
    "in",
    (
        Arg("s", "bounce", _BOUNCE),
        Arg("s", "name", "what the new song is called; as the file is named when missing", optional=True),
    ),
    "Make a bounce a song of its own.",
)
MOVE = Address(
    "/freshears/songs/move",
    "in",
    (Arg("s", "bounce", _BOUNCE), Arg("s", "song", _SONG)),
    "Make a bounce one of another song.",
)
FORGET = Address(
    "/freshears/songs/forget",
    "in",
    (Arg("s", "bounce", "SONG:3, SONG (instrumental):2 or the path of the bounce"),),
    "Show a bounce no longer. Its file stays; only adding the file brings it back.",
)
VERSION = Address(
    "/freshears/songs/version",
    "in",
    (
        Arg("s", "bounce", _BOUNCE),
        Arg("s", "version", "instrumental, a cappella, clean, radio edit, tv mix ...; main: the song itself"),
    ),
    "Say which version of its song a bounce is.",
)
ANSWER = Address(
    "/freshears/songs/answer",
    "in",
    (
        Arg("s", "song", "the new song"),
        Arg("s", "answer", "same: it is the one that was asked about; new: it is not; stem: a part of its mix"),
    ),
    "Answer `/freshears/songs/asked`.",
)
ASKED = Address(
    "/freshears/songs/asked",
    "out",
    (Arg("s", "song", "the new song"), Arg("s", "near", "the song it looks near to")),
    "A new song may be one that is there; asked once.",
)
UNDO = Address(
    "/freshears/songs/undo",
    "in",
    (Arg("i", "mend", "its number, as it was answered; the last one when missing", optional=True),),
    "Undo one of these.",
)
ADD = Address(
    "/freshears/add",
    "in",
    (Arg("s", "path", "full path of a sound file, or of a folder of them"),),
    "Bring in old bounces, in their order, also those that were left alone when their folder was first watched, and "
    "those that were forgotten. Answered twice: at once, and when all of them are bounces.",
)
ASK_AGAIN = Address(
    "/freshears/answer/back",
    "in",
    (Arg("s", "song", _SONG),),
    "Take back what was answered about the master bus of a song: it is asked again.",
)
