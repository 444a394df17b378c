"""XML walked by a table of what is looked at; everything else is skipped, and nothing is kept in memory.

Projects hold millions of elements, of which a few hundred tell what is on the bus. Inside what is not in the table no
function of ours is called for any element. A declared document type is refused, and with it every entity.
"""

from collections.abc import Callable
from pathlib import Path
from typing import NoReturn
from xml.parsers import expat

from bridge.errors import DawError

MAX_DEPTH = 1000  # ours: real projects are nested some fifty deep
_MOST_SKIPPED = 200_000  # ours: after so many tags in what is skipped, its depth is counted, which takes longer
_HEAD_BYTES, _WIDE = 4, (b"\xff\xfe", b"\xfe\xff")  # XML 1.0, appendix F: UTF-16 shows there
_LONGEST_TAG = 32  # of those whose rest is skipped
_MOST_TAGS = 5_000  # ours: Live 12 has some two thousand

Starts = Callable[[str, dict[str, str]], None]
Ends = Callable[[str], None]


class Element:
    """What is done with an element, and which elements in it are looked at.

    Parameters
    ----------
    starts, ends
        Called with the tag, and at the start with the attributes.
    inside
        The elements in it by their tags.
    any_other
        What all the others in it are; None: skipped.
    """

    __slots__ = ("any_other", "ends", "inside", "starts")

    def __init__(
        self,
        starts: Starts | None = None,
        ends: Ends | None = None,
        inside: "dict[str, Element] | None" = None,
        any_other: "Element | None" = None,
    ) -> None:
        self.starts = starts
        self.ends = ends
        self.inside = inside or {}
        self.any_other = any_other


def nested(path: str, innermost: Element) -> dict[str, Element]:
    """Return ``{"A": Element(inside={"B": innermost})}`` for ``"A/B"``."""
    first, _, rest = path.partition("/")
    return {first: Element(inside=nested(rest, innermost)) if rest else innermost}


class _SkippedEnds(dict[str, None]):
    """As a handler of ends it costs next to nothing: only the tag that is waited for is not in it."""

    def __init__(self, found: Callable[[], None]) -> None:
        super().__init__()
        self.awaited = ""
        self._found = found

    def wait_for(self, tag: str) -> None:
        if len(self) > _MOST_TAGS:
            self.clear()
        self.awaited = tag
        self.pop(tag, None)

    def __missing__(self, tag: str) -> None:
        if tag == self.awaited:
            self._found()
        else:
            self[tag] = None


class XmlWalk:
    """Walks one document.

    Parameters
    ----------
    path, program
        What is read, and what wrote it: both are named in what is refused.
    root
        The table, from the outermost element on.
    remedy
        What a person does about a damaged one.
    """

    def __init__(self, path: Path, program: str, root: dict[str, Element], remedy: str) -> None:
        self._path = path
        self._program = program
        self._remedy = remedy
        self._open: list[tuple[str, Element]] = [("", Element(inside=root))]
        self._ends = _SkippedEnds(self._skipped)
        self._is_skipping = self._is_counting = False
        self._skips_to = ""  # the end of an open element, when the rest of it is of no interest
        self._tags_skipped = self._depth_skipped = 0
        self._block, self._fed, self._before = b"", 0, b""  # what is read now, how much came before it, and its end
        self._head = b""  # its first bytes: whether a tag can be looked for in the others
        self._awaited = b""  # the end of what is skipped without being told of anything in it
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.StartDoctypeDeclHandler = self._refuse
        self._parser = parser

    def feed(self, block: bytes) -> None:
        """Walk on.

        Raises
        ------
        DawError
            The document is damaged, of another kind, nested too deep, or declares a document type.
        """
        if len(self._head) < _HEAD_BYTES:
            self._head = (self._head + block)[:_HEAD_BYTES]
        if self._awaited and self._awaited in self._before + block:
            self._awaited = b""
            self._parser.EndElementHandler = self._ends.__getitem__
        if self._is_skipping and not self._is_counting:
            self._tags_skipped += block.count(b"<")
            if self._tags_skipped > _MOST_SKIPPED:
                self._count_depth()
        self._block = block
        self._parse(block, final=False)
        self._before = (self._before + block)[-_LONGEST_TAG:] if len(block) < _LONGEST_TAG else block[-_LONGEST_TAG:]
        self._fed += len(block)

    def skip_rest_of(self, tag: str) -> None:
        """Skip to the end of the innermost open element of this name, which never holds one of its own name.

        Called while an element starts; the ends of those between are not told.
        """
        self._skips_to = tag

    def finish(self) -> None:
        """Walk to the end; raises as `feed` does."""
        self._parse(b"", final=True)
        if self._is_skipping:
            raise DawError(f"{self._path}: damaged: it ends inside of something; {self._remedy}")

    def _parse(self, block: bytes, *, final: bool) -> None:
        try:
            self._parser.Parse(block, final)
        except expat.ExpatError as error:
            what = expat.errors.messages[error.code]
            raise DawError(f"{self._path}: damaged at line {error.lineno}: {what}; {self._remedy}") from error

    def _refuse(self, *_: object) -> NoReturn:
        raise DawError(f"{self._path}: declares a document type, which {self._program} never does; it is not read")

    def _too_deep(self) -> NoReturn:
        raise DawError(f"{self._path}: damaged: more than {MAX_DEPTH} elements inside each other; {self._remedy}")

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        around = self._open[-1][1]
        element = around.inside.get(tag, around.any_other)
        if element is None:
            if len(self._open) == 1:
                raise DawError(f"{self._path}: not written by {self._program} (it begins with <{tag[:40]}>)")
            self._skip(tag)
            return
        if len(self._open) > MAX_DEPTH:
            self._too_deep()
        self._open.append((tag, element))
        if element.starts is not None:
            element.starts(tag, attributes)
            if self._skips_to:
                self._skip(self._skips_to)
                self._look_ahead(f"</{self._skips_to}>".encode())

    def _end(self, tag: str) -> None:
        # Where a skipped element held one of its own name, the outer one's end is still to come.
        if len(self._open) > 1 and tag == self._open[-1][0]:
            _, element = self._open.pop()
            if element.ends is not None:
                element.ends(tag)

    def _skip(self, tag: str) -> None:
        self._is_skipping = True
        self._tags_skipped = 0
        self._ends.wait_for(tag)
        self._parser.StartElementHandler = None
        self._parser.EndElementHandler = self._ends.__getitem__

    def _look_ahead(self, end: bytes) -> None:
        """Be told of nothing up to the block that holds this end; only then is each end looked at."""
        ahead = self._block[max(0, self._parser.CurrentByteIndex - self._fed) :]
        is_wide = self._head[:2] in _WIDE or b"\0" in self._head or len(self._head) < _HEAD_BYTES
        if not is_wide and end not in ahead:
            self._awaited = end
            self._parser.EndElementHandler = None

    def _skipped(self) -> None:
        self._is_skipping = self._is_counting = False
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        tag, self._skips_to = self._skips_to, ""
        if tag:
            while len(self._open) > 1 and self._open[-1][0] != tag:
                self._open.pop()
            self._end(tag)

    def _count_depth(self) -> None:
        """Bound the depth of what is skipped from here on: expat keeps every element that is open."""
        self._is_counting = True
        self._awaited = b""
        self._depth_skipped = 0
        self._parser.StartElementHandler = self._deeper
        self._parser.EndElementHandler = self._shallower

    def _deeper(self, _tag: str, _attributes: dict[str, str]) -> None:
        self._depth_skipped += 1
        if self._depth_skipped > MAX_DEPTH:
            self._too_deep()

    def _shallower(self, tag: str) -> None:
        self._depth_skipped -= 1
        self._ends[tag]
