"""Fetches the page's two libraries from the npm registry: ``python tools/vendor_page.py`` (needs npm).

Change a version below and run it; the files, their licences and the list are written anew. A package whose content
does not match the checksum recorded in the registry is refused by npm itself.
"""

import hashlib
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path
from typing import NamedTuple

VENDOR = Path(__file__).parent.parent / "bridge" / "web" / "static" / "vendor"


class Package(NamedTuple):
    """A package of the registry, and which of its files the page uses under which names."""

    name: str
    version: str
    what_for: str
    files: dict[str, str]


PACKAGES = (
    Package(
        "wavesurfer.js",
        "8.0.1",
        "waveforms, regions",
        {
            "dist/wavesurfer.esm.js": "wavesurfer.js",
            "dist/plugins/regions.esm.js": "wavesurfer-regions.js",
            "LICENSE": "wavesurfer.LICENSE.txt",
        },
    ),
    Package(
        "uplot",
        "1.6.32",
        "curves",
        {
            "dist/uPlot.iife.min.js": "uplot.js",
            "dist/uPlot.min.css": "uplot.css",
            "LICENSE": "uplot.LICENSE.txt",
        },
    ),
)


def main() -> None:
    """Fetch every package and write the list."""
    VENDOR.mkdir(parents=True, exist_ok=True)
    rows = []
    for package in PACKAGES:
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(
                ["npm", "pack", "--silent", f"{package.name}@{package.version}"],
                cwd=folder,
                check=True,
                stdout=subprocess.DEVNULL,
            )
            (archive,) = Path(folder).glob("*.tgz")
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
            root = Path(folder) / "package"
            licence = json.loads((root / "package.json").read_text(encoding="utf-8"))["license"]
            for source, name in package.files.items():
                shutil.copyfile(root / source, VENDOR / name)
                digest = hashlib.sha256((VENDOR / name).read_bytes()).hexdigest()
                rows.append(
                    f"| {name} | {package.name} {package.version} | {licence} | {package.what_for} | `{digest}` |"
                )
    head = "# Vendored for the page\n\nWritten by `tools/vendor_page.py`; unchanged copies from the npm registry.\n\n"
    table = "| file | package | licence | for | SHA-256 |\n|---|---|---|---|---|\n"
    (VENDOR / "README.md").write_text(head + table + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
