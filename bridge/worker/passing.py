"""Which failures say nothing of a job: the machine was not ready for it, and may be another time."""

import errno

_MAY_PASS = frozenset(
    {
        errno.ENOSPC,  # full
        errno.EDQUOT if hasattr(errno, "EDQUOT") else errno.ENOSPC,
        errno.EROFS,
        errno.EIO,  # a drive that is away, or another computer's
        errno.ENXIO,
        errno.ENODEV,
        errno.ENOENT,
        errno.ENOTCONN,
        errno.ETIMEDOUT,
        errno.ESTALE if hasattr(errno, "ESTALE") else errno.EIO,
        errno.EACCES,
        errno.EPERM,
        errno.EMFILE,  # too much at once
        errno.ENFILE,
        errno.ENOMEM,
        errno.EAGAIN,
        errno.EBUSY,
    }
)


def may_pass(error: BaseException | None) -> bool:
    """Tell whether what a job was stopped by, or what lies behind that, may be gone another time."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in _MAY_PASS):
            return True
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return False
