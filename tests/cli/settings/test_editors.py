"""The person's editor may lie under a path with spaces, and may be named wrongly."""

import pytest

from bridge.cli.editors import editor_words
from bridge.errors import UsageError


def test_a_path_with_spaces_is_one_word_where_it_is_quoted() -> None:
    assert editor_words("'/opt/My Editor/edit' --wait") == ["/opt/My Editor/edit", "--wait"]
    assert editor_words("nano") == ["nano"]


def test_a_quote_that_is_not_closed_is_said() -> None:
    with pytest.raises(UsageError, match=r"mend \$VISUAL or \$EDITOR"):
        editor_words("'/opt/My Editor/edit --wait")
