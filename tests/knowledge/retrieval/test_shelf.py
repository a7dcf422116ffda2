"""Passages kept between look-ups."""

from knowledge.retrieval.shelf import Shelf
from storage.circulars import PassageText


def row(key: int, text: str = "第一句。第二句。") -> PassageText:
    return PassageText(key, f"s{key}", "第一條", "", text)


def test_each_is_read_once() -> None:
    """What is on the shelf is not asked for again; what does not exist is asked for each time."""
    shelf, asked = Shelf(), []

    def read(wanted: list[int]) -> dict[int, PassageText]:
        asked.append(wanted)
        return {key: row(key) for key in wanted if key < 10}

    assert set(shelf.fetch([1, 2, 11], read)) == {1, 2}
    assert set(shelf.fetch([2, 3, 11], read)) == {2, 3}
    assert asked == [[1, 2, 11], [3, 11]]


def test_forms_of_a_passage() -> None:
    """Title, place and text are compared normalised; sentences are quoted as they stand."""
    shown = Shelf().fetch([1], lambda wanted: {1: row(1, "發給婦女。ＡＢ。")})[1]
    assert shown.said("辦法") == "办法\n第一条\n发给妇女。ab。"
    assert [one.text for one in shown.sentences] == ["發給婦女。", "ＡＢ。"]
    assert [one.plain for one in shown.sentences] == ["发给妇女。", "ab。"]


def test_the_shelf_is_bounded() -> None:
    """Beyond its bytes the passages that were not used for longest go."""
    shelf = Shelf(limit=3 * (1_200 + 9 * 8))
    shelf.fetch([1, 2, 3], lambda wanted: {key: row(key) for key in wanted})
    asked: list[int] = []

    def read(wanted: list[int]) -> dict[int, PassageText]:
        asked.extend(wanted)
        return {key: row(key) for key in wanted}

    shelf.fetch([1], read)
    shelf.fetch([4], read)
    shelf.fetch([1, 3, 2], read)
    assert asked == [4, 2]
