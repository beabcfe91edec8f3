"""Write the generated pages of docs/: `python -m api.docs`, or `make docs`.

A test compares what is written with what would be; a page that is stale fails it.
"""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import api
import orchestrator
from api import cli
from api.app import create_app
from api.errors import status_of, title_of
from guardrails.guardrail import REGISTRY
from orchestrator.config import OUTSIDE, PREFIX, Settings
from orchestrator.errors import TaktError
from orchestrator.intake.refused import ImportRefused, sentences
from orchestrator.services import Services

DOCS = Path(__file__).parents[1] / "docs"
GENERATED = "<!-- Written by `make docs`; change the code instead. -->\n\n"
OUTSIDE_SAYS = {
    "TAKT_PG_BIN": "Folder of the PostgreSQL programs to start instead of those of the wheel.",
    "TAKT_TEST_DATABASE_URL": "A PostgreSQL the tests may make databases in.",
    "TAKT_HYPOTHESIS_PROFILE": "`ci` (default) or `deep`: how long the tests look for examples.",
}


def pages() -> dict[str, str]:
    """Give every generated page by its name."""
    return {
        "settings.md": settings_page(),
        "cli.md": cli_page(),
        "problems.md": problems_page(),
        "api.md": api_page(),
        "openapi.json": openapi_text(),
    }


def write(folder: Path = DOCS) -> None:
    """Write every generated page."""
    folder.mkdir(exist_ok=True)
    for name, text in pages().items():
        (folder / name).write_text(text, "utf-8")


def openapi() -> dict[str, Any]:
    """Give the contract of the API; making it needs no database."""
    nothing: Any = None
    services: Services = nothing
    return create_app(services).openapi()


def openapi_text() -> str:
    """Write the contract as JSON that changes only where it changes."""
    return json.dumps(openapi(), ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def settings_page() -> str:
    """Write what every setting is."""
    lines = ["| variable | default | what it is |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=False)
        shown = {"home": "`~/.takt`"}.get(name, "" if default is None else f"`{default}`")
        lines.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    lines += [f"| `{name}` |  | {OUTSIDE_SAYS[name]} |" for name in sorted(OUTSIDE)]
    return (
        "# Settings\n\n" + GENERATED + "Every setting is an environment variable. A misspelt one is"
        " an error; `takt config` prints what is read, secrets masked.\n\n"
        + "\n".join(lines) + "\n"
    )  # fmt: skip


def commands(group: Any, path: str) -> Iterator[tuple[str, Any]]:  # noqa: ANN401 - typer's own
    """Give every command with the words that call it."""
    for name, command in sorted(group.commands.items()):
        if hasattr(command, "commands"):
            yield from commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def cli_page() -> str:
    """Write what every command does, and its options."""
    import typer.main  # noqa: PLC0415 - only here

    group = typer.main.get_command(cli.app)
    parts = ["# The `takt` command\n\n" + GENERATED + root_words(group)]
    for words, command in commands(group, "takt"):
        lines = [f"## `{words}`\n", f"{command.help}\n"]
        lines += [parameter_line(each) for each in command.params if each.name != "help"]
        parts.append("\n".join(lines).rstrip() + "\n")
    return "\n".join(parts)


def root_words(group: Any) -> str:  # noqa: ANN401 - typer's own
    """Write what holds for every command."""
    lines = [
        "Commands act on the installation that runs here, or on `TAKT_DATABASE_URL`. They leave",
        "with 1 when something cannot be done now, with 2 when it was not understood; the line in",
        "red ends in the problem's type (see problems.md).\n",
        "Before any command:\n",
        *[parameter_line(each) for each in group.params if each.name != "help"],
    ]
    return "\n".join(lines) + "\n"


def parameter_line(parameter: Any) -> str:  # noqa: ANN401 - typer's own
    """Write one argument or option."""
    if parameter.param_type_name == "argument":
        name = parameter.name.upper()
    else:
        name = max(parameter.opts, key=len)
    needed = " (required)" if parameter.required else ""
    return f"- `{name}`{needed}: {getattr(parameter, 'help', '') or ''}"


def problem_kinds() -> list[type[TaktError]]:
    """Give every kind of error there is, of every module, by code.

    ImportRefused has as many codes as there are sentences for it, and a table of its own.
    """
    for package in (orchestrator, api):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
    found: set[type[TaktError]] = {TaktError, *below(TaktError)}
    ours = [kind for kind in found if kind.__module__.split(".")[0] in ("orchestrator", "api")]
    ours.remove(ImportRefused)
    return sorted(ours, key=lambda kind: (kind.code, kind.__qualname__))


def below(kind: type[TaktError]) -> set[type[TaktError]]:
    """Give every subclass, however deep."""
    return {each for child in kind.__subclasses__() for each in (child, *below(child))}


def problems_page() -> str:
    """Write every type of problem, its status and what it means."""
    lines = ["| type | status | what it means |", "| --- | --- | --- |"]
    lines += [
        f"| `/problems/{kind.code}` | {status_of(kind)} | {title_of(kind)} |"
        for kind in problem_kinds()
    ]
    refused = [
        f"| `import.{code}` | {said['en']} |" for code, said in sorted(sentences("refused").items())
    ]
    return (
        "# Problems\n\n" + GENERATED
        + "Every error of the API is a problem (RFC 9457): `type`, `title`, `status`, `detail` and"
        " fields of its own. Types are permanent. Commands print the same type at the end of their"
        " red line.\n\n" + "\n".join(lines)
        + "\n\n## Files that cannot be imported\n\n| code | what it means |\n| --- | --- |\n"
        + "\n".join(refused) + "\n"
    )  # fmt: skip


def api_page() -> str:
    """Write every route with what it does."""
    parts = ["# The HTTP API\n\n" + GENERATED + (DOCS / "api.head.md").read_text("utf-8")]
    by_tag: dict[str, list[str]] = {}
    for path, methods in openapi()["paths"].items():
        for method, operation in methods.items():
            told = str(operation["description"]).splitlines()[0]
            line = f"| `{method.upper()} {path}` | {told} |"
            by_tag.setdefault(operation["tags"][0], []).append(line)
    for tag, lines in by_tag.items():
        parts.append(
            f"## {tag.capitalize()}\n\n| route | what it does |\n| --- | --- |\n"
            + "\n".join(lines)
            + "\n"
        )
    parts.append("Codes of reasons: " + ", ".join(f"`{code}`" for code in sorted(REGISTRY)) + ".\n")
    return "\n".join(parts)


if __name__ == "__main__":
    write()
