"""One run of the demo, shared by everything that looks at what it made."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.readme_transcript import run_demo


class Demo(NamedTuple):
    """What the demo left behind."""

    folder: Path
    printed: str
    bounce: Path
    master: Path
    report: Path


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    printed = run_demo(folder)
    (bounce,) = (folder / "Bounces").glob("*.wav")
    (master,) = (folder / "Bounces" / "Masters").glob("*.wav")
    (report,) = (folder / "Bounces" / "Fresh Ears").glob("*bounce*.html")
    return Demo(folder, printed, bounce, master, report)
