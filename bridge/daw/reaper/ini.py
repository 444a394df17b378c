"""Careful edits of REAPER's own text files: our lines in, our lines out, every other byte as it was.

The files are handled as Latin-1, which maps every byte to one character and back, so encodings, odd bytes and
comments of other programs survive; the line ending of the file is kept.
"""

import re

DEVICE_NAME = "Fresh Ears"
PATTERN = "FreshEars"
BLOCK_START = "-- >>> Fresh Ears: added by `freshears install reaper`; `freshears uninstall reaper` takes it out"
BLOCK_END = "-- <<< Fresh Ears"
# csurf flags (REAPER's SDK): 1 receive, 2 send.
_FLAGS = 3
_PACKET_BYTES = 1024
_WAIT_MS = 10
_SECTION = re.compile(r"^\s*\[(.+?)\]\s*$")
_COUNT = re.compile(r"^(csurf_cnt=)\s*(\d{1,4})\s*$", re.IGNORECASE)
_DEVICE = re.compile(r"^(csurf_)(\d{1,4})(=.*)$", re.IGNORECASE)
_OURS = re.compile(rf'^csurf_\d+=OSC\s+"{DEVICE_NAME}"\s', re.IGNORECASE)
_SCRIPT = re.compile(r"^SCR\s+\d+\s+\d+\s+(FRESHEARS_[A-Z_]+)\s", re.IGNORECASE)


class _Text:
    """A file as lines without their endings, and what it takes to write them back unchanged."""

    def __init__(self, data: bytes) -> None:
        text = data.decode("latin-1")
        self.newline = "\r\n" if "\r\n" in text else "\n"
        self.endings = re.findall(r"\r\n|\n|\r", text)
        self.lines = re.split(r"\r\n|\n|\r", text)

    def insert(self, at: int, line: str) -> None:
        self.lines.insert(at, line)
        self.endings.insert(min(at, len(self.endings)), self.newline)

    def append(self, lines: list[str]) -> None:
        """Add lines at the end; a last line without an ending gets one."""
        if self.lines[-1]:
            self.lines.append("")
            self.endings.append(self.newline)
        for line in lines:
            self.insert(len(self.lines) - 1, line)

    def delete(self, at: int) -> None:
        del self.lines[at]
        if self.endings:
            del self.endings[min(at, len(self.endings) - 1)]

    def data(self) -> bytes:
        ends = [*self.endings, ""]
        return "".join(line + end for line, end in zip(self.lines, ends, strict=True)).encode("latin-1")


def with_device(data: bytes, listen_port: int, reaper_port: int) -> bytes:
    """Return ``reaper.ini`` with our OSC device: REAPER listens on one port of 127.0.0.1 and sends to the other."""
    wanted = (
        f'OSC "{DEVICE_NAME}" {_FLAGS} {reaper_port} "127.0.0.1" {listen_port} {_PACKET_BYTES} {_WAIT_MS} "{PATTERN}"'
    )
    text = _Text(data)
    start, end = _section(text)
    for at in range(start, end):
        if _OURS.match(text.lines[at]):
            text.lines[at] = text.lines[at].split("=", 1)[0] + "=" + wanted
            return text.data()
    if start == end == 0:
        text.append(["[REAPER]"])
        start = end = len(text.lines) - 1
    count_at = next((at for at in range(start, end) if _COUNT.match(text.lines[at])), None)
    if count_at is None:
        text.insert(start, "csurf_cnt=1")
        text.insert(start + 1, f"csurf_0={wanted}")
        return text.data()
    match = _COUNT.match(text.lines[count_at])
    count = int(match.group(2)) if match else 0
    text.lines[count_at] = f"csurf_cnt={count + 1}"
    last = max((at for at in range(start, end) if _DEVICE.match(text.lines[at])), default=count_at)
    text.insert(last + 1, f"csurf_{count}={wanted}")
    return text.data()


def without_device(data: bytes) -> bytes:
    """Return ``reaper.ini`` without our device; the devices after it move up by one."""
    text = _Text(data)
    start, end = _section(text)
    ours = next((at for at in range(start, end) if _OURS.match(text.lines[at])), None)
    if ours is None:
        return data
    gone = int(text.lines[ours].split("=", 1)[0].split("_")[1])
    text.delete(ours)
    for at in range(start, end - 1):
        if (match := _COUNT.match(text.lines[at])) and int(match.group(2)) > 0:
            text.lines[at] = f"{match.group(1)}{int(match.group(2)) - 1}"
        elif (match := _DEVICE.match(text.lines[at])) and int(match.group(2)) > gone:
            text.lines[at] = f"{match.group(1)}{int(match.group(2)) - 1}{match.group(3)}"
    return text.data()


def _section(text: _Text, name: str = "reaper") -> tuple[int, int]:
    """Return (first line, line after the last) of the inside of a section; (0, 0) when it is not there."""
    start = None
    for at, line in enumerate(text.lines):
        if match := _SECTION.match(line.removeprefix("\xef\xbb\xbf")):
            if start is not None:
                return start, at
            if match.group(1).lower() == name.lower():
                start = at + 1
    return (0, 0) if start is None else (start, len(text.lines))


def with_actions(data: bytes, actions: dict[str, tuple[str, str]]) -> bytes:
    """Return ``reaper-kb.ini`` with our named actions: id → (title, path below Scripts)."""
    text = _Text(data)
    present = {match.group(1).upper(): at for at, line in enumerate(text.lines) if (match := _SCRIPT.match(line))}
    missing: list[str] = []
    for name, (title, path) in actions.items():
        line = f'SCR 4 0 {name} "Custom: {title}" "{path}"'
        if name in present:
            text.lines[present[name]] = line
        else:
            missing.append(line)
    if missing:
        text.append(missing)
    return text.data()


def without_actions(data: bytes) -> bytes:
    """Return ``reaper-kb.ini`` without our named actions (shortcuts the person gave them go with them)."""
    text = _Text(data)
    for at in reversed(range(len(text.lines))):
        if _SCRIPT.match(text.lines[at]) or re.match(r"^KEY\s.*\s_?FRESHEARS_[A-Z_]+\s", text.lines[at]):
            text.delete(at)
    return text.data()


def with_block(data: bytes, block: str) -> bytes:
    """Return ``__startup.lua`` with our marked block at the end, or with the block brought up to date in its place."""
    text = _Text(data)
    lines = [BLOCK_START, *block.splitlines(), BLOCK_END]
    span = _block(text)
    if span is None:
        text.append(lines)
        return text.data()
    if text.lines[span[0] : span[1]] == lines:
        return data
    for at in reversed(range(*span)):
        text.delete(at)
    for offset, line in enumerate(lines):
        text.insert(span[0] + offset, line)
    return text.data()


def without_block(data: bytes) -> bytes:
    """Return ``__startup.lua`` without our block."""
    text = _Text(data)
    span = _block(text)
    if span is None:
        return data
    for at in reversed(range(*span)):
        text.delete(at)
    return text.data()


def _block(text: _Text) -> tuple[int, int] | None:
    """Return the lines of our block; one whose end is missing is not touched."""
    start = next((at for at, line in enumerate(text.lines) if line.startswith("-- >>> Fresh Ears")), None)
    if start is None:
        return None
    end = next((at for at in range(start, len(text.lines)) if text.lines[at].startswith(BLOCK_END)), None)
    return None if end is None else (start, end + 1)


def with_setting(data: bytes, section: str, key: str, value: str) -> bytes:
    """Return an ini file with one setting of one section."""
    text = _Text(data)
    start, end = _section(text, section)
    for at in range(start, end):
        if text.lines[at].lower().startswith(f"{key.lower()}="):
            text.lines[at] = f"{key}={value}"
            return text.data()
    if start == end == 0:
        text.append([f"[{section}]", f"{key}={value}"])
    else:
        text.insert(start, f"{key}={value}")
    return text.data()


def without_section(data: bytes, section: str) -> bytes:
    """Return an ini file without a section of ours."""
    text = _Text(data)
    start, end = _section(text, section)
    if start == end == 0:
        return data
    for at in reversed(range(start - 1, end)):
        if at < len(text.lines) - 1 or text.lines[at]:
            text.delete(at)
    return text.data()
