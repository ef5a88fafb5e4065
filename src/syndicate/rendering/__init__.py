"""From updates to what people get: mails, posts, feed entries, the redline of a change.

Pure: no clock, no network, no database. Templates and words come from files that an operator can override.
"""

from syndicate.rendering.changes import ChangeView as ChangeView
from syndicate.rendering.mail import MailSettings as MailSettings
from syndicate.rendering.renderer import Renderer as Renderer
from syndicate.rendering.texts import load as load
from syndicate.rendering.wordings import redline_html as redline_html
from syndicate.rendering.wordings import redline_text as redline_text
from syndicate.rendering.wordings import wordings_html as wordings_html
