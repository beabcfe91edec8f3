"""Every setting, read once from the environment at an entry point and then handed on."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from orchestrator.embedded.account import default_home
from orchestrator.errors import Invalid

PREFIX = "TAKT_"
# Read by the embedded servers and the tests before there are settings.
OUTSIDE = frozenset(("TAKT_PG_BIN", "TAKT_TEST_DATABASE_URL", "TAKT_HYPOTHESIS_PROFILE"))


class UnknownSetting(Invalid):
    """A variable with our prefix is no setting; perhaps it is misspelt."""

    code = "setting.unknown"


class BadSetting(Invalid):
    """A setting has a value it cannot have."""

    code = "setting.bad_value"


class Settings(BaseSettings):
    """What this installation is; each field is the variable `TAKT_` plus its name in capitals."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    home: Path = Field(
        default_factory=default_home,
        description="Folder of the embedded servers, uploads and run.json.",
    )
    database_url: SecretStr | None = Field(
        default=None, description="PostgreSQL to use instead of the embedded one."
    )
    broker_url: SecretStr | None = Field(
        default=None, description="Celery broker to use instead of the embedded Valkey."
    )
    api_host: str = Field(default="127.0.0.1", description="Address the API listens on.")
    api_port: int = Field(
        default=8700, ge=0, le=65535, description="Port the API listens on; 0 takes a free one."
    )
    seller: str = Field(
        default="Телеком", min_length=2, description="Legal person calls are made for."
    )
    default_region: str = Field(
        default="RU",
        pattern=r"^[A-Z]{2}$",
        description="Country a number without country code belongs to (ISO 3166).",
    )
    carrier: Literal["simulated"] = Field(
        default="simulated", description="Who dials: `simulated` rings nobody."
    )
    carrier_lines_max: int = Field(
        default=60, ge=1, le=10_000, description="Calls in progress at once, all campaigns."
    )
    carrier_calls_per_second_max: float = Field(
        default=20, gt=0, le=1000, description="Calls begun a second, all campaigns."
    )
    simulated_seed: int = Field(default=1, description="Seed of the simulated carrier.")
    simulated_lose: float = Field(
        default=0, ge=0, le=1, description="Share of simulated events that never arrive."
    )
    simulated_repeat: float = Field(
        default=0, ge=0, le=1, description="Share of simulated events that arrive twice."
    )
    simulated_delay_seconds_max: float = Field(
        default=0,
        ge=0,
        le=3600,
        description="How late a simulated event may arrive, in seconds; enough to swap order.",
    )
    talk_seconds_max: int = Field(
        default=900,
        ge=60,
        le=7200,
        description="Longest call, in seconds; a doubt about a call ends after it.",
    )
    worker_processes: int = Field(
        default=2, ge=1, le=64, description="Processes of the Celery worker `takt up` starts."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="Least severe log line that is written."
    )


def read_settings() -> Settings:
    """Read the environment; a misspelt variable or an impossible value is an error."""
    known = {PREFIX + name.upper() for name in Settings.model_fields} | OUTSIDE
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            message = f"`{name}` is no setting; see docs/settings.md or `takt config`"
            raise UnknownSetting(message, setting=name)
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = PREFIX + str(first["loc"][0]).upper()
        message = f"`{name}`: {first['msg'].lower()}"
        raise BadSetting(message, setting=name) from None
