"""House rules that no linter knows. Each failure says where, and what to do instead."""

import ast
import re
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("guardrails", "orchestrator", "api")
TEXTS = {".py", ".toml", ".md", ".txt", ".ini", ".mako", ".html", ".css", ".js", ".json", ".csv"}
FOLDERS = (*PACKAGES, "migrations", "tests", "docs", "examples", ".ci")

FILE_LINES_MAX = 300
# A chapter of tests is read from top to bottom, once. A migration is written by Alembic.
TEST_FILE_LINES_MAX = 500
FUNCTION_LINES_MAX = 50
TEST_NAME_WORDS_MIN = 4

BANNED_CALLS = {
    # what is called:   (the only files that may, what to do instead)
    "datetime.now": (("orchestrator/clock.py",), "take a Clock, or a `now`"),
    "datetime.utcnow": ((), "take a Clock, or a `now`"),
    "datetime.today": ((), "take a Clock, or a `now`"),
    "date.today": ((), "take a Clock, or a `now`"),
    "time.time": ((), "take a Clock, or a `now`; time.monotonic measures how long a thing takes"),
    "time.sleep": (
        # Starting servers, and a client that asks over HTTP until a job is done.
        ("api/launcher.py", "orchestrator/embedded/", "api/demo/"),
        "schedule, do not wait: write down when it is due and let a tick find it",
    ),
    "func.now": ((), "hand in the Clock's `now`: the database's time is not ours"),
    "session.commit": ((), "let Services.transaction commit, at the edge"),
    "session.rollback": ((), "raise: Services.transaction undoes everything"),
}

IMPORTERS = {
    # package:       (the only files that may, what to do instead)
    "phonenumbers": (("orchestrator/numbering.py",), "ask orchestrator.numbering"),
    "celery": (
        ("orchestrator/worker.py", "orchestrator/broker.py"),
        "put the use case elsewhere and a task there",
    ),
    "kombu": (("orchestrator/worker.py",), "put the use case elsewhere and a task there"),
}

ENVIRONMENT_READERS = (
    "orchestrator/config.py",
    # They run before there are settings, or hand the environment on to children.
    "orchestrator/embedded/",
    "api/programs.py",
)

CATCHERS_OF_EVERYTHING = ("guardrails/engine.py", "orchestrator/worker.py")

GUARDRAILS_MAY_IMPORT = (sys.stdlib_module_names | {"pymorphy3", "guardrails"}) - {
    "asyncio",
    "http",
    "os",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "tempfile",
    "threading",
    "time",
    "urllib",
}

EMPTY_NAMES = re.compile(
    r"(^|_)(utils?|helpers?|managers?|misc|common)(_|$)|(Manager|Helper|Util)s?$"
)

# Each with a letter in brackets, so that this file does not break its own rules.
LEFT_OVERS = re.compile(r"\b(T[O]DO|F[I]XME|X[X]X)\b")
OF_THIS_MACHINE = re.compile(
    r"p[y]pi\.org|python[h]osted|n[p]mjs\.|deb\.[d]ebian|(^|[^\w.])/(w[o]rk|r[o]ot|h[o]me|U[s]ers)/[a-z.]"
)

Finding = tuple[Path, int, str]


# ------------------------------------------------------------------------------ reading


@cache
def sources(*folders: str) -> tuple[Path, ...]:
    found = (path for folder in folders for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(path for path in found if "__pycache__" not in path.parts))


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), filename=str(path))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def may(path: Path, allowed: tuple[str, ...]) -> bool:
    return name_of(path).startswith(allowed) if allowed else False


def dotted(node: ast.expr) -> str:
    """Give `a.b.c` as written; what is computed becomes a dot alone."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attr):
            return f"{dotted(value)}.{attr}"
    return ""


def nodes(path: Path, *kinds: type[ast.AST]) -> Iterator:
    return (node for node in ast.walk(tree_of(path)) if isinstance(node, kinds))


def imports(path: Path) -> Iterator[tuple[str, int]]:
    """Give every module imported, wherever in the file."""
    for node in nodes(path, ast.Import, ast.ImportFrom):
        if isinstance(node, ast.ImportFrom):
            yield node.module or "", node.lineno
        else:
            yield from ((alias.name, node.lineno) for alias in node.names)


def texts() -> Iterator[Path]:
    yield from (path for path in ROOT.iterdir() if path.is_file() and path.suffix in TEXTS)
    yield from (ROOT / name for name in ("Makefile", ".ci/run") if (ROOT / name).exists())
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in TEXTS and "__pycache__" not in path.parts:
                yield path


def told(findings: Iterator[Finding]) -> str:
    return "\n".join(f"{name_of(path)}:{line}: {advice}" for path, line, advice in findings)


# ------------------------------------------------------------------------------ the rules


def banned_calls() -> Iterator[Finding]:
    for path in sources(*PACKAGES):
        for call in nodes(path, ast.Call):
            called = ".".join(dotted(call.func).split(".")[-2:])
            allowed, instead = BANNED_CALLS.get(called, ((), ""))
            if instead and not may(path, allowed):
                yield path, call.lineno, f"{called}: {instead}"


def foreign_importers() -> Iterator[Finding]:
    for path in sources(*PACKAGES, "migrations"):
        for module, line in imports(path):
            allowed, instead = IMPORTERS.get(module.partition(".")[0], ((), ""))
            if instead and not may(path, allowed):
                yield path, line, f"import {module}: {instead}"


def readers_of_the_environment() -> Iterator[Finding]:
    for path in sources(*PACKAGES):
        if may(path, ENVIRONMENT_READERS):
            continue
        for node in nodes(path, ast.Attribute):
            if dotted(node) in {"os.environ", "os.getenv"}:
                yield path, node.lineno, "take Settings; only orchestrator/config.py reads them"


def catchers_of_everything() -> Iterator[Finding]:
    advice = "catch only what you can answer; the engine and the worker catch the rest"
    for path in sources(*PACKAGES, "migrations"):
        if may(path, CATCHERS_OF_EVERYTHING):
            continue
        for handler in nodes(path, ast.ExceptHandler):
            kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            if any(
                kind is None or dotted(kind) in {"Exception", "BaseException"} for kind in kinds
            ):
                yield path, handler.lineno, advice


def impurities() -> Iterator[Finding]:
    for path in sources("guardrails"):
        for module, line in imports(path):
            if module and module.partition(".")[0] not in GUARDRAILS_MAY_IMPORT:
                yield path, line, f"import {module}: guardrails are pure; have facts handed in"


def long_files() -> Iterator[Finding]:
    for path in sources(*PACKAGES, "tests"):
        limit = TEST_FILE_LINES_MAX if name_of(path).startswith("tests/") else FILE_LINES_MAX
        count = len(path.read_text().splitlines())
        if count > limit:
            yield path, count, f"over {limit} lines: make it a package with the same name"


def long_functions() -> Iterator[Finding]:
    for path in sources(*PACKAGES, "tests"):
        for node in nodes(path, ast.FunctionDef, ast.AsyncFunctionDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            if count > FUNCTION_LINES_MAX:
                yield path, node.lineno, f"{node.name} has {count} lines: name its parts"


def empty_names() -> Iterator[Finding]:
    advice = "says nothing: name it after what it knows"
    for path in sources(*PACKAGES, "migrations", "tests"):
        if EMPTY_NAMES.search(path.stem):
            yield path, 1, f"`{path.stem}` {advice}"
        for node in nodes(path, ast.ClassDef):
            if EMPTY_NAMES.search(node.name):
                yield path, node.lineno, f"`{node.name}` {advice}"


def changing_log_events() -> Iterator[Finding]:
    advice = 'a constant event name, facts in `extra`: log.info("call_placed", extra={...})'
    levels = {"debug", "info", "warning", "error", "exception", "critical"}
    for path in sources(*PACKAGES):
        for call in nodes(path, ast.Call):
            owner, _, level = dotted(call.func).rpartition(".")
            if owner.rpartition(".")[2] not in {"log", "logger"} or level not in levels:
                continue
            match call.args:
                case [ast.Constant(value=str(event))] if re.fullmatch(r"[a-z][a-z_]+", event):
                    continue
            yield path, call.lineno, advice


def shouted_errors() -> Iterator[Finding]:
    for path in sources(*PACKAGES):
        for node in nodes(path, ast.Raise):
            match node.exc:
                case ast.Call(args=[ast.Constant(value=str(text)), *_]) if text.endswith(
                    (".", "!")
                ):
                    yield path, node.lineno, "error texts end without a full stop"


def patches_of_our_own() -> Iterator[Finding]:
    advice = "hand in other Services, or a double, instead of patching our own modules"
    for path in sources("tests"):
        ours = names_imported_from_us(path)
        for call in nodes(path, ast.Call):
            called = dotted(call.func)
            if not re.search(r"(^|\.)(patch(\.object|\.dict)?|setattr)$", called) or not call.args:
                continue
            target = call.args[0]
            text = target.value if isinstance(target, ast.Constant) else dotted(target)
            first = str(text).partition(".")[0]
            if called != "setattr" and (first in PACKAGES or first in ours):
                yield path, call.lineno, advice


def names_imported_from_us(path: Path) -> set[str]:
    names = set()
    for node in nodes(path, ast.Import, ast.ImportFrom):
        module = node.module if isinstance(node, ast.ImportFrom) else ""
        for alias in node.names:
            origin = (module or alias.name).partition(".")[0]
            if origin in PACKAGES:
                names.add((alias.asname or alias.name).partition(".")[0])
    return names


def names_that_are_no_sentences() -> Iterator[Finding]:
    advice = "say in the name what holds: test_a_refusal_closes_the_offer"
    for path in sources("tests"):
        for node in nodes(path, ast.FunctionDef):
            words = node.name.split("_")[1:]
            if node.name.startswith("test_") and len(words) < TEST_NAME_WORDS_MIN:
                yield path, node.lineno, f"{node.name}: {advice}"


def left_overs() -> Iterator[Finding]:
    yield from matching(LEFT_OVERS, "do it now, or open an issue")


def traces_of_this_machine() -> Iterator[Finding]:
    yield from matching(OF_THIS_MACHINE, "name no package registry and no folder of one machine")


def matching(pattern: re.Pattern[str], advice: str) -> Iterator[Finding]:
    for path in texts():
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), start=1):
            if pattern.search(line):
                yield path, number, advice


RULES: list[Callable[[], Iterator[Finding]]] = [
    banned_calls,
    foreign_importers,
    readers_of_the_environment,
    catchers_of_everything,
    impurities,
    long_files,
    long_functions,
    empty_names,
    changing_log_events,
    shouted_errors,
    patches_of_our_own,
    names_that_are_no_sentences,
    left_overs,
    traces_of_this_machine,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_house_has_no(rule):
    assert not (findings := told(rule())), f"\n{findings}"
