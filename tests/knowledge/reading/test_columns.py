"""Two-column pages: read one column after the other, around what stands across; tables are left as they are."""

from knowledge.reading.files import read_bytes
from tests.knowledge.reading import papers

LEFT = "一、总体要求。各乡镇妇联要把读书活动抓实抓细，每个村至少开展三场，让更多姐妹参加。活动要避开农忙，地点放在妇女之家或者文化礼堂，也可以放在院坝里，参加的人由村妇代会主任登记，人数如实报送，照片随后补齐，不得挪用旧照片充数，也不许重复上报同一场活动。"
RIGHT = "二、时间安排。四月报名，五月开展，六月总结。每月二十五日前报送一篇信息，年底由县妇联通报情况，做得好的给予表扬。经费从妇女之家运转经费里列支，不得向群众收取任何费用，也不得摊派给经营户，违反规定的要说明情况并且限期整改，整改结果报县妇联备案留存，来年再看实际效果。"


def columns(width: int = 14) -> list[str]:
    left = [LEFT[at : at + width] for at in range(0, len(LEFT), width)]
    right = [RIGHT[at : at + width] for at in range(0, len(RIGHT), width)]
    count = min(len(left), len(right)) - 1
    return [f"{left[at]}　　{right[at]}" for at in range(count)]


def test_columns_are_read_one_after_the_other() -> None:
    """What stands in the left column comes whole before the right one, under the title across both."""
    page = ["　　　　　　关于开展读书活动的通知", *columns()]
    text = read_bytes("两栏.pdf", papers.pdf([page])).text
    assert "关于开展读书活动的通知" in text.split("\n")[0]
    assert LEFT[:90] in text
    assert RIGHT[:90] in text
    assert text.index(LEFT[:20]) < text.index(RIGHT[:20])
    assert text.index(LEFT[60:80]) < text.index(RIGHT[:20])


def test_one_column_stays_as_it_is() -> None:
    """A page of plain prose, and one of short cells side by side, are read row by row."""
    plain = [LEFT[at : at + 28] for at in range(0, 112, 28)] * 3
    assert LEFT[:100] in read_bytes("一栏.pdf", papers.pdf([plain])).text
    cells = [f"第{at}项　　　　　　　　　　　　{at}户" for at in range(1, 13)]
    rows = read_bytes("表.pdf", papers.pdf([cells])).text.split("\n")
    assert all("第" in row and "户" in row for row in rows)
