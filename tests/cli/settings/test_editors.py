"""The person's editor may lie under a path with spaces, and may be named wrongly."""

import pytest

from bridge.cli.editors import editor_words
from bridge.errors import UsageError


def test_a_path_with_spaces_is_one_word_where_it_is_quoted() -> None:
    assert editor_words("'/opt/My Editor/edit' --wait") == ["/opt/My Editor/edit", "--wait"]
    assert editor_words("nano") == ["nano"]


@pytest.mark.parametrize("editor", ["'/opt/My Editor/edit --wait", " ", "\t"])
def test_a_quote_that_is_not_closed_and_no_name_at_all_are_said(editor: str) -> None:
    with pytest.raises(UsageError, match=r"mend \$VISUAL or \$EDITOR"):
        editor_words(editor)
