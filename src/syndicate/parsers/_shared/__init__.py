"""What parsers have in common: which one reads what, the rules of text, numbering, sections, dates."""

from syndicate.parsers._shared.formats import Parser as Parser
from syndicate.parsers._shared.formats import current_recipe as current_recipe
from syndicate.parsers._shared.formats import detect as detect
from syndicate.parsers._shared.formats import load as load
from syndicate.parsers._shared.formats import parser_names as parser_names
from syndicate.parsers._shared.language import guess_language as guess_language
from syndicate.parsers._shared.language import primary_subtag as primary_subtag
from syndicate.parsers._shared.numbering import counter_text as counter_text
from syndicate.parsers._shared.numbering import split_bullet as split_bullet
from syndicate.parsers._shared.numbering import split_number as split_number
from syndicate.parsers._shared.outline import Outline as Outline
from syndicate.parsers._shared.outline import make_version as make_version
from syndicate.parsers._shared.outline import short_title as short_title
from syndicate.parsers._shared.stated_dates import find_dates as find_dates
from syndicate.parsers._shared.stated_dates import is_date as is_date
from syndicate.parsers._shared.stated_dates import may_state_date as may_state_date
from syndicate.parsers._shared.text import decode_text as decode_text
from syndicate.parsers._shared.text import fold as fold
from syndicate.parsers._shared.text import raised as raised
