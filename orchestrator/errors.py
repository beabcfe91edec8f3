"""What can go wrong, in the words of the domain; HTTP is a translation made in `api/errors.py`.

TaktError
├── NotFound        nothing has this id
├── Invalid         what was asked makes no sense as written; names the field
├── Conflict        it makes sense, but not now or not in this state
├── Forbidden       this role may not do it
└── Unavailable     something we need cannot be reached; the phone stays silent
"""


class TaktError(Exception):
    """Something Takt will not do, and what to do instead.

    Subclasses set a permanent `code` (it becomes the problem type), a docstring that is shown
    as the title, and `fields` with machine-readable details that go into the answer.
    """

    code = "error"

    def __init__(self, detail: str, **fields: object) -> None:
        super().__init__(detail)
        self.detail = detail
        self.fields = fields


class NotFound(TaktError):
    """Nothing here has this id."""

    code = "not_found"

    def __init__(self, what: str, key: object) -> None:
        super().__init__(f"no {what} `{key}`", what=what, key=str(key))


class Invalid(TaktError):
    """The request cannot be understood as written."""

    code = "invalid"


class Conflict(TaktError):
    """The request makes sense, but not in the present state."""

    code = "conflict"


class Forbidden(TaktError):
    """This role may not do that."""

    code = "forbidden"


class Unavailable(TaktError):
    """Something Takt needs cannot be reached, so no call is placed."""

    code = "unavailable"
