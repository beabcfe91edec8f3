"""What routes ask for: the services, a transaction, the time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from orchestrator.services import Services


def services(request: Request) -> Services:
    """Give what this application was made with."""
    found: Services = request.app.state.services
    return found


TheServices = Annotated[Services, Depends(services)]


def transaction(services: TheServices) -> Iterator[Session]:
    """One request, one transaction, committed before the answer leaves."""
    with services.transaction() as session:
        yield session


# The scope matters: by default FastAPI would commit after the answer is sent.
Transaction = Annotated[Session, Depends(transaction, scope="function")]


def now(services: TheServices) -> datetime:
    """Give the installation's time, once for the whole request."""
    return services.clock.now()


Now = Annotated[datetime, Depends(now)]
