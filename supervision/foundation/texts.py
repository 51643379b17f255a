"""What people write: whether anything of it can be seen, how it is kept, and how names are compared."""

import re
import unicodedata

from supervision.foundation.errors import BlankText

# Written out rather than asked of `unicodedata`, because Unicode has no property for what nobody sees: some of these
# count as letters (the Hangul fillers) or symbols (the empty braille cell), and some format characters can be seen.
# These are classes of a regular expression that Python, ECMA-262 and Rust read alike.
_SPACE = r"\x09-\x0d\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
_HIDDEN = (
    r"\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    r"\u202a-\u202e\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
)
# ECMA-262 reads what lies beyond U+FFFF in two halves, so these stay out of the pattern that others are given.
_HIDDEN_BEYOND = r"\U00016fe4\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
# Control characters have no place in a record, but for the tab and the line ends; nor has what XML cannot hold.
_CONTROL = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff"

_HIDDEN_CHARACTER = re.compile(f"[{_HIDDEN}{_HIDDEN_BEYOND}]")
_BLANK_CHARACTER = re.compile(f"[{_SPACE}{_HIDDEN}{_HIDDEN_BEYOND}]")
_SEEN_CHARACTER = re.compile(rf"[^{_SPACE}{_HIDDEN}{_HIDDEN_BEYOND}\ud800-\udfff]")

# A text without control characters of which at least one character can be seen.
VISIBLE = f"^[^{_CONTROL}]*[^{_SPACE}{_HIDDEN}][^{_CONTROL}]*$"


def is_blank(text: str) -> bool:
    """Tell whether nobody would see anything of a text, whatever characters it is made of."""
    return _SEEN_CHARACTER.search(text) is None


def without_hidden(text: str) -> str:
    """Return a text without the characters that nobody sees; white space stays."""
    return _HIDDEN_CHARACTER.sub("", text)


def read_text(text: str) -> str:
    """Return a text as it is kept: without the white space around it, its inner layout as it was; refuses a blank."""
    if is_blank(text):
        raise BlankText
    return text.strip()


def read_name(text: str) -> str:
    """Return a name that people choose as it is kept: NFC, with nothing hidden in it or around it; refuses a blank."""
    return read_text(unicodedata.normalize("NFC", without_hidden(text)))


def show_hidden(text: str) -> str:
    """Return a text in which what nobody sees is written out, such as <U+200B>, for whoever must mend it."""
    return re.sub(rf"[^\S ]|[{_HIDDEN}{_HIDDEN_BEYOND}]", lambda match: f"<U+{ord(match[0]):04X}>", text)


def fold(text: str) -> str:
    """Return a name as it is compared: width, capitals, blanks and hidden characters make no difference."""
    plain = unicodedata.normalize("NFKC", without_hidden(text)).casefold()
    return unicodedata.normalize("NFKC", _BLANK_CHARACTER.sub("", unicodedata.normalize("NFKC", plain)))
