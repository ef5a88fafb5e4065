"""Mail addresses that a server hides from robots, shown as browsers show them.

Cloudflare writes "[email protected]" and has a script put the address in its place. The answers of one server
differ in whether it does: read as it stands, the address would come and go.
"""

from __future__ import annotations

from syndicate.parsers.html.tree import Element

_PROTECTED = "/cdn-cgi/l/email-protection"


def show_addresses(root: Element) -> None:
    """Puts each hidden address in its place, in the text and in the link."""
    for element in root.iter("a", "span"):
        _, protects, code = element.get("href", "").partition(f"{_PROTECTED}#")
        shown = address(element.get("data-cfemail", ""))
        if shown:
            for child in list(element):
                element.remove(child)
            element.text = shown
        linked = shown or (address(code) if protects else "")
        if linked and _PROTECTED in element.get("href", ""):
            element.set("href", f"mailto:{linked}")


def address(code: str) -> str:
    """The address behind a code, "" for what is none: hexadecimal, each byte masked with the first one."""
    try:
        key, *rest = bytes.fromhex(code)
        shown = bytes(byte ^ key for byte in rest).decode()
    except ValueError:
        return ""
    return shown if "@" in shown and shown.isprintable() else ""
