"""Compiled templates that are kept: used again, never wrong, and no condition of anything."""

import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader

from bridge.report.compiled import CompiledTemplates


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    monkeypatch.setattr(sys, "pycache_prefix", None)
    monkeypatch.setattr("platformdirs.user_cache_path", lambda *_, **__: tmp_path / "cache")


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    folder.mkdir()
    (folder / "page.html").write_text("Hello {{ name }}")
    return folder


def rendered(templates: Path, made_by: Path = Path(__file__)) -> tuple[str, bool]:
    """Return what a new environment makes of the template, and whether it had to compile it."""
    compiled = []

    class Watched(Environment):
        def compile(self, *given: object, **more: object) -> object:
            compiled.append(given)
            return super().compile(*given, **more)  # type: ignore[call-overload]

    environment = Watched(loader=FileSystemLoader(templates), bytecode_cache=CompiledTemplates(templates, made_by))
    return environment.get_template("page.html").render(name="you"), bool(compiled)


def kept(templates: Path) -> Path:
    (file,) = templates.parent.rglob("*.template")
    return file


def test_what_is_compiled_once_is_used_again(templates: Path) -> None:
    assert rendered(templates) == ("Hello you", True)
    assert rendered(templates) == ("Hello you", False)
    assert kept(templates).parent == templates / "__pycache__"


def test_a_changed_template_or_environment_is_compiled_anew(templates: Path, tmp_path: Path) -> None:
    rendered(templates)
    (templates / "page.html").write_text("Good bye {{ name }}")
    assert rendered(templates) == ("Good bye you", True)
    other = tmp_path / "other.py"
    other.write_text("another way to compile")
    assert rendered(templates, other) == ("Good bye you", True)


@pytest.mark.parametrize("damage", [b"", b"\0" * 4000, b"fresh-ears template 1\n" + bytes(300)])
def test_a_damaged_file_is_compiled_anew_and_mended(templates: Path, damage: bytes) -> None:
    rendered(templates)
    kept(templates).write_bytes(damage)
    assert rendered(templates) == ("Hello you", True)
    assert rendered(templates) == ("Hello you", False)


def test_one_bit_that_turned_is_noticed(templates: Path) -> None:
    rendered(templates)
    whole = kept(templates).read_bytes()
    for place in range(0, len(whole), 97):
        kept(templates).write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        assert rendered(templates) == ("Hello you", True)


def test_where_the_program_cannot_be_written_the_users_cache_holds_them(templates: Path, tmp_path: Path) -> None:
    (templates / "__pycache__").write_text("in the way")
    assert rendered(templates) == ("Hello you", True)
    assert rendered(templates) == ("Hello you", False)
    assert kept(templates).parent == tmp_path / "cache" / "templates"


def test_where_nothing_can_be_written_everything_works(templates: Path, tmp_path: Path) -> None:
    (templates / "__pycache__").write_text("in the way")
    (tmp_path / "cache").write_text("in the way")
    assert rendered(templates) == ("Hello you", True)
    assert rendered(templates) == ("Hello you", True)


def test_who_wants_no_bytecode_gets_none(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    rendered(templates)
    assert list(templates.parent.rglob("*.template")) == []
