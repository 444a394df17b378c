"""The command line: parses and calls. Anything heavy is imported inside the command that needs it."""

import os


def main() -> None:
    """Run the command `freshears`."""
    # numpy's matrix products are small here; a second thread of theirs would spin on a core that the DAW wants.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from bridge.cli.root import run

    run()
