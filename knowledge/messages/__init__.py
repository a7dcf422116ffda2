"""Reads what a village head writes: is somebody in danger, what does she want, and which activities she tells of."""

from knowledge.messages.activity import SLOTS, Activity, Beneficiary, Material, Money, Understanding
from knowledge.messages.crisis import about_another, before_danger, is_crisis, may_be_danger, prepare
from knowledge.messages.understanding import understand
from knowledge.messages.vocabulary import Vocabulary, default_vocabulary

__all__ = [
    "SLOTS",
    "Activity",
    "Beneficiary",
    "Material",
    "Money",
    "Understanding",
    "Vocabulary",
    "about_another",
    "before_danger",
    "default_vocabulary",
    "is_crisis",
    "may_be_danger",
    "prepare",
    "understand",
]
