"""The settings, as this process reads them."""


def config() -> None:
    """Print every setting with its value and where it comes from; secrets are masked."""
    from api.cli.output import table
    from orchestrator.config import PREFIX, read_settings

    read = read_settings()
    rows = [
        (
            PREFIX + name.upper(),
            getattr(read, name),
            "environment" if name in read.model_fields_set else "default",
            field.description,
        )
        for name, field in type(read).model_fields.items()
    ]
    table(("setting", "value", "from", "what it is"), rows)
