"""Read what was typed: instants, JSON and TOML files."""

import dataclasses
import json
import tomllib
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, get_args

from api.cli.failures import FileUnreadable, InstantUnreadable, NotAChoice
from api.instants import sane

T = TypeVar("T")


def instant(text: str | None) -> datetime | None:
    """Read an instant with its zone; raises InstantUnreadable."""
    if text is None:
        return None
    try:
        return sane(datetime.fromisoformat(text))
    except ValueError:
        message = f"`{text}` is no instant: write it like 2026-03-03T10:00+03:00"
        raise InstantUnreadable(message) from None


def document(path: Path) -> dict[str, Any]:
    """Read a JSON or TOML file that holds one object; raises FileUnreadable."""
    try:
        text = path.read_text("utf-8")
        read = tomllib.loads(text) if path.suffix == ".toml" else json.loads(text)
    except OSError as error:
        message = f"cannot read `{path}`: {(error.strerror or 'no such file').lower()}"
        raise FileUnreadable(message) from None
    except ValueError as error:
        raise FileUnreadable(f"`{path}` cannot be read: {str(error).lower()}") from None
    if not isinstance(read, dict):
        raise FileUnreadable(f"`{path}` does not hold one object")
    return read


def choice(text: str, known: Any, *, of: str) -> Any:  # noqa: ANN401 - a Literal and its member
    """Give a word that must be one of a Literal's; raises NotAChoice."""
    if text not in get_args(known):
        message = f"`{text}` is no {of}: choose from {', '.join(get_args(known))}"
        raise NotAChoice(message)
    return text


def fields(kind: type[T], written: dict[str, Any], *, path: Path) -> T:
    """Make a dataclass of a document; names what is missing or unknown. Raises FileUnreadable."""
    known = {field.name: field for field in dataclasses.fields(kind)}  # type: ignore[arg-type]
    unknown = sorted(set(written) - set(known))
    required = {
        name
        for name, field in known.items()
        if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    }
    missing = sorted(required - set(written))
    if unknown or missing:
        told = [f"does not know `{name}`" for name in unknown]
        told += [f"lacks `{name}`" for name in missing]
        raise FileUnreadable(f"`{path}` {', '.join(told)}")
    values = {
        name: instant(value) if name.endswith("_at") and isinstance(value, str) else value
        for name, value in written.items()
    }
    return kind(**values)
