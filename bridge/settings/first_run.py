"""What a first run writes: the commented settings, and the bounce folder they name."""

from bridge.files import replace_whole
from bridge.files.private import FILE_MODE, private_folder
from bridge.settings.config import template
from bridge.settings.home import Home


def make_config(where: Home) -> None:
    """Write the commented configuration of a first run, and the bounce folder it names."""
    where.default_bounce_folder.mkdir(parents=True, exist_ok=True)
    private_folder(where.config_path.parent)
    text = template(where.default_bounce_folder, where.default_library_folder)
    replace_whole(where.config_path, text.encode(), mode=FILE_MODE)
