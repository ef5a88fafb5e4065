"""A folder of files on this machine, one document per file: HTML, PDF, DOCX, Markdown and text."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from pydantic import BaseModel, field_validator

from syndicate.domain.errors import FetchError, FetchReason
from syndicate.ports import (
    Access,
    Fetcher,
    FoundDocument,
    Lister,
    NotModified,
    Retrieved,
    SourceKind,
    Validators,
)

MAX_BYTES = 50 * 1024 * 1024

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".md": "text/markdown",
    ".txt": "text/plain",
    # Not readable, but watched: a change in them is for a person to look at.
    ".doc": "application/msword",
    ".odt": "application/vnd.oasis.opendocument.text",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Config(BaseModel, frozen=True, extra="forbid"):
    """`path`: the folder. `glob`: which files in it, `**` standing for any folders in between."""

    path: Path
    glob: tuple[str, ...] = tuple(f"**/*{suffix}" for suffix in MEDIA_TYPES)

    @field_validator("glob")
    @classmethod
    def _stays_inside(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            path = PurePosixPath(pattern)
            if not path.parts or path.is_absolute() or ".." in path.parts:
                raise ValueError(f"{pattern!r} must be a pattern inside the folder, such as '**/*.pdf'")
        return patterns


class Folder:
    """Implements `ports.SourceKind` for the files of one folder."""

    follows_attachments = False
    asks_network = False
    lists_all = False

    def __init__(self, config: Config) -> None:
        self._root = config.path
        self._patterns = config.glob

    def find(self, now: datetime) -> Sequence[FoundDocument]:  # noqa: ARG002
        """The files that match, by path. Leaves out hidden files and the lock files of word processors.

        Raises FetchError(NOT_FOUND) when the folder is not there: an unmounted disk is not an empty folder.
        """
        if not os.access(self._root, os.R_OK | os.X_OK) or not self._root.is_dir():
            message = f"The folder {self._root} does not exist, or may not be read."
            raise FetchError(
                str(self._root), FetchReason.NOT_FOUND, message, hint="Check path in [[sources]]."
            )
        paths = {path for pattern in self._patterns for path in self._root.glob(pattern)}
        return [self._document(path) for path in sorted(paths) if _is_watched(path, self._root)]

    def retrieve(self, address: str, validators: Validators | None, now: datetime) -> Retrieved | NotModified:  # noqa: ARG002
        """The bytes of a file, or NotModified when time, size and inode are those of the validators.

        Raises FetchError: NOT_FOUND, BAD_ADDRESS (a link that leads out of the folder, no regular file),
        TOO_LARGE, UNREACHABLE (may not be read), BROKEN (it was written to while it was read).
        """
        path = self._inside(address)
        try:
            with open(path, "rb", opener=_open) as file:
                return _read(file, address, validators)
        except FileNotFoundError:
            raise _missing(address) from None
        except OSError as error:
            message = f"The file {address} could not be read: {error.strerror}."
            raise FetchError(address, FetchReason.UNREACHABLE, message) from None

    def _inside(self, address: str) -> Path:
        try:
            path = Path(address).resolve(strict=True)
        except FileNotFoundError:
            raise _missing(address) from None
        except (OSError, ValueError, RuntimeError):  # too long, a NUL, links that go in circles
            raise _refused(address, "cannot be opened") from None
        if not path.is_relative_to(self._root.resolve()):
            raise _refused(address, "leads out of the folder")
        if not path.is_file():
            raise _refused(address, "is no regular file")
        return path

    def _document(self, path: Path) -> FoundDocument:
        key = _text(path.relative_to(self._root).as_posix())
        return FoundDocument(key=key, title=_text(path.stem), address=_text(str(path.absolute())))


def build(config: Config, fetcher: Fetcher, access: Access, lister: Lister) -> SourceKind:  # noqa: ARG001
    return Folder(config)


def _is_watched(path: Path, root: Path) -> bool:
    parts = path.relative_to(root).parts
    return not any(part.startswith((".", "~$")) for part in parts) and not path.is_dir()


def _text(name: str) -> str:
    """A name that can be stored and shown: bytes that are not UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


def _open(name: str, flags: int) -> int:
    # What stands at the name may have been exchanged since it was judged: never wait for a pipe, never
    # follow a link.
    return os.open(name, flags | os.O_NONBLOCK | os.O_NOFOLLOW)


def _read(file: BinaryIO, address: str, validators: Validators | None) -> Retrieved | NotModified:
    before = os.fstat(file.fileno())
    if before.st_size > MAX_BYTES:
        message = f"The file {address} is larger than {MAX_BYTES // 2**20} MiB: it was not read."
        raise FetchError(address, FetchReason.TOO_LARGE, message)
    tag = _tag(before)
    if validators is not None and validators.etag == tag and validators.url == address:
        return NotModified(address)
    body = file.read(MAX_BYTES + 1)
    if _tag(os.fstat(file.fileno())) != tag or len(body) != before.st_size:
        message = f"The file {address} was written to while it was read."
        raise FetchError(address, FetchReason.BROKEN, message, hint="It will be read again.")
    media_type = MEDIA_TYPES.get(Path(address).suffix.lower(), "application/octet-stream")
    return Retrieved(address, body, media_type, Validators(address, etag=tag))


def _tag(status: os.stat_result) -> str:
    # With the time of the last change of the inode: tools that keep a file's old time cannot keep that.
    return f'"{status.st_mtime_ns:x}-{status.st_ctime_ns:x}-{status.st_size:x}-{status.st_ino:x}"'


def _missing(address: str) -> FetchError:
    return FetchError(address, FetchReason.NOT_FOUND, f"The file {address} does not exist.")


def _refused(address: str, why: str) -> FetchError:
    return FetchError(address, FetchReason.BAD_ADDRESS, f"The file {address} {why}: it was not read.")
