"""What a value of the configuration must look like: durations, names, addresses."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, Field

DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?", re.ASCII)
SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"
RESERVED_TOPICS = ("all", "source", "my")


def parse_duration(value: object) -> timedelta:
    """ "15m", "1h30m", "90s", "1d", and 0, which needs no unit. Raises ValueError."""
    if isinstance(value, timedelta):
        return value
    if type(value) is int and value == 0:
        return timedelta(0)
    found = DURATION.fullmatch(value) if isinstance(value, str) else None
    if not value or found is None:
        raise ValueError('must be a duration such as "15m", "90s" or "1h30m"')
    days, hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError('must be a time zone such as "Europe/Copenhagen"') from error
    return name


def base_url(url: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", url):
        raise ValueError('must be an address such as "https://anbefalinger.example.dk"')
    return url.rstrip("/")


def proxy(url: str) -> str:
    if url and not re.fullmatch(r"http://[^\s/?#@]+:\d+/?", url):
        raise ValueError('must be an address such as "http://proxy.example.dk:3128", without a login')
    return url.rstrip("/")


def database(url: str) -> str:
    if re.match(r"[a-z0-9+]+://[^/@]*:[^/@]+@", url) or re.search(r"[?&]password=", url):
        raise ValueError("must not hold the password: name its variable in `storage.password_env`")
    return url


def hub(url: str) -> str:
    if not re.fullmatch(r"(https://|http://(127\.0\.0\.1|localhost)[:/])[^\s<>\"#@]+", url):
        raise ValueError('must be an address such as "https://hub.example.org/"')
    return url


def host_and_port(text: str) -> str:
    if not re.fullmatch(r"([a-z0-9._-]+|\[[0-9a-f:.]+\]):[0-9]{1,5}", text):
        raise ValueError('must be a host and a port such as "filer.kommunen.dk:443"')
    return text


Duration = Annotated[timedelta, BeforeValidator(parse_duration)]
Slug = Annotated[str, Field(pattern=SLUG)]
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
