"""What the machine around the service gives: login headers, templates, randomness."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from syndicate import assets
from syndicate.config import SourceConfig
from syndicate.domain.errors import ConfigError
from syndicate.ports import Place

_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\x20-\x7e\t]+")
"""What HTTP lets a header be; another one would fail at every visit."""


def random_hex(digits: int) -> str:
    """So many digits that nobody can guess."""
    return secrets.token_hex(digits // 2)


def stamp_of(folders: tuple[Path, ...]) -> str:
    """Changes when a template does: feeds made with it are then made anew."""
    digest = sha256()
    for folder in (*folders, assets.folder("templates")):
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                digest.update(f"{path.relative_to(folder)}".encode() + path.read_bytes())
    return digest.hexdigest()


def place_of(text: str) -> Place:
    """The host and port in "filer.kommunen.dk:443", as the configuration has checked it."""
    host, _, port = text.rpartition(":")
    return host.strip("[]"), int(port)


def login_headers(source: SourceConfig, environ: Mapping[str, str]) -> dict[str, str]:
    """The login headers of a source: lines "Name: value" in the variable that `headers_env` names."""
    variable = source.common.headers_env
    if not variable:
        return {}
    key = f"{source.key}.headers_env"
    if not environ.get(variable):
        raise ConfigError(
            key, f"the environment variable {variable} is not set.", hint=f"export {variable}='Name: value'"
        )
    headers = {}
    for line in environ[variable].splitlines():
        name, colon, value = line.partition(":")
        if not colon or not _HEADER.fullmatch(f"{name.strip()}:{value.strip()}"):
            raise ConfigError(key, f"{variable} must hold lines such as 'Authorization: Bearer …'.")
        headers[name.strip()] = value.strip()
    return headers
