"""`python -m bridge` is the command `freshears`."""

from bridge.cli import main

if __name__ == "__main__":
    main()
