"""The demonstration: a whole campaign against a simulated carrier."""

from pathlib import Path
from typing import Annotated, Literal

import typer


def demo(
    home: Annotated[
        Path | None,
        typer.Option(help="Folder of the demonstration; emptied if an earlier one is in it."),
    ] = None,
    lang: Annotated[
        Literal["en", "ru"], typer.Option(help="Language of the sentences in verdicts.")
    ] = "en",
    figures: Annotated[
        Path | None, typer.Option(help="Also write everything that was counted to this file.")
    ] = None,
) -> None:
    """Run a campaign of 3,000 messy leads from import to a checked record, in two minutes.

    Leaves with 1 when a promise is broken or nobody was called.
    """
    import json

    from api.cli.output import CANNOT_NOW, console
    from api.demo.example import read_example
    from api.demo.run import run, settings_for
    from orchestrator.config import read_settings

    settings = read_settings()
    chosen = (home or settings.home / "demo").resolve()
    out = console()
    found = run(settings_for(settings, chosen), read_example(), out, lang=lang)
    if figures is not None:
        text = json.dumps(found.document, ensure_ascii=False, indent=2, sort_keys=True)
        figures.write_text(text + "\n", encoding="utf-8")
    out.print("\nLook further into the same data:")
    out.print(f"  TAKT_HOME={chosen} takt up        # keys: {chosen}/demo-keys.json", markup=False)
    out.print(f"  TAKT_HOME={chosen} takt explain NUMBER", markup=False)
    out.print("  docs/index.md says what is what", markup=False)
    if not found.holds:
        raise typer.Exit(CANNOT_NOW)
