"""The commands `dates` and `numbers`."""

import json

from click.testing import CliRunner

from bot.commands.dates import dates, numbers


def test_a_batch_of_times_gives_a_line_each(tmp_path):
    """Each case answers with its id, window and rule, nulls where there is no time."""
    cases = [
        {"id": "a", "text": "昨天下午三点", "ref": "2025-03-12T10:00:00", "mode": "report"},
        {"id": "b", "text": "每月25日前", "ref": "2025-06-03T00:00:00", "mode": "circular"},
        {"id": "c", "text": "一式五份", "ref": "2025-06-03T00:00:00"},
    ]
    file = tmp_path / "cases.jsonl"
    file.write_text("\n".join(json.dumps(case, ensure_ascii=False) for case in cases), "utf-8")
    result = CliRunner().invoke(dates, ["--batch", str(file)])
    assert result.exit_code == 0
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "a", "start": "2025-03-11 15:00", "end": "2025-03-11 15:00", "rrule": None},
        {"id": "b", "start": None, "end": None, "rrule": "FREQ=MONTHLY;BYMONTHDAY=25"},
        {"id": "c", "start": None, "end": None, "rrule": None},
    ]


def test_a_batch_of_numerals_gives_a_line_each(tmp_path):
    """Each case answers with its id and the figure in the count notation."""
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "a", "text": "三十来个"}\n\n{"id": "b", "text": "很多"}\n', "utf-8")
    result = CliRunner().invoke(numbers, ["--batch", str(file)])
    assert [json.loads(line) for line in result.stdout.splitlines()] == [
        {"id": "a", "n": "~30"},
        {"id": "b", "n": None},
    ]


def test_one_text_is_read_against_now():
    """A single text uses --now and --mode, and --json gives an object a line."""
    plain = CliRunner().invoke(dates, ["下周五前", "--now", "2025-06-03", "--mode", "circular"])
    assert "2025-06-13" in plain.stdout
    as_json = CliRunner().invoke(dates, ["昨晚", "--now", "2025-03-12T10:00", "--json"])
    assert json.loads(as_json.stdout)["start"] == "2025-03-11"
    counted = CliRunner().invoke(numbers, ["来了三十六个人", "--json"])
    assert json.loads(counted.stdout) == {"text": "三十六", "offset": 2, "n": "36", "unit": "人", "ordinal": False}


def test_wrong_use_is_told(tmp_path):
    """No text is a usage error; a line that cannot be read is named by its number."""
    assert CliRunner().invoke(dates, []).exit_code == 2
    assert CliRunner().invoke(dates, ["昨天", "--now", "昨天"]).exit_code == 2
    file = tmp_path / "cases.jsonl"
    file.write_text('{"id": "a"}\n', "utf-8")
    result = CliRunner().invoke(dates, ["--batch", str(file)])
    assert result.exit_code == 1
    assert "第 1 行" in result.output
