"""The villages of the tree and the words of the data folder are known words."""

from datetime import datetime
from pathlib import Path

from bot.words import own_words
from knowledge.messages import understand
from storage.store import Store

REF = datetime(2026, 11, 22, 10, 0)


def test_names_of_the_tree_and_words_of_the_folder_are_known(settled: Store, tmp_path: Path) -> None:
    """石桥村 is a unit, a place of her own county is a place; an unknown kind is left out."""
    (tmp_path / "words").mkdir()
    (tmp_path / "words" / "places.txt").write_text("# 本县的地方\n红妈妈驿站\n", "utf-8")
    (tmp_path / "words" / "nonsense.txt").write_text("什么\n", "utf-8")
    words = own_words(settled, tmp_path)
    assert "石桥村" in words.units
    assert words.extra == {"places": ("红妈妈驿站",)}
    told = "昨天石桥村红妈妈驿站搞了场反家暴讲座，来了20人"
    (activity,) = understand(told, ref=REF, vocabulary=words.vocabulary()).reports
    assert activity.to_json()["unit"] == "石桥村"
    assert "红妈妈驿站" in activity.to_json()["place"]
