"""`python -m bench.soak` (`make soak`): go on with the lanes of months in hours, and renew docs/reliability.md."""

import sys

from bench.lanes.run import main
from bench.soak import bounces, days, full_disks, kills, store
from bench.soak.watching import drives, floods, idle

TITLE = "Months in hours: real processes, or the real bridge with a clock that is turned."
LANES = (
    *kills.LANES,
    *full_disks.LANES,
    *store.LANES,
    *floods.LANES,
    *drives.LANES,
    *idle.LANES,
    *bounces.LANES,
    *days.LANES,
)

if __name__ == "__main__":
    sys.exit(main("soak", TITLE, LANES))
