"""Files made by hand for the readers' tests: a PDF writer of forty lines, Word documents, an example circular."""

import io

import docx
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

CIRCULAR = """云溪县妇女联合会文件

云妇〔2025〕9号

关于开展“书香庭院”活动的通知

各乡镇妇联，县直各单位妇委会：

为丰富农村妇女文化生活，现将有关事项通知如下：

一、活动时间
2025年4月至6月。

二、活动内容
（一）推荐展示。各乡镇妇联于4月20日前推荐示范户3户。
（二）集中宣讲。
1.每村至少举办1场宣讲。
2.每月25日前报送信息1篇。

三、工作要求
要加强组织领导。

联系人：周岚，联系电话：0888-2222333，邮箱：yx@example.org

附件：1.推荐表
      2.任务分配表

云溪县妇女联合会
2025年3月28日

附件2
任务分配表
序号	乡镇	户数
1	青山乡	3
2	白水镇	5

抄送：市妇联，县委办、县政府办。
"""


def pdf(pages: list[list[str]], *, encrypted: bool = False, picture: bool = False) -> bytes:
    """A PDF with one text line a line, 14 points high, from 72; each 　 it begins with indents it."""
    objects: list[bytes] = [b"", b"", b"<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UCS2-H "
        b"/DescendantFonts [4 0 R] >>",
        b"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo << /Registry (Adobe) "
        b"/Ordering (GB1) /Supplement 4 >> /DW 1000 /FontDescriptor 5 0 R >>",
        b"<< /Type /FontDescriptor /FontName /STSong-Light /Flags 4 /FontBBox [0 -200 1000 900] /ItalicAngle 0 "
        b"/Ascent 880 /Descent -120 /CapHeight 880 /StemV 80 >>",
        b"<< /Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8 /Length 1 >>\nstream\n\x80\nendstream"]  # fmt: skip
    kids = []
    for lines in pages:
        content = b"q 400 0 0 600 72 100 cm /I Do Q\n" if picture else b""
        for place, line in enumerate(lines):
            left = 72
            while line.startswith("　"):
                left, line = left + 14, line[1:]
            code = line.encode("utf-16-be").hex().encode()
            content += b"BT /F 14 Tf %d %d Td <%s> Tj ET\n" % (left, 780 - 22 * place, code)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        kids.append(len(objects) + 1)
        objects.append(b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents %d 0 R /Resources "
            b"<< /Font << /F 3 0 R >> /XObject << /I 6 0 R >> >> >>" % (len(objects)))  # fmt: skip
    objects[0] = b"<< /Type /Catalog /Pages 2 0 R >>"
    objects[1] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (len(kids), b" ".join(b"%d 0 R" % kid for kid in kids))
    trailer = b"/Root 1 0 R"
    if encrypted:
        objects.append(b"<< /Filter /Standard /V 1 /R 2 /P -44 /O <%s> /U <%s> >>" % (b"ab" * 32, b"cd" * 32))
        trailer += b" /Encrypt %d 0 R /ID [<00> <00>]" % len(objects)
    out = io.BytesIO(b"%PDF-1.4\n")
    out.seek(0, 2)
    places = []
    for number, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj\n%s\nendobj\n" % (number, body))
    start = out.tell()
    out.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out.write(b"".join(b"%010d 00000 n \n" % place for place in places))
    out.write(b"trailer\n<< /Size %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start))
    return out.getvalue()


def word(circular: str = CIRCULAR, *, header: str = "") -> bytes:
    """A Word document of a text; runs of tabbed lines become a table."""
    document = docx.Document()
    if header:
        document.sections[0].header.paragraphs[0].text = header
    rows: list[list[str]] = []
    for line in [*circular.split("\n"), ""]:
        if "\t" in line:
            rows.append(line.split("\t"))
            continue
        if rows:
            table = document.add_table(len(rows), len(rows[0]))
            for at, row in enumerate(rows):
                for to, cell in enumerate(row):
                    table.cell(at, to).text = cell
            rows = []
        document.add_paragraph(line.strip())
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def numbered_word(paragraphs: list[tuple[str, int | None]]) -> bytes:
    """A Word document whose paragraphs carry automatic numbers of a level: 0 is 一、, 1 is （一）, 2 is 1."""
    document = docx.Document()
    numbering = document.part.numbering_part.element
    abstract = OxmlElement("w:abstractNum")
    abstract.set(qn("w:abstractNumId"), "77")
    for level, (form, text) in enumerate(
        (("chineseCounting", "%1、"), ("chineseCounting", "（%2）"), ("decimal", "%3."))
    ):
        element = OxmlElement("w:lvl")
        element.set(qn("w:ilvl"), str(level))
        for name, value in (("w:start", "1"), ("w:numFmt", form), ("w:lvlText", text)):
            child = OxmlElement(name)
            child.set(qn("w:val"), value)
            element.append(child)
        abstract.append(element)
    numbering.insert(0, abstract)
    number = OxmlElement("w:num")
    number.set(qn("w:numId"), "77")
    target = OxmlElement("w:abstractNumId")
    target.set(qn("w:val"), "77")
    number.append(target)
    numbering.append(number)
    for text, depth in paragraphs:
        paragraph = document.add_paragraph(text)
        if depth is not None:
            reference = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            reference.get_or_add_ilvl().val = depth
            reference.get_or_add_numId().val = 77
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()
