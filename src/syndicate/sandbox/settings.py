"""What a sandbox expects of those who come, and where the real ones draw their lines."""

# ruff: noqa: S105 - these passwords open nothing but a sandbox
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Settings:
    """Credentials and limits. The credentials are no secrets: they open nothing but a sandbox."""

    x_key: str = "sandbox-x-key"
    x_secret: str = "sandbox-x-secret"
    x_token: str = "sandbox-x-token"
    x_token_secret: str = "sandbox-x-token-secret"
    x_user_id: str = "1700000000000000001"
    x_username: str = "sandbox"
    x_posts_per_window: int = 100  # per 15 minutes and user, as X's headers say
    linkedin_token: str = "sandbox-linkedin-token"
    linkedin_oldest_version: str = "202511"  # older ones are answered with 426
    linkedin_posts_per_day: int = 150
    facebook_token: str = "sandbox-facebook-token"
    facebook_user_token: str = "sandbox-facebook-user-token"  # a valid token of the wrong kind
    facebook_app_secret: str = "sandbox-facebook-app-secret"
    smtp_user: str = ""  # empty: AUTH is not offered
    smtp_password: str = ""
    smtp_size: int = 10 * 1024 * 1024  # octets
    smtp_certificate: Path | None = None  # PEM; without it STARTTLS is not offered
    smtp_certificate_key: Path | None = None
