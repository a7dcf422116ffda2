"""Who may do what: one readable table for chat, services and pages."""

from __future__ import annotations

from storage.people import Speaker


def anyone(speaker: Speaker) -> bool:
    """Strangers too: asking policies, joining, help in need."""
    return True


def known(speaker: Speaker) -> bool:
    """Everybody with a post."""
    return speaker.is_known


def official(speaker: Speaker) -> bool:
    """Who speaks for a federation above the village: duties, broadcasts, reviews, figures of what is below her."""
    return speaker.is_known and speaker.is_official


#: action → (who may, how that is called in a sentence to others)
TABLE = {
    "ask": (anyone, "任何人"),
    "report": (known, "已登记的妇联干部"),
    "remind_me": (known, "已登记的妇联干部"),
    "read_figures": (official, "乡镇以上妇联"),
    "import_circular": (official, "乡镇以上妇联"),
    "make_duty": (official, "乡镇以上妇联"),
    "broadcast": (official, "乡镇以上妇联"),
    "review": (official, "上一级妇联"),
    "answer_question": (official, "乡镇以上妇联"),
}
