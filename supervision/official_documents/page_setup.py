"""Measures of GB/T 9704-2012 in twentieths of a point (twips), as WordprocessingML counts them."""

from dataclasses import dataclass

PAGE = (11906, 16838)
TOP, BOTTOM, LEFT, RIGHT = 2098, 1984, 1587, 1474
WIDTH = PAGE[0] - LEFT - RIGHT
# 225 mm in 22 lines, 156 mm in 28 characters, both rounded down so that the last one still fits.
LINE = 579
CHARACTER = 315
# The page number's dash stands 7 mm below the type area; it is 14 points high.
FOOTER = 1304
HEADER = 1134
# From the top of the type area to the issuing office's name, and from the number to the red rule.
ABOVE_HEAD = 1984
ABOVE_RULE = 227
RED = "FF0000"
TWIPS_PER_MM = 1440 / 25.4


@dataclass(frozen=True, slots=True)
class Typeface:
    """A typeface by the name that offices have it under, and what stands in where it is not installed."""

    name: str
    fallbacks: tuple[str, ...]


FANGSONG = Typeface("仿宋_GB2312", ("FangSong", "Noto Serif CJK SC"))
KAITI = Typeface("楷体_GB2312", ("KaiTi", "Noto Serif CJK SC"))
HEITI = Typeface("黑体", ("SimHei", "Noto Sans CJK SC"))
SONGTI = Typeface("宋体", ("SimSun", "Noto Serif CJK SC"))
XIAOBIAOSONG = Typeface("方正小标宋_GBK", ("FZXiaoBiaoSong-B05", "Noto Serif CJK SC"))
TYPEFACES = (FANGSONG, KAITI, HEITI, SONGTI, XIAOBIAOSONG)

# Sizes in half points: 二号, 三号, 四号.
SIZE_2, SIZE_3, SIZE_4 = 44, 32, 28
