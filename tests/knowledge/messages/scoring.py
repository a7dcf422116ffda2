"""A small scorer of messages, in the spirit of the annotation scheme: slot values right, wrong and missed."""

import re
import unicodedata
from collections import Counter
from itertools import permutations
from typing import Any

SCALARS = (
    *("date", "date_end", "part", "time", "time_end", "place", "form", "category", "title", "topic"),
    *("participants", "women", "children", "sessions", "cases", "unit"),
)
LISTS = ("speaker", "partners", "materials", "beneficiaries", "money")
_COUNTS = {"participants", "women", "children", "sessions", "cases"}
_TEXTS = {"place", "title", "topic", "unit"}


def _plain(text: Any) -> str:
    return re.sub(r"[\s\W_]", "", unicodedata.normalize("NFKC", str(text)).lower())


def _alike(a: Any, b: Any, ratio: float) -> bool:
    short, long = sorted((_plain(a), _plain(b)), key=len)
    return bool(short) and short in long and len(short) / len(long) >= ratio


def _bare(count: Any) -> str:
    return str(count).strip("~+<")


def _scalar(slot: str, value: Any, accepted: list[Any] | None) -> bool:
    if accepted is None:
        return value is None
    if slot in _COUNTS:
        return any(_bare(value) == _bare(a) for a in accepted)
    if slot in _TEXTS:
        return any(_alike(value, a, 0.5 if slot in ("topic", "title") else 0.6) for a in accepted)
    return value in accepted


def _item(slot: str, value: Any, gold: Any) -> bool:
    if slot in ("speaker", "partners"):
        return any(_alike(value, a, 0.6) for a in gold)
    if slot == "money":
        return abs(value["yuan"] - gold["yuan"]) < 0.005 and bool(value["per"]) == bool(gold["per"])
    key = "item" if slot == "materials" else "who"
    if gold[key] and not (value[key] and any(_alike(value[key], a, 0.5) for a in gold[key])):
        return False
    if not gold["n"]:
        return not value["n"]
    return bool(value["n"]) and any(_bare(value["n"]) == _bare(n) for n in gold["n"])


def slots(found: dict[str, Any], gold: dict[str, Any]) -> Counter[tuple[str, str]]:
    """Right, false and missed values of one activity, by slot."""
    score: Counter[tuple[str, str]] = Counter()
    optional = gold.get("optional", {})
    for slot in SCALARS:
        has_gold, has = slot in gold, slot in found
        right = has and has_gold and _scalar(slot, found[slot], gold[slot])
        if right:
            score[slot, "right"] += 1
            continue
        if has_gold:
            score[slot, "missed"] += 1
        if has and not (slot in optional and not has_gold and _scalar(slot, found[slot], optional[slot])):
            score[slot, "false"] += 1
    for slot in LISTS:
        if slot in gold and gold[slot] is None:
            score[slot, "right" if slot in found and not found[slot] else "missed"] += 1
            continue
        left, spare = list(gold.get(slot) or []), list(optional.get(slot) or [])
        for value in found.get(slot) or []:
            for pool in (left, spare):
                match = next((g for g in pool if _item(slot, value, g)), None)
                if match is not None:
                    pool.remove(match)
                    score[slot, "right"] += pool is left
                    break
            else:
                score[slot, "false"] += 1
        score[slot, "missed"] += len(left)
    return +score


def message(found: list[dict[str, Any]], gold: list[dict[str, Any]]) -> Counter[tuple[str, str]]:
    """The scores of a message, its activities paired as scores best."""
    size = max(len(found), len(gold))
    mine, theirs = found + [{}] * (size - len(found)), gold + [{}] * (size - len(gold))
    best: Counter[tuple[str, str]] = Counter()
    gain = -1.0
    for order in permutations(range(size)):
        total: Counter[tuple[str, str]] = Counter()
        for i, j in enumerate(order):
            total.update(slots(mine[j], theirs[i]))
        value = sum(n if kind == "right" else -0.01 * n for (_, kind), n in total.items())
        if value > gain:
            best, gain = total, value
    return best


def f1(score: Counter[tuple[str, str]], slot: str | None = None) -> float:
    """F1 over all slots, or of one."""
    right, false, missed = (
        sum(n for (s, k), n in score.items() if k == kind and slot in (None, s))
        for kind in ("right", "false", "missed")
    )
    return 2 * right / (2 * right + false + missed) if right else 0.0
