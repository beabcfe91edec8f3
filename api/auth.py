"""Who asks: a key of the API, and what its role may do."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from api.deps import TheServices
from api.errors import Unauthorized
from orchestrator import keys
from orchestrator.roles import demand
from orchestrator.services import Actor

# Declared for the OpenAPI document; the header is read here, so that the answer is a problem.
scheme = HTTPBearer(auto_error=False, description="A key made with `takt keys create`.")
MASKED_ROLES = frozenset(("auditor", "carrier", "admin"))


@dataclass(frozen=True, slots=True)
class Caller:
    """A key that was recognised, as the person or system it stands for."""

    key_id: int
    actor: Actor

    @property
    def sees_people(self) -> bool:
        """Say whether numbers and names are shown to this role in full."""
        return self.actor.role not in MASKED_ROLES

    @property
    def reads_words(self) -> bool:
        """Say whether the words of a refusal, which are evidence, are shown to this role."""
        return self.sees_people or self.actor.role == "auditor"


def caller(
    request: Request,
    services: TheServices,
    _: Annotated[HTTPAuthorizationCredentials | None, Depends(scheme)] = None,
) -> Caller:
    """Recognise the key of a request, in a short transaction of its own."""
    kind, secret = get_authorization_scheme_param(request.headers.get("authorization"))
    if kind.lower() != "bearer" or not secret:
        raise Unauthorized("send `Authorization: Bearer <key>`")
    with services.sessions() as session:
        key = keys.find(session, secret)
        if key is None:
            raise Unauthorized("no such key, or it was revoked")
        found = Caller(key.id, Actor(key.name, key.role))
    request.app.state.pace.take(found.key_id)
    return found


TheCaller = Annotated[Caller, Depends(caller)]


def allowed(*roles: keys.Role) -> Callable[[Caller], Actor]:
    """Let in only these roles; gives who it is."""

    def actor(caller: TheCaller) -> Actor:
        demand(caller.actor, *roles, to="do this")
        return caller.actor

    return actor


# The sets of roles that recur, each said once.
Anyone = Annotated[Actor, Depends(allowed("manager", "officer", "auditor", "agent", "admin"))]
Reader = Annotated[Actor, Depends(allowed("manager", "officer", "auditor"))]
Manager = Annotated[Actor, Depends(allowed("manager", "officer"))]
Officer = Annotated[Actor, Depends(allowed("officer"))]
Agent = Annotated[Actor, Depends(allowed("agent", "manager", "officer"))]
Desk = Annotated[Actor, Depends(allowed("agent", "manager", "officer", "auditor"))]
CarrierKey = Annotated[Actor, Depends(allowed("carrier"))]
Admin = Annotated[Actor, Depends(allowed("admin"))]
Stopper = Annotated[Actor, Depends(allowed("manager", "officer", "admin"))]
