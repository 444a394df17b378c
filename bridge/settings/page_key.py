"""The key to the page: what tells the person who runs the bridge from everybody else who can reach its port.

A secret in the home folder, readable by its owner only. Who can read it makes *codes*: each opens the page once,
within two minutes. Who came in with one gets a *pass*, a cookie that lasts until the secret is removed. Both are
signed with the secret, so that nothing has to be kept: codes and passes of another home, or made up, are none.
"""

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from bridge.errors import FreshEarsError
from bridge.files import PartFile
from bridge.files.private import FILE_MODE, private_folder, tighten_file

CODE_S = 120.0  # ours: a browser that starts on a busy machine takes half a minute
PASS_S = 400 * 86_400  # what browsers keep a cookie for at most (RFC 6265bis, 5.5)
_AHEAD_S = 5.0  # ours: a clock may be set back a little between two processes' looks
_SECRET_BYTES = 32
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)


class PageKeyError(FreshEarsError):
    """The secret cannot be read or made."""


class PageKey:
    """Makes and recognises codes and passes.

    Parameters
    ----------
    secret
        At least 32 bytes that nobody else knows.
    """

    def __init__(self, secret: bytes) -> None:
        if len(secret) < _SECRET_BYTES:
            raise ValueError(f"a secret of {len(secret)} bytes; it takes {_SECRET_BYTES}")
        self._secret = secret
        # Cookies know no ports: two homes on one computer must not take each other's.
        self.cookie_name = f"freshears-{self._sign('name', '')[:12]}"

    def new_code(self, at: float) -> str:
        """Return a code that opens the page once; ``at`` in seconds since 1970."""
        return self._signed("code", at)

    def new_pass(self, at: float) -> str:
        """Return a pass."""
        return self._signed("pass", at)

    def is_pass(self, text: str, at: float) -> bool:
        """Tell whether a text is a pass of this home that still holds."""
        made_at = self._made_at("pass", text)
        return made_at is not None and made_at - PASS_S <= at <= made_at + PASS_S

    def code_made_at(self, text: str) -> float | None:
        """Return when a code was made; None for what is no code of this home."""
        return self._made_at("code", text)

    def _signed(self, kind: str, at: float) -> str:
        made = f"{int(at * 1000)}.{secrets.token_urlsafe(12)}"
        return f"{made}.{self._sign(kind, made)}"

    def _made_at(self, kind: str, text: str) -> float | None:
        made, _, signature = text.rpartition(".")
        if len(text) > 200 or not text.isascii():
            return None
        if not hmac.compare_digest(signature, self._sign(kind, made)):
            return None
        return int(made.partition(".")[0]) / 1000

    def _sign(self, kind: str, text: str) -> str:
        return hmac.new(self._secret, f"{kind}:{text}".encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class CodeChecker:
    """Takes codes, each once.

    Parameters
    ----------
    key
        Whose codes.
    since
        When the server began: older codes may have been used with the one before.
    """

    def __init__(self, key: PageKey, since: float) -> None:
        self._key = key
        self._since = since
        self._used: dict[str, float] = {}

    def take(self, code: str, at: float) -> bool:
        """Tell whether a code opens the page now; it does so once."""
        self._used = {used: until for used, until in self._used.items() if until > at}
        made_at = self._key.code_made_at(code)
        if made_at is None or made_at < self._since or code in self._used:
            return False
        if not at - CODE_S <= made_at <= at + _AHEAD_S:
            return False
        self._used[code] = made_at + CODE_S
        return True


def page_key(path: Path) -> PageKey:
    """Read the secret of a home, or make one.

    Raises
    ------
    PageKeyError
        It can be neither read nor made.
    """
    try:
        private_folder(path.parent)
        tighten_file(path)
        with contextlib.suppress(FileNotFoundError):
            secret = _read(path)
            if len(secret) == _SECRET_BYTES:
                return PageKey(secret)
            path.unlink()  # cut short when the power went: nothing was signed with it
        _make(path)
        return PageKey(_read(path))
    except (OSError, ValueError) as error:
        raise PageKeyError(f"{path}: the key to the page cannot be kept ({error}); move it away") from error


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | _NO_LINKS | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0))
    try:
        return os.read(handle, _SECRET_BYTES + 1)
    finally:
        os.close(handle)


def _make(path: Path) -> None:
    """Make the secret under a name of its own first: a reader sees all of it or nothing, two makers make one."""
    with PartFile(path) as part:
        part.temporary.chmod(FILE_MODE)
        part.write(secrets.token_bytes(_SECRET_BYTES))
        part.claim_exactly(path)
