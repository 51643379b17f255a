"""Texts that count as characters and show nothing, and twins that people take for one name."""

from collections.abc import Mapping
from typing import Final

BLANKS: Final[Mapping[str, str]] = {
    "space": " ",
    "ideographic_space": "\u3000",
    "zero_width_space": "\u200b",
    "soft_hyphen": "\u00ad",
    "word_joiner": "\u2060",
    "byte_order_mark": "\ufeff",
    "hangul_choseong_filler": "\u115f",
    "hangul_filler": "\u3164",
    "halfwidth_hangul_filler": "\uffa0",
    "empty_braille_cell": "\u2800",
    "right_to_left_override": "\u202e\u202c",
    "isolates": "\u2067\u2069",
    "variation_selector": "\ufe0f",
    "no_break_space": "\u00a0",
    "line_ends": "\r\n\t",
    "next_line": "\u0085",
    "line_separator": "\u2028\u2029",
    "grapheme_joiner": "\u034f",
    "mongolian_separators": "\u180e\u180b",
    "invisible_times": "\u2062",
    "several_at_once": " \u3000\u200b\ufeff\u3164 ",
}
# These lie beyond U+FFFF, where the document's pattern does not reach; the API refuses them all the same.
BLANKS_BEYOND: Final[Mapping[str, str]] = {
    "ideographic_variation_selector": "\U000e0100",
    "tags": "\U000e0041\U000e007f",
    "null_notehead": "\U0001d159",
    "musical_format": "\U0001d173",
    "shorthand_format": "\U0001bca0",
}
# Written otherwise, and yet 财政部 (Ａ) to whoever reads it.
NAME: Final = "财政部(A)"
TWINS: Final[Mapping[str, str]] = {
    "spaced": "财 政 部(A)",
    "ideographic_spaces": "财\u3000政\u3000部(A)",
    "around": "  财政部(A)\u3000",
    "zero_width": "财\u200b政部(A)",
    "byte_order_mark": "\ufeff财政部(A)",
    "full_width": "财政部（Ａ）",
    "small": "财政部(a)",
    "compatibility_ideograph": "财政部(\U0001d400)",
    "radical": "财政部⒜",
    "no_break": "财政部\u00a0(A)",
    "line_end": "财政部\n(A)",
    "variation_selector": "财政部\U000e0100(A)",
    "bidi": "\u2067财政部\u2069(A)",
    "filler": "财政部\u3164(A)",
}
