"""The house keeps its own rules: layers, docstrings, words in their place, nothing of one machine in the files."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tokenize
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ("bot", "handlers", "knowledge", "storage")
CHINESE = re.compile(r"[一-鿿]")
#: Calls whose strings are patterns of what is read, not words that are said; a command's help line among them.
READING = frozenset({"compile", "command", "match", "fullmatch", "search", "findall", "finditer", "sub", "split"})
#: So many Chinese characters in one string are a sentence that somebody reads, or a list that belongs in a data file.
SENTENCE = 9


@cache
def tracked() -> tuple[Path, ...]:
    """The files that git knows; all files where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        return tuple(path for path in ROOT.rglob("*") if path.is_file() and ".venv" not in path.parts)
    return tuple(ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file())


def modules(*packages: str) -> list[Path]:
    return [
        path for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages and "versions" not in path.parts
    ]  # fmt: skip


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_import_contracts_hold() -> None:
    """bot → handlers → knowledge → storage, never back, and what else pyproject.toml forbids."""
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_module_opens_with_what_it_is_for() -> None:
    """The first statement of a module is a sentence."""
    silent = []
    for path in modules(*PACKAGES, "tests"):
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        if not text.split("\n\n")[0].strip().endswith((".", "。", ":", "!", "?", ")", "…")):
            silent.append(named(path))
    assert not silent


def test_what_people_read_stands_in_texts() -> None:
    """Handlers hold no Chinese sentences; `texts.py` does."""
    paths = [path for path in modules("handlers") if not path.name.endswith("texts.py")]
    found = [sentence for path in paths for sentence in _sentences(path)]
    assert not found, "\n".join(found)


def _sentences(path: Path) -> list[str]:
    """Chinese sentences in the code of a module, by their lines."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documentation = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    patterns = _inside_calls(tree, READING)
    return [
        f"{named(path)}:{node.lineno}: {node.value}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
        and id(node) not in documentation and id(node) not in patterns
        and len(CHINESE.findall(node.value)) >= SENTENCE and re.search("[，。？！：；]", node.value)
        and "|" not in node.value
    ]  # fmt: skip


def _inside_calls(tree: ast.AST, names: frozenset[str]) -> set[int]:
    """The nodes inside calls of functions with these names."""
    inside: set[int] = set()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            function = call.func
            name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
            if name in names:
                inside |= {id(node) for node in ast.walk(call)}
    return inside


def test_every_command_is_in_help_or_says_why_not() -> None:
    """What has a help line is shown to somebody; two slices never claim one word (`Talk` would not start)."""
    from handlers import all as slices
    from handlers.dialog.talk import Talk

    talk = Talk(slices.routers())
    assert len(talk.commands) > 5


def test_every_slice_has_a_conversation() -> None:
    """Each slice that speaks is heard in a golden conversation: one of its texts stands in one."""
    spoken = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests" / "conversations").rglob("*.txt"))
    silent = []
    for texts in sorted((ROOT / "handlers").glob("*/texts.py")):
        if not (texts.parent / "chat.py").exists():
            continue
        tree = ast.parse(texts.read_text(encoding="utf-8"))
        strings = [n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)]
        pieces = [piece for text in strings for piece in re.split(r"\{[^}]*\}|\n", text) if len(piece) >= 6]
        if not any(piece in spoken for piece in pieces):
            silent.append(texts.parent.name)
    assert not silent


def test_every_conversation_says_what_it_shows() -> None:
    """A golden conversation begins with one sentence for the reader."""
    for path in (ROOT / "tests" / "conversations").rglob("*.txt"):
        assert path.read_text(encoding="utf-8").startswith("# "), path.name


def test_the_words_of_the_readme_can_be_typed() -> None:
    """Every `make` word of the documents is a target; every `niangjia` command exists."""
    from bot.cli import COMMANDS

    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    documents = [path for path in tracked() if path.suffix == ".md" and len(path.relative_to(ROOT).parts) == 1]
    assert documents
    for path in documents:
        text = path.read_text(encoding="utf-8")
        typed = "\n".join(re.findall(r"```\w*\n(.*?)```", text, re.DOTALL) + re.findall(r"`([^`\n]+)`", text))
        asked = set(re.findall(r"(?:^|\s)make ([a-z]+)", typed))
        assert asked <= targets, f"{path.name}: make {asked - targets}"
        commands = set(re.findall(r"^\s*niangjia ([a-z]+)", typed, re.MULTILINE))
        assert commands <= set(COMMANDS), f"{path.name}: niangjia {commands - set(COMMANDS)}"


#: Paths of a machine, addresses of package registries, keys. Each split, so that this file is not its own find.
FORBIDDEN = {
    "a path of one machine": re.compile("(?<![\\w.])/(?:" + "work|root|home/[a-z]+|Users" + ")/"),
    "the address of a package index": re.compile(
        "index" + "-url|extra" + "-index|pypi" + r"\.org/simple|mirrors?\.[a-z]+\."
    ),
    "a private key": re.compile("-----BEGIN [A-Z ]*PRIVATE " + "KEY"),
    "a token": re.compile(r"\b(?:ghp|gho|glpat|xox[bp]|sk)[_-][A-Za-z0-9]{20,}|\bAKIA[0-9A-Z]{16}\b"),
    "a mobile number that may be somebody's": re.compile(r"(?<!\d)1[3-8]\d{9}(?!\d)"),
}
#: Numbers that nobody takes for somebody's: the telephone company's own, four equal digits in a row, milliseconds.
HARMLESS = re.compile(r"13800138000|1[3-8]\d*(\d)\1{3}|1[67]\d{11}")


def test_nothing_of_one_machine_and_no_secret_is_in_the_files() -> None:
    """No path, no registry, no key and nobody's phone number."""
    found = []
    for path in tracked():
        if path == Path(__file__).resolve() or path.suffix in {".gz", ".png", ".docx", ".pdf", ".xlsx", ".zip"}:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(lines, 1):
            for what, pattern in FORBIDDEN.items():
                hit = pattern.search(line)
                if hit and not (HARMLESS.search(line) and "mobile" in what) and not _is_make_lock(path, line):
                    found.append(f"{named(path)}:{number}: {what}: {hit[0]!r}")
    assert not found, "\n".join(found)


def _is_make_lock(path: Path, line: str) -> bool:
    return path.name == "Makefile" and "--no-emit-index-url" in line


def test_a_silenced_check_names_its_rule_and_its_reason() -> None:
    """`noqa: X  # why` and `type: ignore[x]  # why`."""
    bare = []
    for path in modules(*PACKAGES, "tests"):
        with tokenize.open(path) as source:
            comments = [token for token in tokenize.generate_tokens(source.readline) if token.type == tokenize.COMMENT]
        for comment in comments:
            silenced = re.match(r"# (noqa|type: ignore)(.*)", comment.string)
            if silenced and not re.match(r"(: [A-Z]+\d+(, ?[A-Z]+\d+)*|\[[\w, -]+\])\W+\w", silenced[2]):
                bare.append(f"{named(path)}:{comment.start[0]}: {comment.string}")
    assert not bare, "\n".join(bare)


def test_tests_stand_where_their_module_stands() -> None:
    """No package marker under tests, so that `tests/handlers` never hides `handlers`."""
    assert not list((ROOT / "tests").rglob("__init__.py"))
