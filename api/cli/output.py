"""What commands print: sentences, tables, and one red line when something will not do."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.console import Console

CANNOT_NOW = 1
CANNOT_UNDERSTAND = 2


def console(*, to_errors: bool = False) -> "Console":
    """Give a console; plain text without colours where nobody looks at a terminal."""
    from rich.console import Console

    return Console(stderr=to_errors, highlight=False, soft_wrap=True)


def say(text: str) -> None:
    """Print a sentence."""
    console().print(text, markup=False)


def complain(text: str) -> None:
    """Print one red line where errors belong."""
    console(to_errors=True).print(text, style="bold red", markup=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print rows under headings."""
    from rich.table import Table

    made = Table(*columns, box=None, pad_edge=False, header_style="bold")
    for row in rows:
        made.add_row(*("" if cell is None else str(cell) for cell in row))
    console().print(made, markup=False)


def exit_with(text: str, *, code: int) -> None:
    """Complain and leave."""
    complain(text)
    sys.exit(code)
