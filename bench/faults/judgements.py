"""What a person saw in the samples where something was said of a song into which nothing was put."""

import tomllib
from pathlib import Path

from bench.faults.clean import Said

_FILE = Path(__file__).with_name("judgements.toml")


def judgement_of(said: Said) -> str:
    """Return the judgement on a finding: that on this song's, else that on its package's, else that nobody looked."""
    table = tomllib.loads(_FILE.read_text(encoding="utf-8")).get(said.check, {})
    package = said.track.partition("/")[0]
    found: str = table.get(said.track) or table.get(package) or "not looked at"
    return found
