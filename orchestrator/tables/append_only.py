"""Tables whose rows are added and never changed: the database itself refuses anything else.

`create_all` carries these out by itself; a migration executes `CREATE` and `DROP`.
"""

from sqlalchemy import DDL, event

from orchestrator.tables.base import Base
from orchestrator.tables.calls import Touch
from orchestrator.tables.campaigns import CampaignEvent
from orchestrator.tables.people import Consent
from orchestrator.tables.record import AuditEvent, Decision, Seal

APPEND_ONLY = tuple(
    table.__tablename__ for table in (Touch, Decision, AuditEvent, Seal, CampaignEvent, Consent)
)

CREATE_FUNCTION = """
CREATE OR REPLACE FUNCTION takt_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'restrict_violation',
        MESSAGE = 'rows of ' || TG_TABLE_NAME || ' are added and never changed',
        HINT = 'append a row that corrects the old one';
END
$$
"""
DROP_FUNCTION = "DROP FUNCTION IF EXISTS takt_append_only()"


def create_triggers(table: str) -> tuple[str, str]:
    """Say in SQL that rows of this table are never changed, removed or emptied out."""
    rows = (
        f"CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON {table}"
        " FOR EACH ROW EXECUTE FUNCTION takt_append_only()"
    )
    whole = (
        f"CREATE TRIGGER append_only_whole BEFORE TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION takt_append_only()"
    )
    return rows, whole


def drop_triggers(table: str) -> tuple[str, str]:
    """Take the promise back, for a migration that goes down."""
    return (
        f"DROP TRIGGER IF EXISTS append_only ON {table}",
        f"DROP TRIGGER IF EXISTS append_only_whole ON {table}",
    )


# What a migration executes, in this order.
CREATE = (CREATE_FUNCTION, *(line for table in APPEND_ONLY for line in create_triggers(table)))
DROP = (*(line for table in APPEND_ONLY for line in drop_triggers(table)), DROP_FUNCTION)


def _ddl(statement: str) -> DDL:
    """Make a statement of its own that `create_all` executes."""
    return DDL(statement)  # type: ignore[no-untyped-call]


event.listen(Base.metadata, "before_create", _ddl(CREATE_FUNCTION))
event.listen(Base.metadata, "after_drop", _ddl(DROP_FUNCTION))
for _name in APPEND_ONLY:
    for _line in create_triggers(_name):
        event.listen(Base.metadata.tables[_name], "after_create", _ddl(_line))
