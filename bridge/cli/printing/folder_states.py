"""How a watched folder is, in words."""

from bridge.model import FolderState

FOLDER_IS: dict[FolderState, str] = {
    "there": "is back",
    "missing": "is not there now; watched again when it comes back",
    "hangs": "does not answer; watched again when its drive does",
}
