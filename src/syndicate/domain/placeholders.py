"""What stands in a stored mail where readers differ.

A mail is composed once per update and language, with these ASCII tokens; the e-mail channel splits the
bytes at them and joins them again per reader, so that the stored, approved bytes are the sent ones.
The two that stand in bodies have the length of what replaces them, so that no line grows by it.
"""

from __future__ import annotations

TOKEN_LENGTH = 48
"""Length of every capability token (hexadecimal digits), and of the placeholders for them."""

UNSUBSCRIBE = "syndicate-unsubscribe".ljust(TOKEN_LENGTH, "0")
PREFERENCES = "syndicate-preferences".ljust(TOKEN_LENGTH, "0")
CONFIRM = "syndicate-confirm".ljust(TOKEN_LENGTH, "0")
TO = "reader@syndicate-placeholder.invalid"
MESSAGE_ID = "syndicate-message-id".ljust(32, "0")

VALUE_NAMES = {"unsubscribe": UNSUBSCRIBE, "preferences": PREFERENCES, "confirm": CONFIRM}
"""Which key of `Target.values` fills which placeholder."""
