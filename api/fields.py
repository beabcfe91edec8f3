"""Kinds of fields that many routes share."""

from datetime import datetime
from typing import Annotated, TypeAlias

from fastapi import Path, Query
from pydantic import AfterValidator, Field

from api.instants import sane

INTEGER_MAX = 2**63 - 1

Id: TypeAlias = Annotated[int, Path(ge=1, le=INTEGER_MAX)]
OfId: TypeAlias = Annotated[int | None, Query(ge=1, le=INTEGER_MAX)]
Ref: TypeAlias = Annotated[int, Field(ge=1, le=INTEGER_MAX)]
Instant: TypeAlias = Annotated[datetime, AfterValidator(sane)]
At: TypeAlias = Annotated[Instant | None, Query(description="Answer for this instant instead.")]
