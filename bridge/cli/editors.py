"""The person's editor, as $VISUAL or $EDITOR names it."""

import os
import shlex

from bridge.errors import UsageError


def editor_words(editor: str) -> list[str]:
    """Return the program and its options, read as a shell of this system would: a path with spaces is quoted.

    Raises
    ------
    UsageError
        A quote is not closed, or nothing is named.
    """
    try:
        if os.name == "nt":  # a backslash is no escape there
            words = [word.strip('"') for word in shlex.split(editor, posix=False)]
        else:
            words = shlex.split(editor)
        if not words:
            raise ValueError("it is empty")
    except ValueError as error:
        raise UsageError(f"the editor {editor!r} cannot be read ({error}); mend $VISUAL or $EDITOR") from error
    return words
