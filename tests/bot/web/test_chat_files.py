"""A circular dropped on the chat page is read on the spot; what cannot be read is told with its reason."""

from __future__ import annotations

import asyncio
import io
import zipfile
from typing import Any

import docx
import httpx
import pytest
from starlette.applications import Starlette

from bot.web import chat


def post(**sent: Any) -> httpx.Response:
    """To the page's interface alone: reading a file needs nothing behind it."""
    page = Starlette(routes=chat.routes(None))  # type: ignore[arg-type]  # nothing is asked of it

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url="http://page") as client:
            return await client.post("/chat/files", **sent)

    return asyncio.run(ask())


def sent(name: str, content: bytes) -> tuple[int, dict[str, str]]:
    answer = post(files={"file": (name, content)})
    return answer.status_code, answer.json()


def test_a_word_file_becomes_the_text_an_official_would_paste() -> None:
    """Its paragraphs, in order."""
    document = docx.Document()
    for line in ("关于开展活动的通知", "各乡镇妇联：", "请于3月1日前报送名单。"):
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    status, said = sent("通知.docx", stream.getvalue())
    assert status == 200
    assert said["text"].split() == ["关于开展活动的通知", "各乡镇妇联：", "请于3月1日前报送名单。"]


def test_a_text_in_the_encoding_of_old_computers_is_read() -> None:
    """GB18030, as Windows saves it."""
    assert sent("通知.txt", "关于开展活动的通知\n请报送名单。".encode("gb18030"))[1]["text"].startswith("关于")


@pytest.mark.parametrize(
    ("name", "content"), [("空.docx", b""), ("坏.docx", b"PK\x03\x04 nothing"), ("坏.pdf", b"%PDF-1.4")]
)
def test_what_cannot_be_read_is_told_with_its_reason(name: str, content: bytes) -> None:
    """A sentence that says what to do instead, and no crash."""
    status, said = sent(name, content)
    assert status == 400
    assert "粘贴" in said["error"]


def test_a_zip_bomb_is_refused() -> None:
    """A small file that would unpack to gigabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"0" * 300_000_000)
    assert sent("大.docx", stream.getvalue())[0] == 400


def test_without_a_file_it_says_what_is_missing() -> None:
    """The name of the field."""
    answer = post(data={"x": "y"})
    assert answer.status_code == 400
    assert "file" in answer.json()["error"]
