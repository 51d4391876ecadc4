"""Files put in place in one step, so that nobody ever meets half of one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path


def write_whole(path: Path, content: Iterable[bytes], mode: int = 0o666) -> None:
    """Put `content` in place of a file, which keeps its mode, its owner and the links that lead to it.

    A new file gets `mode`, as far as the umask allows. Raises OSError, and then the file is as it was; but a file with
    several names, or whose owner nobody but its owner can keep, is written over when all of `content` is there, which
    a kill or a disk that fills just then can interrupt.
    """
    target = Path(os.path.realpath(path))
    former = target.stat() if target.exists() else None
    handle, name = tempfile.mkstemp(prefix=".canonid-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(content)
            file.flush()
            os.fsync(file.fileno())
        if former is None:
            Path(name).chmod(mode & ~_umask())
        elif former.st_nlink > 1 or not _give_to(name, former):
            shutil.copyfile(name, target)
            return
        else:
            Path(name).chmod(former.st_mode & 0o7777)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)


def _give_to(name: str, former: os.stat_result) -> bool:
    """Give a file to the owner of another one; whether that is allowed."""
    if hasattr(os, "chown") and (former.st_uid, former.st_gid) != (os.geteuid(), os.stat(name).st_gid):  # noqa: PTH116
        try:
            os.chown(name, former.st_uid, former.st_gid)
        except PermissionError:
            return False
    return True


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
