from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bridge.daw.lv2_bundle import MOST_BYTES, read_lv2_bundles
from bridge.errors import UsageError

LIMITER = """\
@prefix doap: <http://usefulinc.com/ns/doap#> .
@prefix lv2: <http://lv2plug.in/ns/lv2core#> .

<http://example.org/breakwater>
    a lv2:Plugin , lv2:LimiterPlugin ;
    doap:name "Breakwater \\"Stereo\\"" ;
    lv2:port [ a lv2:AudioPort ; lv2:name "in" ] .

<http://example.org/hybrid> a lv2:Plugin, lv2:ReverbPlugin, lv2:DelayPlugin ; doap:name "Hybrid" .
<http://example.org/plain> a lv2:Plugin ; doap:name "Plain" .
<http://example.org/group> a lv2:ReverbPlugin ; doap:name "No plug-in" .
"""


def test_names_come_with_the_one_class_they_have(tmp_path: Path) -> None:
    bundle = tmp_path / "breakwater.lv2"
    bundle.mkdir()
    (bundle / "breakwater.ttl").write_text(LIMITER)
    (bundle / "again.ttl").write_text(LIMITER.replace("\n", "\r\n"))
    (bundle / "manifest.ttl").write_text("<x> a lv2:Plugin ; rdfs:seeAlso <breakwater.ttl> .\n")
    expected = (('Breakwater "Stereo"', "LimiterPlugin"),)
    assert read_lv2_bundles(bundle / "breakwater.ttl") == expected
    assert read_lv2_bundles(tmp_path) == expected


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nothing\.ttl"):
        read_lv2_bundles(tmp_path / "nothing.ttl")
    huge = tmp_path / "huge.ttl"
    with huge.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(UsageError, match=r"huge\.ttl: larger"):
        read_lv2_bundles(huge)


@pytest.mark.slow
@settings(max_examples=50)
@given(st.binary(max_size=200), st.integers(0, len(LIMITER)))
def test_no_damage_makes_it_fail(tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int) -> None:
    path = tmp_path_factory.getbasetemp() / "noise.ttl"
    path.write_bytes(LIMITER.encode()[:place] + noise + LIMITER.encode()[place:])
    assert all(name and kind.endswith("Plugin") for name, kind in read_lv2_bundles(path))
