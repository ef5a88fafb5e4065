"""The file that holds the key of the capability links."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from syndicate.config import Config
from syndicate.domain.errors import StorageError, SyndicateError

KEY_BYTES = 32


def beside(config: Config) -> Path:
    url = config.storage.url
    if url.startswith("sqlite:///"):
        return Path(url.removeprefix("sqlite:///")).parent / "secret.key"
    return config.path.parent / "secret.key"


def read_key(path: Path) -> bytes:
    """The key in the file, made where there is none. Raises StorageError, ConfigError."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _existing_key(path)
    except OSError as error:
        raise StorageError(
            f"The key file {path} cannot be made: {error.strerror}.", hint="Set `site.key_file`."
        ) from error
    key = secrets.token_bytes(KEY_BYTES)
    with os.fdopen(handle, "wb") as file:
        file.write(key.hex().encode() + b"\n")
        file.flush()
        os.fsync(file.fileno())
    return key


def _existing_key(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise SyndicateError(
            f"Other users of this machine can read the key file {path}.", hint=f"chmod 600 {path}"
        )
    try:
        key = bytes.fromhex(path.read_text().strip())
    except ValueError:
        key = b""
    if len(key) < KEY_BYTES:
        raise SyndicateError(
            f"The key file {path} is damaged.", hint="Restore it from a backup: old links depend on it."
        )
    return key
