"""Which report answers which duty. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def answers(quota: Mapping[str, Any], slots: Mapping[str, Any]) -> bool:
    """Whether a report of these slots is what the duty asks for.

    `quota` may name `forms` (one of them), `categories` (one of them) and `words` (one of them in topic, title or form).
    A duty that names nothing is answered only when somebody says so.
    """
    forms, categories, words = (quota.get(k) or [] for k in ("forms", "categories", "words"))
    if not (forms or categories or words):
        return False
    if forms and slots.get("form") not in forms:
        return False
    if categories and slots.get("category") not in categories:
        return False
    said = "".join(str(slots.get(k) or "") for k in ("topic", "title", "form", "category"))
    return not words or any(word in said for word in words)


def needed(quota: Mapping[str, Any]) -> int:
    """How many reports fulfil one period."""
    return max(1, int(quota.get("min") or 1))
