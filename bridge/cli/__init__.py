"""The command line: parses and calls. Anything heavy is imported inside the command that needs it."""


def main() -> None:
    """Run the command `freshears`."""
    from bridge.cli.root import run

    run()
