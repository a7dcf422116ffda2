"""Laws: chapters, articles, clauses, items, the version, a passage an article."""

from knowledge.reading import read_text

LAW = """云溪市妇女发展促进条例
（2019年6月1日云溪市第三届人民代表大会常务委员会第五次会议通过
根据2023年9月27日云溪市第四届人民代表大会常务委员会第二次会议《关于修改〈条例〉的决定》修正）

目　录
第一章　总则
第二章　权益保障
第三章　附则

第一章　总则
第一条　为了促进妇女发展，根据《中华人民共和国妇女权益保障法》，制定本条例。
第二条　本条例适用于本市行政区域。
市、县人民政府负责组织实施。
第二章　权益保障
第三条　用人单位应当遵守下列规定：
（一）同工同酬；
（二）不得歧视。
第三条之一　违反前条规定的，由有关部门责令改正。
第三章　附则
第四条　本条例自2019年8月1日起施行。
"""


def test_a_law_is_read_by_articles() -> None:
    """Chapters, articles, clauses and items have their places; the table of contents is none."""
    document = read_text("条例.txt", LAW)
    assert document.kind == "law"
    assert document.meta.title == "云溪市妇女发展促进条例"
    places = [one.place for one in document.sections]
    assert places[:2] == ["第一章", "第一章 第一条"]
    assert "第一章 第二条 第二款" in places
    assert "第二章 第三条 第一款（二）" in places
    assert "第二章 第三条之一" in places
    assert [one.heading for one in document.sections if one.level == 1] == ["总则", "权益保障", "附则"]


def test_the_version_is_the_last_amendment() -> None:
    """The latest date of the note under the title is the version; the day of coming into force is not."""
    assert read_text("条例.txt", LAW).version == "2023-09-27"


def test_an_article_is_a_passage() -> None:
    """Each article is found by its number with its text whole; one over 500 characters is cut at sentences."""
    document = read_text("条例.txt", LAW)
    (third,) = [one for one in document.passages if one.article == "第三条"]
    assert third.place == "第二章 第三条"
    assert third.text.endswith("（二）不得歧视。")
    long = LAW.replace("市、县人民政府负责组织实施。", "市、县人民政府负责组织实施妇女发展工作。" * 60)
    pieces = [one for one in read_text("条例.txt", long).passages if one.article == "第二条"]
    assert len(pieces) > 2
    assert all(len(one.text) <= 500 for one in pieces)
    assert pieces[1].text.startswith("第二条（续）")


def test_rules_of_a_federation_are_signed() -> None:
    """Rules in articles that a federation signs have an issuer and a date; the last article ends before them."""
    rules = (
        "双江县妇联星级评定办法（试行）\n\n第一条 为规范评定，制定本办法。\n第二条 每年12月评定一次。\n"
        "第三条 本办法自印发之日起施行。\n\n双江县妇女联合会\n2025年6月3日\n"
    )
    document = read_text("x", rules)
    assert document.kind == "law"
    assert document.meta.issuer == ("双江县妇女联合会",)
    assert document.meta.date == "2025-06-03"
    assert document.passages[-1].text == "第三条 本办法自印发之日起施行。"


def test_rules_issued_with_a_circular_belong_to_it() -> None:
    """A circular that issues rules stays a circular; their articles are its sections."""
    text = (
        "双妇〔2025〕6号\n关于印发《星级评定办法》的通知\n\n各乡镇妇联：\n现将办法印发给你们。\n\n"
        "双江县妇联\n2025年6月3日\n\n"
        "星级评定办法\n\n第一章 总则\n第一条 为规范评定，制定本办法。\n"
        "第二条 每年评定一次。\n"
        "第三条 自印发之日起施行。\n"
    )
    document = read_text("x", text)
    assert document.kind == "circular"
    assert document.meta.doc_no == "双妇〔2025〕6号"
    assert document.sections[-1].place == "星级评定办法 第一章第三条"
