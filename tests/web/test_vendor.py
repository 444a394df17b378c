"""The vendored libraries are what their list says, and nothing else lies beside them."""

import hashlib
import re

from tools.vendor_page import PACKAGES, VENDOR


def test_every_vendored_file_is_listed_with_version_licence_and_checksum() -> None:
    listed = (VENDOR / "README.md").read_text(encoding="utf-8")
    row = r"^\| (\S+) \| (\S+) (\S+) \| (\S+) \| .+? \| `([0-9a-f]{64})` \|$"
    rows = re.findall(row, listed, re.MULTILINE)
    assert {name for name, *_ in rows} == {path.name for path in VENDOR.iterdir()} - {"README.md"}
    versions = {(package.name, package.version) for package in PACKAGES}
    for name, package, version, licence, checksum in rows:
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == checksum, name
        assert (package, version) in versions
        assert licence in {"MIT", "BSD-3-Clause"}
    for package in PACKAGES:
        assert any(name.endswith(".LICENSE.txt") for name in package.files.values())
