"""A copy of a PostgreSQL database, made by the server's own tool."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from sqlalchemy import URL

from syndicate.domain.errors import StorageError


def dump(url: URL, path: Path) -> None:
    """Writes what `pg_restore` reads, whole and looked through again. Raises StorageError."""
    tools = [shutil.which(name) for name in ("pg_dump", "pg_restore")]
    if None in tools:
        raise StorageError(
            "pg_dump is not on this machine.",
            hint="Install PostgreSQL's client programs, or let the server be backed up where it stands.",
        )
    pg_dump, pg_restore = map(str, tools)
    partial = path.with_name(path.name + ".part")
    try:
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        _run([pg_dump, "--format=custom", f"--file={partial}", f"--dbname={_address(url)}"], url, path)
        _run([pg_restore, "--list", str(partial)], url, path)
        partial.rename(path)
    except OSError as error:
        raise StorageError(f"The copy {path} could not be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)


def _address(url: URL) -> str:
    """As libpq reads it; the password goes by the environment, where other users cannot see it."""
    plain = URL.create("postgresql", url.username, None, url.host, url.port, url.database, url.query)
    return plain.render_as_string()


def _run(command: list[str], url: URL, path: Path) -> None:
    password = {"PGPASSWORD": str(url.password)} if url.password else {}
    done = subprocess.run(  # noqa: S603 - the tool by its full path, no shell
        command, env={**os.environ, **password}, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise StorageError(f"The copy {path} could not be written: {said}.")
