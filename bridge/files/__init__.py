"""Names of files and the writing of files, for every layer: in bytes, whole or not at all, nothing overwritten."""

from bridge.files.names import LONGEST_NAME_BYTES, cut, numbered, safe_name
from bridge.files.regular import open_regular
from bridge.files.writing import PartFile, replace_whole, write_anew

__all__ = [
    "LONGEST_NAME_BYTES",
    "PartFile",
    "cut",
    "numbered",
    "open_regular",
    "replace_whole",
    "safe_name",
    "write_anew",
]
