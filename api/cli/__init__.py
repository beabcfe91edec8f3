"""The `takt` command: an entry point like HTTP, acting on the installation that runs here.

Commands import late, so that `takt --help` is quick.
"""

from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from api.cli import (
    audit,
    campaigns,
    demo,
    explain,
    imports,
    keys,
    openapi,
    places,
    policy,
    refusals,
    settings,
    simulate,
    stops,
    up,
)
from api.cli.installation import ROLES

if TYPE_CHECKING:
    # What typer carries of click, which its own groups are written against.
    from typer._click.core import Context


class Plain(TyperGroup):
    """A group whose errors of the domain are one clear line instead of a traceback."""

    def invoke(self, ctx: "Context") -> object:
        """Run the command; leaves with 2 when it was not understood, with 1 when it cannot be."""
        from sqlalchemy.exc import InterfaceError, OperationalError

        from api.cli.output import CANNOT_NOW, CANNOT_UNDERSTAND, exit_with
        from orchestrator.errors import Invalid, TaktError

        try:
            return super().invoke(ctx)
        except TaktError as error:
            code = CANNOT_UNDERSTAND if isinstance(error, Invalid) else CANNOT_NOW
            exit_with(f"{error.detail} ({error.code})", code=code)
        except (OperationalError, InterfaceError):
            text = "the database does not answer: is takt running? start it with `takt up`"
            exit_with(f"{text} (unavailable.database)", code=CANNOT_NOW)
        return None


app = typer.Typer(
    cls=Plain,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Decides whether a person may be phoned, phones them at most once per decision, "
    "hears their no, and proves all three.",
)


@app.callback()
def root(
    by: Annotated[str | None, typer.Option(help="Who acts; your user name if left out.")] = None,
    role: Annotated[
        str, typer.Option(help="In which role: manager, officer, auditor, agent or admin.")
    ] = "manager",
) -> None:
    """Check on whose word a command acts."""
    del by
    if role not in ROLES:
        message = f"`{role}` is none of {', '.join(ROLES)}"
        raise typer.BadParameter(message, param_hint="--role")


app.command("up")(up.up)
app.command("demo")(demo.demo)
app.command("import")(imports.import_file)
app.add_typer(campaigns.app, name="campaign")
app.command("screen")(campaigns.screen)
app.command("explain")(explain.explain)
app.command("refuse")(refusals.refuse)
app.command("suppress")(refusals.suppress)
app.command("stop-everything")(stops.stop_everything)
app.command("go-on")(stops.go_on)
app.add_typer(policy.app, name="policy")
app.command("accept-jurisdiction")(places.accept_jurisdiction)
app.add_typer(audit.app, name="audit")
app.add_typer(keys.app, name="keys")
app.command("simulate")(simulate.simulate)
app.command("config")(settings.config)
app.command("openapi")(openapi.openapi)
