"""Renders pages from templates: everything escaped, one style sheet inside, nothing fetched from anywhere.

A report opens from disk. Its policy forbids scripts, requests, forms and frames; the one style sheet is allowed by
its hash, so not even a name that escaped the escaping could do more than look odd.
"""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import bridge
from bridge.files import safe_name
from bridge.model import Analysis
from bridge.report import bounce_view, text
from bridge.report.compiled import CompiledTemplates

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def render_bounce_report(
    analysis: Analysis,
    *,
    song: str,
    number: str = "",
    title: str | None = None,
    made_at: float | None = None,
    notes: Sequence[tuple[str, str]] = (),
    hides_loudness: bool = False,
) -> str:
    """Return the report of one bounce as a self-contained HTML page.

    Parameters
    ----------
    analysis
        What was measured and found; without ``curves`` the page has no charts.
    song, number
        What the bounce is called: "Tide (instrumental)", "3 dry"; ``number`` is empty for a file outside any song.
    title
        The window's title; made from song and bounce when left out.
    made_at
        When it was measured, POSIX seconds.
    notes
        Questions and the person's answers, shown as they were written.
    hides_loudness
        The song is being mixed: loudness is folded away, one click from sight.
    """
    view = bounce_view.bounce_view(
        analysis, song=song, number=number, made_at=made_at, notes=notes, hides_loudness=hides_loudness
    )
    if title is None:
        title = f"{song}, bounce {number}" if number else song
    values = {"view": view, "page_title": f"{title} – Fresh Ears", "kicker": "Bounce", "sha256": analysis.sha256}
    return render("bounce.html", values)


@dataclass(frozen=True, slots=True)
class LivePage:
    """What a page served by the bridge knows beyond one that lies on the disk."""

    token: str
    nonce: str
    changes: int = 0
    run: str = ""
    song_id: int | None = None
    bounce_id: int | None = None
    modules: tuple[str, ...] = ()  # scripts that a page with a player imports


def render(template: str, values: Mapping[str, object], *, live: LivePage | None = None) -> str:
    """Return a page made from a template: self-contained, or for the bridge's server when ``live`` is given."""
    css, policy = _style()
    page = _environment().get_template(template)
    style = Markup(css)  # noqa: S704 - our own file
    modules = live.modules if live is not None else ()
    return page.render(
        version=bridge.__version__, css=style, content_policy=policy, live=live, modules=modules, **values
    )


def file_name(words: str) -> str:
    """Return words as a file's name."""
    return safe_name(text.visible(words), fallback="report")


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_harmless,
        trim_blocks=True,
        lstrip_blocks=True,
        bytecode_cache=CompiledTemplates(TEMPLATES, Path(__file__)),
    )


def _harmless(value: object) -> object:
    """Make text readable before it is escaped; finished markup passes as it is."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return "\n".join(text.visible(line) for line in value.split("\n"))
    return value


@cache
def _style() -> tuple[str, str]:
    """Return the style sheet and the policy that allows it and nothing else."""
    css = (STATIC / "page.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return css, f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
