"""The same circular from every format, and every bad file told by name."""

import gzip
import importlib.util
import io
import json
import zipfile
from pathlib import Path

import pytest

from knowledge.reading import Unreadable, read_file, read_record, read_records

_spec = importlib.util.spec_from_file_location("papers", Path(__file__).parent / "papers.py")
assert _spec
assert _spec.loader
papers = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(papers)

HTML = """<html><head><meta charset="gb2312"><title>通知 - 云溪县</title><style>p{}</style></head><body>
<div id="nav"><ul><li><a href="/">首页</a></li><li><a href="/a">新闻</a></li></ul></div>
<div class="content">%s</div><footer>版权所有</footer><script>var a=1</script></body></html>"""


def _html() -> str:
    parts = []
    rows: list[str] = []
    for line in [*papers.CIRCULAR.split("\n"), ""]:
        if "\t" in line:
            rows.append("<tr>" + "".join(f"<td>{cell}</td>" for cell in line.split("\t")) + "</tr>")
            continue
        if rows:
            parts.append("<table>" + "".join(rows) + "</table>")
            rows = []
        parts.append(f"<p>&nbsp;&nbsp;{line.strip()}</p>")
    return HTML % "".join(parts)


def _markdown() -> str:
    text = papers.CIRCULAR.replace("关于开展", "# 关于开展").replace("二、活动内容", "**二、活动内容**")
    return (
        text.replace("序号\t乡镇\t户数", "| 序号 | 乡镇 | 户数 |\n|---|:--:|---|")
        .replace("1\t青山乡\t3", "| 1 | 青山乡 | 3 |")
        .replace("2\t白水镇\t5", "| 2 | 白水镇 | 5 |")
    )


def _pdf() -> bytes:
    """The circular over two pages with a running head, page numbers and lines broken at a width."""
    lines: list[str] = []
    for line in papers.CIRCULAR.split("\n"):
        if not line.strip():
            continue
        line = line.strip().replace("\t", "　　　　")
        indented = "　　" + line if "。" in line else line
        while len(indented) > 32:
            lines.append(indented[:32])
            indented = indented[32:]
        lines.append(indented)
    half = len(lines) // 2
    pages = [
        ["“书香庭院”活动材料", *part, f"- {number} -"] for number, part in enumerate((lines[:half], lines[half:]), 1)
    ]
    return bytes(papers.pdf(pages))


FORMATS = {
    "utf8.txt": papers.CIRCULAR.encode(),
    "mark.txt": b"\xef\xbb\xbf" + papers.CIRCULAR.encode(),
    "crlf.txt": papers.CIRCULAR.replace("\n", "\r\n").encode(),
    "gb.txt": papers.CIRCULAR.encode("gb18030"),
    "utf16.txt": papers.CIRCULAR.encode("utf-16"),
    "utf16be.txt": papers.CIRCULAR.encode("utf-16-be"),
    "page.html": _html().encode("gb18030"),
    "wrong_name.txt": _html().encode(),
    "notes.md": _markdown().encode(),
    "paper.docx": papers.word(),
    "no_suffix": papers.word(),
    "paper.pdf": _pdf(),
}


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_circular_from_every_format(tmp_path: Path, name: str) -> None:
    """Elements, sections, table and contacts come out the same, whatever the format and its name say."""
    path = tmp_path / name
    path.write_bytes(FORMATS[name])
    document = read_file(path)
    meta = document.meta
    assert meta.doc_no == "云妇〔2025〕9号"
    assert meta.title == "关于开展“书香庭院”活动的通知"
    assert meta.issuer == ("云溪县妇女联合会",)
    assert meta.addressees == ("各乡镇妇联", "县直各单位妇委会")
    assert meta.date == "2025-03-28"
    assert meta.attachments == ("推荐表", "任务分配表")
    assert meta.cc == ("市妇联", "县委办", "县政府办")
    assert [contact.to_json() for contact in meta.contacts] == [
        {"name": "周岚", "phone": "0888-2222333", "email": "yx@example.org"}
    ]
    places = [section.place for section in document.sections]
    assert places[:7] == ["一、", "二、", "二、（一）", "二、（二）", "二、（二）1.", "二、（二）2.", "三、"]
    (table,) = document.tables
    assert table.columns == ("序号", "乡镇", "户数")
    assert [[cell.text for cell in row.cells] for row in table.rows] == [["1", "青山乡", "3"], ["2", "白水镇", "5"]]
    assert "各乡镇妇联于4月20日前推荐示范户3户。" in document.text
    assert "版权所有" not in document.text
    if name.endswith(".pdf"):
        assert document.pages == 2
        assert "材料" not in document.text
        assert any("书香庭院" in warning for warning in document.warnings)


def test_word_numbers_that_stand_nowhere_are_shown(tmp_path: Path) -> None:
    """Automatic numbers of Word become text: 一、 （一） 1., and start again under the next heading."""
    path = tmp_path / "auto.docx"
    paragraphs = [
        ("关于开展活动的通知", None),
        ("活动内容", 0),
        ("推荐示范户。", 1),
        ("报送信息。", 2),
        ("工作要求", 0),
        ("加强领导。", 1),
    ]
    path.write_bytes(papers.numbered_word(paragraphs))
    places = [section.place for section in read_file(path).sections]
    assert places == ["一、", "一、（一）", "一、（一）1.", "二、", "二、（一）"]


def test_a_header_with_a_mark_counts_and_another_is_told(tmp_path: Path) -> None:
    """A secrecy mark in the page header is seen; an ordinary header is left out and said so."""
    path = tmp_path / "marked.docx"
    path.write_bytes(papers.word(header="内部资料 注意保存"))
    assert read_file(path).secrecy == "内部资料"
    path.write_bytes(papers.word(header="云溪妇女工作"))
    document = read_file(path)
    assert document.secrecy is None
    assert any("云溪妇女工作" in warning for warning in document.warnings)


def _zip(entries: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def _macro() -> bytes:
    out = io.BytesIO(papers.word())
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("word/vbaProject.bin", b"x")
    return out.getvalue()


BAD = {
    "empty.txt": (b"", "空的"),
    "blank.docx": (b"   \n", "空的"),
    "locked.pdf": (papers.pdf([["通知"]], encrypted=True), "密码"),
    "scan.pdf": (papers.pdf([[], []], picture=True), "扫描"),
    "cut.pdf": (papers.pdf([["通知"]])[:60], "不完整"),
    "cut.docx": (papers.word()[:3000], "不完整"),
    "macro.docx": (_macro(), "宏"),
    "macro.docm": (papers.word(), "宏"),
    "bomb.docx": (_zip({"word/document.xml": b"\0" * (201 * 1024 * 1024)}), "展开"),
    "sheet.xlsx": (_zip({"xl/workbook.xml": b"<a/>"}), "电子表格"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存"),
    "locked.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "密码"),
    "photo.jpg": (b"\xff\xd8\xff\xe0" + b"\0" * 60, "图片"),
    "program.bin": (bytes(range(256)) * 20, "认不出"),
    "broken.docx": (_zip({"word/document.xml": b"<w:document", "[Content_Types].xml": b"<Types/>"}), ""),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_by_name(tmp_path: Path, name: str) -> None:
    """Each bad file raises Unreadable with its name, a place and a Chinese reason; nothing else escapes."""
    content, reason = BAD[name]
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(Unreadable) as caught:
        read_file(path)
    assert name in str(caught.value)
    assert reason in caught.value.reason
    assert caught.value.place


def test_a_huge_file_is_refused_unread(tmp_path: Path) -> None:
    """A file of 200 MB is refused by its size alone; a missing one is told too."""
    path = tmp_path / "huge.txt"
    with path.open("wb") as stream:
        stream.truncate(200 * 1024 * 1024)
    with pytest.raises(Unreadable, match="200 MB"):
        read_file(path)
    with pytest.raises(Unreadable, match="找不到"):
        read_file(tmp_path / "none.txt")


def test_pages_without_text_are_named(tmp_path: Path) -> None:
    """A scanned page among others is left out and named by its number."""
    path = tmp_path / "half.pdf"
    path.write_bytes(papers.pdf([["关于开展活动的通知", "各村妇联：", "请于3月5日前报送活动方案。"], []], picture=True))
    document = read_file(path)
    assert "报送活动方案" in document.text
    assert any("第2页" in warning for warning in document.warnings)


def test_a_cut_text_is_read_up_to_its_end(tmp_path: Path) -> None:
    """A text that ends inside a character is read up to there, and that is said."""
    path = tmp_path / "cut.txt"
    path.write_bytes(papers.CIRCULAR.encode()[:-2])
    document = read_file(path)
    assert document.meta.doc_no == "云妇〔2025〕9号"
    assert document.warnings


def test_records_are_read_one_at_a_time(tmp_path: Path) -> None:
    """Good lines of a bulk file become records; bad ones are told by line and the rest goes on."""
    record = {
        "id": "a1",
        "title": "示例条例",
        "article": "第三条",
        "chapter": "第一章 总则",
        "text": "村（居）民委员会应当协助。",
    }
    lines = [json.dumps(record, ensure_ascii=False), "{不是", json.dumps({"id": "a2"}), ""]
    path = tmp_path / "bulk.jsonl.gz"
    path.write_bytes(gzip.compress("\n".join(lines).encode()))
    told: list[int] = []
    (found,) = read_records(path, lambda line, reason: told.append(line))
    assert told == [2, 3]
    document = read_record(found)
    assert document.kind == "law"
    assert document.passages[0].article == "第三条"
    assert document.passages[0].place == "第一章 总则 第三条"
