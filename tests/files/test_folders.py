"""Folders for results: a link of the person's own is followed, another user's is not."""

import os
from pathlib import Path

import pytest

from bridge.errors import JobError
from bridge.files.folders import make_output_folder
from bridge.model import MasterRequest
from bridge.report.report_files import ReportError, write_sidecar
from bridge.worker.jobs.master import make_folder

needs_users = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root to give a link to another user"
)


def test_a_folder_is_made_with_those_above_it_and_may_be_there(tmp_path: Path) -> None:
    for _ in range(2):
        make_output_folder(tmp_path / "a" / "Masters")
    assert (tmp_path / "a" / "Masters").is_dir()


@pytest.mark.skipif(os.name != "posix", reason="links as POSIX has them")
def test_a_link_of_our_own_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "Fresh Ears").symlink_to("elsewhere")
    path = write_sidecar(tmp_path / "Fresh Ears", "Tide", ".md", b"words")
    assert (tmp_path / "elsewhere" / path.name).read_bytes() == b"words"


@needs_users
def test_another_users_link_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    for name in ("Fresh Ears", "Masters"):
        (tmp_path / name).symlink_to("elsewhere")
        os.lchown(tmp_path / name, 65_534, 65_534)
    with pytest.raises(ReportError, match="another user"):
        write_sidecar(tmp_path / "Fresh Ears", "Tide", ".md", b"words")
    with pytest.raises(JobError, match="another user"):
        make_folder(MasterRequest(input_path="", output_folder=str(tmp_path / "Masters")))
    assert not list((tmp_path / "elsewhere").iterdir())
