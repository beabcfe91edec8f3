"""Speak to the API as a person with a key of each role would: plain HTTP, nothing behind it."""

import http.client
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from uuid import uuid4

from orchestrator.errors import TaktError

TIMEOUT_SECONDS: Final = 60
PAGE_ROWS: Final = 200
FIRST_FAILURE: Final = 400
Answer = dict[str, Any]


class StepRefused(TaktError):
    """The API refused a step of the demonstration."""

    code = "demo.step_refused"


class Wire:
    """One connection to the API, with a key for each role."""

    def __init__(self, api_url: str, keys: Mapping[str, str]) -> None:
        self._address = urlsplit(api_url).netloc
        self._keys = keys

    def get(self, path: str, role: str = "auditor", **query: object) -> Any:  # noqa: ANN401 - JSON
        """Read something; the auditor sees everything, masked."""
        asked = {name: value for name, value in query.items() if value is not None}
        return self._ask("GET", f"{path}?{urlencode(asked)}" if asked else path, role)

    def post(self, path: str, body: object, role: str) -> Any:  # noqa: ANN401 - JSON
        """Act, once, whatever happens to the answer."""
        return self._ask(
            "POST", path, role, json.dumps(body).encode(),
            {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex},
        )  # fmt: skip

    def upload(self, path: str, file: Path, fields: Mapping[str, str], role: str) -> Answer:
        """Send a file with some fields beside it."""
        border = uuid4().hex
        parts = [
            f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        ]
        head = (
            f'--{border}\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n'
            "Content-Type: application/octet-stream\r\n\r\n"
        )
        body = "".join(parts).encode() + head.encode() + file.read_bytes()
        answer: Answer = self._ask(
            "POST", path, role, body + f"\r\n--{border}--\r\n".encode(),
            {
                "Content-Type": f"multipart/form-data; boundary={border}",
                "Idempotency-Key": uuid4().hex,
            },
        )  # fmt: skip
        return answer

    def every(self, path: str, role: str = "auditor", **query: object) -> Iterator[Answer]:
        """Read a list from its first page to its last."""
        page = self.get(path, role, limit=PAGE_ROWS, **query)
        while True:
            yield from page["items"]
            if page["next"] is None:
                return
            page = self._ask("GET", page["next"], role)

    def _ask(
        self,
        method: str,
        path: str,
        role: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:  # noqa: ANN401 - JSON
        wire = http.client.HTTPConnection(self._address, timeout=TIMEOUT_SECONDS)
        try:
            wire.request(
                method,
                path,
                body,
                {"Authorization": f"Bearer {self._keys[role]}", **(headers or {})},
            )
            answer = wire.getresponse()
            text = answer.read()
        except (OSError, http.client.HTTPException) as error:
            raise StepRefused(f"{method} {path}: no answer ({type(error).__name__})") from None
        finally:
            wire.close()
        said = json.loads(text) if text else None
        if answer.status >= FIRST_FAILURE:
            detail = said.get("detail", said) if isinstance(said, dict) else said
            raise StepRefused(f"{method} {path}: {answer.status}, {detail}")
        return said
