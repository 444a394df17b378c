"""The ReaPack index of our scripts: ``python -m tests.daw.reaper.standin.reapack BASE_URL [FILE]``.

``BASE_URL`` is where ``daw_scripts/reaper/`` of a tagged release can be downloaded file by file; ReaPack needs absolute
addresses, so the index is made when a release is published. Layout: ReaPack's own index format, version 1
(index > category > reapack > version > source).
"""

import fnmatch
import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote
from xml.etree import ElementTree as ET

SOURCE = Path(__file__).parents[4] / "daw_scripts" / "reaper"
CATEGORY = "Fresh Ears"
_TAG = re.compile(r"^-- @(\w+)\s*(.*)$")
_MORE = re.compile(r"^--   (.*)$")
REQUIRED = ("description", "version", "author", "about", "changelog")


class Provided(NamedTuple):
    """One line of @provides."""

    pattern: str
    main: bool


def headers(path: Path) -> dict[str, str]:
    """Return the tags of a script's header; those that span lines are joined by line breaks."""
    found: dict[str, list[str]] = {}
    tag = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if match := _TAG.match(line):
            tag = match.group(1)
            found[tag] = [match.group(2)] if match.group(2) else []
        elif (match := _MORE.match(line)) and tag:
            found[tag].append(match.group(1))
        else:
            break
    return {key: "\n".join(lines) for key, lines in found.items()}


def provided(text: str) -> list[Provided]:
    """Return what @provides lists."""
    return [
        Provided(line.rpartition("] ")[2], "[main]" in line) for line in filter(None, map(str.strip, text.splitlines()))
    ]


def package_files(package: Path) -> list[tuple[Path, bool]]:
    """Return (file, is an action) for everything a package installs, itself first."""
    files = {package: True}
    for entry in provided(headers(package).get("provides", "")):
        for path in sorted((SOURCE / CATEGORY).rglob("*.lua")):
            name = path.relative_to(SOURCE / CATEGORY).as_posix()
            if fnmatch.fnmatch(name, entry.pattern) and name.count("/") == entry.pattern.count("/"):
                files.setdefault(path, entry.main)
    return list(files.items())


def index(base_url: str, time: datetime) -> ET.Element:
    """Return the index of every script that is a package of its own."""
    root = ET.Element("index", version="1", name="Fresh Ears")
    category = ET.SubElement(root, "category", name=CATEGORY)
    for package in sorted((SOURCE / CATEGORY).glob("*.lua")):
        tags = headers(package)
        missing = [tag for tag in REQUIRED if not tags.get(tag)]
        if missing or not tags["version"][0].isdigit():
            raise SystemExit(f"{package.name}: wrong or missing {', '.join(missing) or 'version'}")
        if "noindex" in tags:
            continue
        entry = ET.SubElement(category, "reapack", name=package.name, type="script", desc=tags["description"])
        ET.SubElement(ET.SubElement(entry, "metadata"), "description").text = tags["about"]
        version = ET.SubElement(
            entry, "version", name=tags["version"], author=tags["author"], time=time.strftime("%Y-%m-%dT%H:%M:%SZ")
        )
        ET.SubElement(version, "changelog").text = tags["changelog"]
        for path, main in package_files(package):
            source = ET.SubElement(version, "source")
            if path != package:
                source.set("file", path.relative_to(package.parent).as_posix())
            if main:
                source.set("main", "main")
            source.text = f"{base_url.rstrip('/')}/{quote(path.relative_to(SOURCE).as_posix())}"
    return root


def main(arguments: list[str]) -> int:
    """Write the index."""
    if not arguments or not arguments[0].startswith("https://"):
        sys.stderr.write("usage: python -m tests.daw.reaper.standin.reapack https://… [index.xml]\n")
        return 2
    tree = ET.ElementTree(index(arguments[0], datetime.now(tz=UTC)))
    ET.indent(tree)
    target = Path(arguments[1] if len(arguments) > 1 else "index.xml")
    tree.write(target, encoding="utf-8", xml_declaration=True)
    sys.stdout.write(f"{target}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
