"""Chinese and Arabic numerals in running text: how many, how sure, and of what.

`find_numbers(text)` gives every numeral in order; `parse_number(text)` reads a text that is one numeral.
The notation is that of reports: `36`, `~30` (来, 左右, 约, 近), `30+` (多, 余, 几, 好几, 以上), `<50` (不到), `60-70`
(六七十), `2/3`, `95.6%`. Vague amounts that name no figure (几十人, 好几百, 若干) give nothing.
Ordinals and names (第3期, 三楼, 302会议室, 3月5日) are given with `is_ordinal` set and are never counts.
Pure and thread-safe: only compiled patterns and word lists stand at module level.
"""

from knowledge.numerals.finding import Number, find_numbers, parse_number

__all__ = ["Number", "find_numbers", "parse_number"]
