"""Read rows out of files, in constant memory: `csv`, `xlsx`, `ndjson`.

A source is opened twice in its life: `survey` looks at the whole file and refuses it before
anything is written; `rows` gives the rows, from wherever an import was interrupted.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from orchestrator.intake.refused import ImportRefused
from orchestrator.intake.sources import csv, ndjson, xlsx
from orchestrator.intake.sources.row import Row, Survey

__all__ = ["Format", "Row", "Survey", "rows", "survey"]


class Format(Protocol):
    """One kind of file."""

    def survey(self, path: Path, *, sheet: str | None, encoding: str | None) -> Survey:
        """Look at the whole file; raises ImportRefused when it cannot be imported."""
        ...

    def rows(self, path: Path, survey: Survey) -> Iterator[Row]:
        """Give the rows below the header, in order."""
        ...


FORMATS: dict[str, Format] = {"csv": csv, "xlsx": xlsx, "ndjson": ndjson}


def survey(
    path: Path, *, filename: str, sheet: str | None = None, encoding: str | None = None
) -> Survey:
    """Recognise the file by what is in it and look at it whole, or refuse it."""
    with path.open("rb") as file:
        head = file.read(512)
    if not head:
        raise ImportRefused("empty")
    return FORMATS[_format(head, filename)].survey(path, sheet=sheet, encoding=encoding)


def rows(path: Path, seen: Survey) -> Iterator[Row]:
    """Give the rows below the header, in order."""
    return FORMATS[seen.format].rows(path, seen)


def _format(head: bytes, filename: str) -> str:
    if head.startswith(b"PK\x03\x04"):
        return "xlsx"
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise ImportRefused("encrypted")
    bare = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if bare.startswith(b"{") or filename.casefold().endswith((".ndjson", ".jsonl")):
        return "ndjson"
    if bare.startswith((b"[", b"<", b"%PDF", b"\x89PNG", b"\x1f\x8b", b"\x7fELF")):
        raise ImportRefused("format_unknown")
    return "csv"
