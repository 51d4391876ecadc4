"""Files put in place in one step."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from canonid.atomic import write_whole


def test_a_file_keeps_mode_and_links(tmp_path: Path) -> None:
    """Symbolic and hard ones: all names still lead to one text, and nothing else is in the folder."""
    file, other, link = tmp_path / "a.md", tmp_path / "b.md", tmp_path / "c.md"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to("a.md")
    write_whole(link, (b"n", b"ew"))
    assert (link.is_symlink(), file.read_text(), file.stat().st_mode & 0o777) == (True, "new", 0o640)

    other.hardlink_to(file)
    write_whole(link, (b"newer",))
    assert (other.read_text(), other.samefile(file), sorted(tmp_path.iterdir())) == ("newer", True, [file, other, link])


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may give files away")
def test_a_file_keeps_its_owner(tmp_path: Path) -> None:
    """Where root runs the job, pages stay those of their curators."""
    file = tmp_path / "a.md"
    file.write_text("old")
    os.chown(file, 1234, 2345)
    write_whole(file, (b"new",))
    assert (file.read_text(), file.stat().st_uid, file.stat().st_gid) == ("new", 1234, 2345)


def test_a_new_file_has_the_mode_that_the_umask_leaves(tmp_path: Path) -> None:
    """Or less, if it is nobody else's business."""
    mask = os.umask(0o027)
    try:
        write_whole(tmp_path / "a", ())
        write_whole(tmp_path / "b", (), mode=0o600)
    finally:
        os.umask(mask)
    assert [(tmp_path / name).stat().st_mode & 0o777 for name in "ab"] == [0o640, 0o600]


@pytest.mark.parametrize("names", [1, 2])
def test_content_that_breaks_off_changes_nothing(tmp_path: Path, names: int) -> None:
    """However many names the file has."""
    (tmp_path / "a").write_text("old")
    if names == 2:
        (tmp_path / "b").hardlink_to(tmp_path / "a")

    def content() -> Iterator[bytes]:
        yield b"new"
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        write_whole(tmp_path / "a", content())
    assert ((tmp_path / "a").read_text(), len(list(tmp_path.iterdir()))) == ("old", names)
