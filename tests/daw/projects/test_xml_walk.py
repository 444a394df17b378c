"""XML walked by a table, in whatever blocks it comes."""

from pathlib import Path

import pytest

from bridge.daw.projects.xml_walk import Element, XmlWalk
from bridge.errors import DawError

BODY = (
    "<Set><Part n='1'><Skipped><Skipped><Kept n='wrong'/></Skipped></Skipped><Kept n='a'/><Last n='x'/>"
    "<Kept n='behind'/><In><Kept n='wrong'/></In></Part><Part n='2'><Kept n='b'/></Part><Kept n='c'/></Set>"
)
SAID = ["Part 1", "Kept a", "Last x", "end 1", "Part 2", "Kept b", "end 2", "Kept c"]


def walked(data: bytes, size: int) -> list[str]:
    """Return what is told of a document that comes in blocks of a size."""
    said: list[str] = []

    def tell(tag: str, attributes: dict[str, str]) -> None:
        said.append(f"{tag} {attributes['n']}")
        if tag == "Last":
            walk.skip_rest_of("Part")

    kept = Element(tell)
    part = Element(tell, lambda _: said.append(f"end {said.count('end 1') + 1}"), {"Kept": kept, "Last": Element(tell)})
    root = {"Set": Element(inside={"Part": part, "Kept": kept})}
    walk = XmlWalk(Path("a.xml"), "a test", root, "write it again")
    for at in range(0, len(data), size):
        walk.feed(data[at : at + size])
    walk.finish()
    return said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
@pytest.mark.parametrize("size", [1, 3, 7, 20, 64, 100_000])
def test_blocks_of_any_size_tell_the_same(size: int, encoding: str) -> None:
    filled = BODY.replace("<In>", "<In>" + "<x y='</Part'/>".replace("</", "&lt;/") * 50)
    data = f'<?xml version="1.0" encoding="{encoding[:6] if encoding[0] == "u" else encoding}"?>{filled}'
    assert walked(data.encode(encoding), size) == SAID


def test_the_end_of_another_one_in_a_comment_does_no_harm() -> None:
    commented = BODY.replace("<In>", "<In>" + "<x/>" * 30 + "<!-- </Part> -->" + "<x/>" * 30)
    for size in (1, 16, 50, 100_000):
        assert walked(commented.encode(), size) == SAID


def test_one_that_ends_while_something_is_skipped_is_damaged() -> None:
    with pytest.raises(DawError, match="damaged"):
        walked(BODY[: BODY.index("<Part n='2'>") - 7].encode(), 10)
