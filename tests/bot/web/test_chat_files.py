"""A circular dropped on the chat page is read on the spot; what cannot be read is told with its reason."""

from __future__ import annotations

import io
import zipfile

import docx
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.web import chat


@pytest.fixture
def client() -> TestClient:
    """The page's interface alone: reading a file needs nothing behind it."""
    return TestClient(Starlette(routes=chat.routes(None)))  # type: ignore[arg-type]  # nothing is asked of it


def sent(client: TestClient, name: str, content: bytes) -> tuple[int, dict[str, str]]:
    answer = client.post("/chat/files", files={"file": (name, content)})
    return answer.status_code, answer.json()


def test_a_word_file_becomes_the_text_an_official_would_paste(client: TestClient) -> None:
    """Its paragraphs, in order."""
    document = docx.Document()
    for line in ("关于开展活动的通知", "各乡镇妇联：", "请于3月1日前报送名单。"):
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    status, said = sent(client, "通知.docx", stream.getvalue())
    assert status == 200
    assert said["text"].split() == ["关于开展活动的通知", "各乡镇妇联：", "请于3月1日前报送名单。"]


def test_a_text_in_the_encoding_of_old_computers_is_read(client: TestClient) -> None:
    """GB18030, as Windows saves it."""
    assert sent(client, "通知.txt", "关于开展活动的通知\n请报送名单。".encode("gb18030"))[1]["text"].startswith("关于")


@pytest.mark.parametrize(
    ("name", "content"), [("空.docx", b""), ("坏.docx", b"PK\x03\x04 nothing"), ("坏.pdf", b"%PDF-1.4")]
)
def test_what_cannot_be_read_is_told_with_its_reason(client: TestClient, name: str, content: bytes) -> None:
    """A sentence that says what to do instead, and no crash."""
    status, said = sent(client, name, content)
    assert status == 400
    assert "粘贴" in said["error"]


def test_a_zip_bomb_is_refused(client: TestClient) -> None:
    """A small file that would unpack to gigabytes."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"0" * 300_000_000)
    assert sent(client, "大.docx", stream.getvalue())[0] == 400


def test_without_a_file_it_says_what_is_missing(client: TestClient) -> None:
    """The name of the field."""
    answer = client.post("/chat/files", data={"x": "y"})
    assert answer.status_code == 400
    assert "file" in answer.json()["error"]
