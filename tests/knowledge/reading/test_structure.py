"""Circulars taken apart: number, title, addressees, sections, tables, attachments, signature, contacts."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.reading import read_text

JOINT = """特急
中共云溪市委宣传部　云溪市妇女联合会
云溪市教育局　　　　　云溪市民政局
                    文件

云妇联发[2024]第12号                签发人：周岚

关于开展“最美家庭”寻找活动
暨家庭家教家风主题宣传月的通知

各县（市、区）党委宣传部、妇联、教育局、民政局，市直机关妇委会，
云溪高新区妇工委：
    为深入贯彻《中华人民共和国家庭教育促进法》第十五条和《关于加强家庭建设的意见》（云委发〔2023〕8号）精神，现就有关事项通知如下。
    一、时间安排
    2024年4月至6月。
    二、活动内容
    (一)推荐报送。各县（市、区）妇联于4月30日前推荐候选户5户。
    1．推荐材料一式三份；
    2．事迹材料1500字以内。

    附件：1.“最美家庭”推荐表
          2.“最美家庭”候选户汇总表

中共云溪市委宣传部     云溪市妇女联合会
云溪市教育局           云溪市民政局
                    2024年3月28日

（联系人：王小梅、李丹；联系电话：0888-2222333、13800000001；
邮箱：yxfl@example.org）

抄送：省妇联，市委办公室、市政府办公室，存档。
云溪市妇女联合会办公室              2024年3月29日印发
"""


def test_a_joint_circular() -> None:
    """Four signing units, title and addressees over two lines, two contacts, copies without the archive."""
    meta = read_text("joint", JOINT).meta
    assert meta.doc_no == "云妇联发[2024]第12号"
    assert meta.title == "关于开展“最美家庭”寻找活动暨家庭家教家风主题宣传月的通知"
    assert meta.issuer == ("中共云溪市委宣传部", "云溪市妇女联合会", "云溪市教育局", "云溪市民政局")
    assert meta.addressees == ("各县（市、区）党委宣传部、妇联、教育局、民政局", "市直机关妇委会", "云溪高新区妇工委")
    assert meta.date == "2024-03-28"
    assert meta.attachments == ("“最美家庭”推荐表", "“最美家庭”候选户汇总表")
    assert meta.cc == ("省妇联", "市委办公室", "市政府办公室")
    assert [(one.name, one.phone, one.email) for one in meta.contacts] == [
        ("王小梅", "0888-2222333", "yxfl@example.org"),
        ("李丹", "13800000001", None),
    ]


def test_the_text_proper_has_its_bounds() -> None:
    """Body start and end leave out addressees, attachment list and signature."""
    document = read_text("joint", JOINT)
    body = document.text[document.body_start : document.body_end].strip()
    assert body.startswith("为深入贯彻")
    assert body.endswith("1500字以内。")


def test_sections_have_levels_places_and_headings() -> None:
    """一、 holds （一） holds 1.; a heading is the first short sentence after the label."""
    sections = read_text("joint", JOINT).sections
    assert [(one.level, one.place, one.heading) for one in sections] == [
        (1, "一、", "时间安排"),
        (1, "二、", "活动内容"),
        (2, "二、(一)", "推荐报送"),
        (3, "二、(一)1.", ""),
        (3, "二、(一)2.", "事迹材料1500字以内"),
    ]
    assert sections[1].start < sections[2].start
    assert sections[1].end >= sections[4].end


@pytest.mark.parametrize(
    ("closing", "date"),
    [
        ("青山乡妇联（盖章）\n2025.4.28", "2025-04-28"),
        ("青山乡妇联\n二〇二五年十月二十一日", "2025-10-21"),
        ("青山乡妇联\n二○二五年六月九日", "2025-06-09"),
        ("青山乡妇联  2025年4月8日", "2025-04-08"),
        ("青 山 乡 妇 联\n2025年4月8日", "2025-04-08"),
        ("青山乡妇联", "2025"),
    ],
)
def test_signature_and_date_in_all_their_forms(closing: str, date: str) -> None:
    """Stamped, spaced out, in Chinese numerals, on one line; without a date the number still shows the year."""
    text = f"青妇〔2025〕3号\n关于举办讲座的通知\n\n各村妇联：\n请按时参加。\n\n{closing}\n"
    meta = read_text("x", text).meta
    assert meta.issuer == ("青山乡妇联",)
    assert meta.date == date


def test_the_elements_of_a_web_page() -> None:
    """发文字号：… and the like above the title are read; upload time and clicks are no date of issue."""
    text = (
        "发文机关：白水县妇女联合会    成文日期：2023-09-04\n标    题：关于报送总结的通知\n"
        "发文字号：白妇〔2023〕21号    发布日期：2023-09-06\n\n关于报送总结的通知\n\n"
        "发布时间：2023-09-06 来源：县妇联 浏览次数：88\n\n各乡镇妇联：\n请于11月30日前报送总结。\n"
    )
    meta = read_text("x", text).meta
    assert (meta.doc_no, meta.title, meta.issuer, meta.date) == (
        "白妇〔2023〕21号",
        "关于报送总结的通知",
        ("白水县妇女联合会",),
        "2023-09-04",
    )
    assert read_text("y", "妇联工作计划\n时间:2022-01-22 04:52:00\n做好全年工作。").meta.date is None


def test_a_title_said_twice_and_an_issued_plan() -> None:
    """A web page says number and title twice; the plan issued with the circular is a part of its own."""
    text = (
        "云妇〔2024〕30号\n关于印发《云溪市妇联“强基”\n行动方案》的通知\n云妇〔2024〕30号\n"
        "关于印发《云溪市妇联“强基”\n行动方案》的通知\n各县（市、区）妇联：\n现将方案印发给你们，请贯彻实施。\n云溪市妇联\n2024年4月29日\n\n"
        "云溪市妇联“强基”\n行动方案\n\n为夯实基础，制定本方案。\n一、目标\n全面覆盖。\n（一）组织\n每村1个。\n"
    )
    document = read_text("x", text)
    assert document.meta.title == "关于印发《云溪市妇联“强基”行动方案》的通知"
    assert document.meta.date == "2024-04-29"
    assert [one.heading for one in document.sections] == ["云溪市妇联“强基”行动方案", "目标", "组织"]
    assert document.sections[-1].place == "云溪市妇联“强基”行动方案 一、（一）"


FLATTENED = """附件
2025年重点任务分工一览表

	序号
	任务
	责任单位
	牵头

部室

	1
	新建“妇女微家”
	青山乡妇联

白水镇妇联
县直有关

单位妇委会
	组织部

	序号
	工作任务
	责任单位
	牵头

部室

	2
	家庭教育讲座
	青山乡妇联
	家儿部
权益部
"""


def test_a_table_flattened_and_broken_over_pages() -> None:
    """Cells one a line with a changed header on the next page are one table; units stay apart, words are joined."""
    (table,) = read_text("x", FLATTENED).tables
    assert table.title == "2025年重点任务分工一览表"
    assert table.columns == ("序号", "任务", "责任单位", "牵头部室")
    assert table.rows[0].cells[2].parts == ("青山乡妇联", "白水镇妇联", "县直有关单位妇委会")
    assert table.rows[1].cells[3].parts == ("家儿部", "权益部")
    assert table.note


def test_a_table_flattened_without_tabs() -> None:
    """One cell a line and nothing else: the numbers 1, 2, 3 tell the rows."""
    text = "任务分配表\n序号\n村名\n任务数\n1\n东埔村\n2\n2\n西溪村\n3\n3\n南山村\n1\n剩余人员另行安排。\n"
    (table,) = read_text("x", text).tables
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["1", "东埔村", "2"],
        ["2", "西溪村", "3"],
        ["3", "南山村", "1"],
    ]


def test_row_spans_lead_to_the_row() -> None:
    """A row's span in the original is its line."""
    text = "各村妇联：\n任务如下：\n村名\t人数\n东埔村\t20\n西溪村\t30\n"
    document = read_text("x", text)
    row = document.tables[0].rows[1]
    start, end = document.original_span(row.start, row.end)
    assert text[start:end] == "西溪村\t30"


def test_passages_hold_sentence_and_heading() -> None:
    """A passage is at most 500 characters, holds whole sentences and begins with the headings above them."""
    long = "各乡镇妇联要广泛宣传家庭教育知识，组织志愿者入户走访。" * 40
    text = f"关于开展活动的通知\n\n各村妇联：\n一、总体安排\n（一）宣传\n{long}\n请于3月5日前报送方案。\n"
    document = read_text("x", text)
    assert all(len(one.text) <= 500 for one in document.passages)
    (last,) = [one for one in document.passages if "3月5日" in one.text]
    assert last.text.startswith("一、总体安排 （一）宣传\n")
    assert last.place == "一、（一）"
    assert [one.ordinal for one in document.passages] == list(range(len(document.passages)))


def test_a_table_row_is_a_passage_with_its_columns() -> None:
    """Each row can be found by itself, with the names of its columns."""
    document = read_text("x", "各村妇联：\n任务分配表\n序号\t村名\t人数\n1\t东埔村\t20\n2\t西溪村\t30\n")
    assert any(one.text == "任务分配表\n序号：2；村名：西溪村；人数：30" for one in document.passages)


@pytest.mark.parametrize(
    "mark", ["机密", "秘密★1年", "绝密 ★ 启用前", "内部资料", "密级：秘密", "【内部资料】", "内部资料 注意保存"]
)
def test_secret_documents_are_known(mark: str) -> None:
    """A document with a secrecy mark says so; talking about secrets does not make one."""
    assert read_text("x", f"{mark}\n青妇〔2025〕1号\n关于工作的通知\n各村妇联：\n请保存。\n").secrecy
    assert read_text("x", "关于做好秘密保护的通知\n各村妇联：\n不得泄露国家秘密。\n").secrecy is None


PIECES = [
    "青妇〔2025〕1号",
    "关于活动的通知",
    "各村妇联：",
    "一、",
    "一、目标",
    "（一）宣传。",
    "1.报送",
    "1、x",
    "序号",
    "\t序号",
    "\t1",
    "1",
    "2",
    "a\tb",
    "",
    "附件：",
    "附件1",
    "青山乡妇联",
    "2025年2月30日",
    "抄送：",
    "联系人：",
    "《法》",
    "第一条",
    "第二条 甲",
    "第三条",
    "第一章",
]


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=25,
    )
)  # fmt: skip
def test_reading_never_raises_on_broken_circulars(lines: list[str]) -> None:
    """Whatever order the pieces of circulars and laws come in, they are read; spans stay inside the text."""
    document = read_text("x", "\n".join(lines))
    for one in (*document.sections, *document.tables, *document.citations, *document.passages):
        assert 0 <= one.start <= one.end <= len(document.text)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_reading_never_raises_on_any_text(text: str) -> None:
    """Any text at all is read."""
    document = read_text("x", text)
    assert all(len(one.text) <= 500 for one in document.passages)


def test_further_forms_of_the_tail() -> None:
    """附件1：… lines, 抄报 and 抄送, a telephone for two people, a fax that is none."""
    text = (
        "关于召开会议的通知\n\n各位执委，各乡镇妇联主席：\n定于1月15日上午召开会议。联系人：县妇联办公室 陈敏、李红，"
        "电话：0599-1234567，传真：0599-7654321。\n附件1：参会人员名单\n附件2：会议回执\n溪口县妇联\n2025年1月8日\n"
        "抄报：市妇联。\n抄送：县委办公室，县政府办公室\n"
    )
    meta = read_text("x", text).meta
    assert meta.addressees == ("各位执委", "各乡镇妇联主席")
    assert meta.attachments == ("参会人员名单", "会议回执")
    assert meta.cc == ("市妇联", "县委办公室", "县政府办公室")
    assert [(one.name, one.phone) for one in meta.contacts] == [("陈敏", "0599-1234567"), ("李红", "0599-1234567")]


def test_a_message_pasted_from_a_group() -> None:
    """A notice pasted from a chat still has addressees, date and sender."""
    meta = read_text(
        "x", "【通知】各村妇联主席：\n\n请于周五前报台账，联系人小陈13900000000。\n\n沙溪镇妇联\n2026年5月18日"
    ).meta
    assert meta.addressees == ("各村妇联主席",)
    assert (meta.issuer, meta.date) == (("沙溪镇妇联",), "2026-05-18")
    assert [(one.name, one.phone) for one in meta.contacts] == [("小陈", "13900000000")]


def test_many_headings_are_read_in_linear_time() -> None:
    """A hostile file of thousands of headings, cells or lost bytes is read in seconds, not hours."""
    for text in ("一、工作\n（一）甲\n1.乙\n" * 3000, "序号\n1\n2\n" * 5000, "府?huà)D女" * 3000, "a\tb\n" * 10_000):
        read_text("x", text)


def test_a_header_of_two_rows_and_a_sum() -> None:
    """The lower header row names the columns; the row of sums belongs to the table."""
    (table,) = read_text("x", "各村妇联：\n序号\t任务\t\n序号\t名称\t数量\n1\t讲座\t2\n2\t走访\t5\n合计\t\t7\n").tables
    assert table.columns == ("序号", "名称", "数量")
    assert [row.cells[0].text for row in table.rows] == ["1", "2", "合计"]
