"""`python -m bench.fuzz` (`make fuzz`): go on with the lanes of mutated input, and renew docs/reliability.md."""

import sys

from bench.fuzz import mailbox, osc, page, projects, sounds
from bench.lanes.run import main

TITLE = "Mutated input: every input is made from the seed; no input of up to 1 MB may take more than 2 s."
LANES = (*osc.LANES, *sounds.LANES, *projects.LANES, *mailbox.LANES, *page.LANES)

if __name__ == "__main__":
    sys.exit(main("fuzz", TITLE, LANES))
