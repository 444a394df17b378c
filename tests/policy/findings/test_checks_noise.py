"""What is said of noise that does not belong."""

import msgspec

from bridge.policy.findings.judge import judge
from tests.policy.findings.test_judge import GOOD, WAV


def test_hum_is_said_with_its_mains_its_level_and_the_second_where_it_lies_open() -> None:
    (finding,) = judge(WAV, msgspec.structs.replace(GOOD, hum_dbfs=-61.2, hum_at_s=83.0, mains_hz=60))
    assert (finding.kind, finding.check) == ("listen", "hum")
    assert "60 Hz and its multiples, -61 dBFS" in finding.message
    assert "1:23" in finding.message
    assert (finding.at_s, finding.length_s) == ((83.0,), (1.0,))
    assert finding.values["mains_hz"] == 60.0
