"""Who may do what: one place that says no, in one sentence."""

from orchestrator.errors import Forbidden
from orchestrator.services import Actor


class RoleForbidden(Forbidden):
    """This role may not do that."""

    code = "role.forbidden"


def demand(by: Actor, *roles: str, to: str) -> None:
    """Let only these roles go on; `to` says what was asked for ("lift an emergency stop")."""
    if by.role not in roles:
        allowed = " or ".join(roles)
        message = f"role `{by.role}` may not {to}: it takes {allowed}"
        raise RoleForbidden(message, role=by.role, allowed=list(roles))
