"""A local stand-in for SMTP and three networks, with their bad manners.

It shares no code with what it judges.
"""

from syndicate.sandbox.server import Ports, running, serve
from syndicate.sandbox.settings import Settings

__all__ = ["Ports", "Settings", "running", "serve"]
