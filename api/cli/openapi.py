"""The contract of the API."""


def openapi() -> None:
    """Print the OpenAPI document of the API."""
    from api.cli.output import console
    from api.docs import openapi_text

    console().out(openapi_text(), end="")
