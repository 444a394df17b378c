"""REAPER projects written for the tests, in the layout of published files."""

from collections.abc import Iterable
from pathlib import Path

GUID = "{{1DDC23AB-175A-448B-80E8-{:012X}}}"
BASE64 = "Y2FsZhAAAAAIAAAA+9e7f4CAAAAAQAAAAAAAAACAAAAAAAAAAIAAAABAAAAAAAAAAIAAAAAAAAACAAAAAAAAAAAABAA" + "A" * 33


def fx(opening: str, *, bypass: str = "0 0 0", body: Iterable[str] = (), number: int = 1) -> list[str]:
    """Return the lines of one effect as REAPER writes them."""
    return [
        f"BYPASS {bypass}",
        f"<{opening}",
        *(f"  {line}" for line in (*body, BASE64, BASE64, "AFByb2dyYW0gMQAQAAAA")),
        ">",
        'PRESETNAME "Program <1>"',
        "FLOATPOS 0 0 0 0",
        f"FXID {GUID.format(number)}",
        "<PARMENV 0 0 1 0.5",
        "  ACT 1 -1",
        "  PT 0 0 0",
        ">",
        "WAK 0 0",
    ]


def container(name: str, lines: Iterable[str], *, bypass: str = "0 0 0", number: int = 1) -> list[str]:
    """Return the lines of a container around other effects."""
    return [
        f"BYPASS {bypass}",
        f'<CONTAINER Container "{name}" ""',
        "  CONTAINER_CFG 2 2 2 0",
        "  <IN_PINS",
        "  >",
        "  SHOW 0",
        *(f"  {line}" for line in lines),
        ">",
        "FLOATPOS 0 0 0 0",
        f"FXID {GUID.format(number)}",
        "WAK 0 0",
    ]


def project(chain: Iterable[str] | None, *, top: Iterable[str] = (), tracks: int = 2, items: int = 1) -> list[str]:
    """Return the lines of a project; ``chain`` None leaves the block out, as REAPER does for an empty chain."""
    lines = ['<REAPER_PROJECT 0.1 "7.22/linux-x86_64" 1726000000', "  <NOTES 0 2", "    |<VST not an effect", "  >"]
    lines += [
        "  RIPPLE 0 0",
        *(f"  {line}" for line in top),
        "  <RECORD_CFG",
        "    ZXZhdxgAAQ==",
        "  >",
        "  MASTER_NCH 2 2",
    ]
    if chain is not None:
        lines += ["  <MASTERFXLIST", "    WNDRECT 24 52 655 408", "    SHOW 0", "    LASTSEL 0", "    DOCKED 0"]
        lines += [*(f"    {line}" for line in chain), "  >"]
    for track in range(tracks):
        lines += [f"  <TRACK {GUID.format(track)}", f'    NAME "Track {track}"', "    <FXCHAIN"]
        lines += [f"      {line}" for line in fx('VST "VST3: Not On The Master (X)" x.vst3 0 "" 1{2} ""', body=())]
        lines += ["    >"]
        for item in range(items):
            lines += ["    <ITEM", f"      POSITION {item}.5", "      LENGTH 1.25", "      <SOURCE WAVE"]
            lines += [f'        FILE "Media/take {item}.wav"', "      >", "    >"]
        lines += ["  >"]
    return [*lines, ">"]


def write(path: Path, lines: Iterable[str], newline: str = "\n", encoding: str = "utf-8") -> Path:
    """Write lines as a project file and return its path."""
    path.write_bytes("".join(line + newline for line in lines).encode(encoding))
    return path
