"""`niangjia circulars read`: a line a file, bad files on stderr, secret ones not read out."""

import json
from pathlib import Path

from click.testing import CliRunner

from bot.commands.circulars import circulars

TEXT = (
    "云妇〔2025〕9号\n关于报送总结的通知\n\n各乡镇妇联：\n"
    "请各乡镇妇联于4月20日前报送总结1篇。\n\n云溪县妇女联合会\n2025年3月28日\n"
)


def test_a_line_a_file(tmp_path: Path) -> None:
    """Each readable file is one JSON object with elements, obligations, sections, tables, citations and text."""
    good, bad, secret = tmp_path / "good.txt", tmp_path / "bad.pdf", tmp_path / "secret.txt"
    good.write_text(TEXT, encoding="utf-8")
    bad.write_bytes(b"%PDF-1.4 broken")
    secret.write_text("机密\n" + TEXT, encoding="utf-8")
    result = CliRunner().invoke(circulars, ["read", str(good), str(bad), str(secret), "--json"])
    (line,) = result.stdout.splitlines()
    read = json.loads(line)
    assert list(read) == ["doc", "meta", "obligations", "sections", "tables", "citations", "text"]
    assert read["doc"] == "good"
    assert read["meta"]["addressees"] == ["各乡镇妇联"]
    assert read["obligations"][0]["window"]["end"] == "2025-04-20"
    assert "bad.pdf" in result.stderr
    assert "机密" in result.stderr
    assert result.exit_code == 1


def test_the_same_for_eyes(tmp_path: Path) -> None:
    """Without --json a person reads number, title and what is owed."""
    path = tmp_path / "good.txt"
    path.write_text(TEXT, encoding="utf-8")
    result = CliRunner().invoke(circulars, ["read", str(path)])
    assert result.exit_code == 0
    assert "《关于报送总结的通知》" in result.stdout
    assert "云妇〔2025〕9号" in result.stdout
    assert "2025-04-20" in result.stdout
