"""Whether a county's colour can be read (WCAG 2.2, 1.4.3), and the shade of it that a dark page can carry."""

import re

# The lightest and the darkest ground on which the colour stands as text; white stands on the colour itself.
GROUND, DARK_GROUND = "#f6f7f9", "#1b2027"
LEAST_CONTRAST = 4.5
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_STEPS = 20


def is_readable(colour: str) -> bool:
    """Tell whether a colour `#rrggbb` stands out enough from a light page, as text on it and as ground of white."""
    return bool(_COLOUR.fullmatch(colour)) and contrast(colour, GROUND) >= LEAST_CONTRAST


def contrast(one: str, other: str) -> float:
    """Return the ratio of two colours' luminance, from 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def lightened(colour: str) -> str:
    """Return the first tint of a colour that a dark page can carry."""
    tints = (_mix(colour, step / _STEPS) for step in range(_STEPS + 1))
    return next(tint for tint in tints if contrast(tint, DARK_GROUND) >= LEAST_CONTRAST + 1)


def _mix(colour: str, white: float) -> str:
    return "#" + "".join(f"{round(part + (255 - part) * white):02x}" for part in _parts(colour))


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour[1:]))


def _luminance(colour: str) -> float:
    # The formula is that of WCAG 2.2, "relative luminance".
    red, green, blue = (_linear(part / 255) for part in _parts(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4  # noqa: PLR2004 - WCAG's own
