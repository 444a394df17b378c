"""Names of masters: they sort by song, then bounce, then target, and say what is inside."""

from pathlib import Path

from bridge.audio.kinds import ENCODINGS
from bridge.errors import UsageError
from bridge.files import safe_name
from bridge.model import MasterRequest
from bridge.pathtext import to_path


def master_path(request: MasterRequest, rate_hz: int, subtype: str) -> Path:
    """Return the name the request asks for, without looking whether it is taken."""
    if request.output_path is not None:
        return to_path(request.output_path)
    mix = to_path(request.input_path)
    folder = to_path(request.output_folder) if request.output_folder is not None else mix.parent
    number = f"b{request.revision} " if request.revision is not None else ""
    mark = ENCODINGS[subtype].mark if subtype in ENCODINGS else ""
    kind = f"{mark or subtype.lower()}-{rate_hz / 1000:g}"
    tail = f" – master {number}{request.target} {kind}{extension_of(request)}"
    return folder / safe_name(request.song or mix.stem, tail)


def extension_of(request: MasterRequest) -> str:
    """Return the ending with its dot, in lower case."""
    ending = Path(request.output_path).suffix if request.output_path is not None else request.extension
    ending = ending.lower()
    if not ending.startswith("."):
        raise UsageError(f"The ending {ending!r} of a master must start with a dot, like .wav or .flac.")
    return ending
