"""The master report: what was promised, what is measured, what was done and why."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from bridge.model import Analysis, MasterMove, MasterResult, Measurement, SectionLevel, Series
from bridge.report.html import render
from bridge.report.master_view import master_view
from bridge.report.report_files import write_report
from tests.report.records import an_analysis
from tests.web.html_reading import read


def sections(*levels: float | None) -> tuple[SectionLevel, ...]:
    return tuple(SectionLevel(start_s=20.0 * i, end_s=20.0 * (i + 1), level_lufs=v) for i, v in enumerate(levels))


def a_result(**changes: object) -> MasterResult:
    result = MasterResult(
        input="/music/Second Wind v3.wav",
        input_sha256="11" * 32,
        output="/music/Masters/Second Wind – master b3 spotify 24-48.wav",
        output_sha256="22" * 32,
        target="spotify",
        integrated_lufs=-14.0,
        ceiling_dbtp=-1.0,
        format=an_analysis().format,
        before=Measurement(
            integrated_lufs=-20.0, true_peak_dbtp=-6.0, sections=sections(-25, -18), section_contrast_lu=7.0
        ),
        after=Measurement(
            integrated_lufs=-14.02, true_peak_dbtp=-1.0, sections=sections(-19, -12.1), section_contrast_lu=6.9
        ),
        moves=(MasterMove(stage="gain", what="Raised the whole song", amount_db=6.1, why="Spotify plays at -14."),),
        notes=("Spotify will leave it as it is.",),
        gain_reduction_db=Series(start_s=0.0, step_s=0.1, values=(0.0, -1.5, None, -2.25, 0.0)),
        settings_hash="abc123",
    )
    return msgspec.structs.replace(result, **changes)


def page_of(
    result: MasterResult,
    *,
    song: str,
    number: str = "",
    target_title: str | None = None,
    mix: Analysis | None = None,
    notes: Sequence[tuple[str, str]] = (),
) -> str:
    """Return the report as the page shows it, without what stands around it."""
    view = master_view(
        result,
        song=song,
        number=number,
        target_title=target_title,
        mix=mix,
        curves=result.drawn.curves if result.drawn is not None else None,
        made_at=None,
        notes=notes,
    )
    return render(
        "master.html",
        {
            "view": view,
            "page_title": f"{song}, master for {view.target} – Fresh Ears",
            "kicker": "Master",
            "sha256": result.output_sha256,
        },
    )


def text_of(result: MasterResult, **options: Any) -> str:
    return read(page_of(result, song="Second Wind", number="3", **options)).text


def test_it_says_what_was_asked_what_came_and_why() -> None:
    text = text_of(a_result(), target_title="Spotify", mix=an_analysis())
    for words in (
        "Second Wind master for Spotify, from bounce 3",
        "−14.0 LUFS, −1.0 dBTP.",
        "Asked for: −14.0 LUFS, peaks at most −1.0 dBTP.",
        "Raised the whole song +6.1 dB Spotify plays at -14.",
        "Spotify will leave it as it is.",
        "7.0 LU in the mix, 6.9 LU here",
        "At most 2.2 dB",
        "Integrated loudness LUFS −20.0 −14.0 +6.0",
        "0:20 to 0:40 −18.0 −12.1 +5.9",
        "The mix was not touched.",
    ):
        assert words in text


def test_a_level_that_was_not_reached_is_said_first() -> None:
    after = Measurement(integrated_lufs=-15.6, true_peak_dbtp=-1.0)
    text = text_of(a_result(after=after))
    assert "−15.6 LUFS instead of −14.0." in text


@pytest.mark.parametrize("values", [(), (None, None), (0.0, 0.0), (-0.01,)])
def test_a_limiter_without_work_has_no_curve(values: tuple[float | None, ...]) -> None:
    result = a_result(gain_reduction_db=Series(start_s=0.0, step_s=0.1, values=values))
    assert "had nothing to do" in text_of(result)


def test_a_target_without_a_level_asks_only_for_its_ceiling() -> None:
    text = text_of(a_result(integrated_lufs=None))
    assert "peaks at most −1.0 dBTP, no set loudness" in text


def test_sections_that_were_cut_differently_are_not_paired() -> None:
    after = Measurement(integrated_lufs=-14.0, sections=sections(-14))
    assert "0:20 to 0:40" not in text_of(a_result(after=after))


def test_a_silent_section_has_no_difference() -> None:
    result = a_result(before=Measurement(sections=sections(None, -18)), after=Measurement(sections=sections(None, -12)))
    assert "0:00 to 0:20 – – –" in text_of(result)


def test_hostile_words_stay_words() -> None:
    evil = "<script>alert(1)</script>\u202e"
    move = MasterMove(stage=evil, what=evil, amount_db=0.0, why=evil)
    html = page_of(
        a_result(
            input=f"/{evil}", output=f"/x{evil}.wav", target=evil, moves=(move,), notes=(evil,), settings_hash=evil
        ),
        song=evil,
        notes=[(evil, evil)],
    )
    page = read(html)
    assert not page.named("script")
    assert "\u202e" not in html
    assert "Content-Security-Policy" in html


def test_it_is_written_beside_its_json_and_replaced_by_its_own_kind(tmp_path: Path) -> None:
    result = a_result()
    json = msgspec.json.encode(result).decode()
    first = write_report(tmp_path, "Master", page_of(result, song="S"), json)
    again = write_report(tmp_path, "Master", page_of(result, song="T"), json)
    assert first == again
    other = a_result(output_sha256="33" * 32)
    page = page_of(other, song="S")
    third = write_report(tmp_path, "Master", page, msgspec.json.encode(other).decode())
    assert third.html.name == "Master (2).html"
