"""Counts the database keeps itself, whoever inserts leads: how many, and per shared reason."""

from sqlalchemy import DDL, event

from orchestrator.tables.base import Base

# What a migration executes.
CREATE = (
    """
    CREATE FUNCTION count_leads() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE campaign SET leads = campaign.leads + added.leads
        FROM (SELECT campaign_id, count(*) AS leads FROM new_leads GROUP BY 1 ORDER BY 1) added
        WHERE campaign.id = added.campaign_id;
        INSERT INTO campaign_reason AS known (campaign_id, reason_hash, leads)
        SELECT campaign_id, reason_hash, count(*) FROM new_leads
        WHERE reason_hash IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2
        ON CONFLICT (campaign_id, reason_hash) DO UPDATE SET leads = known.leads + excluded.leads;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER count_leads AFTER INSERT ON lead REFERENCING NEW TABLE AS new_leads
    FOR EACH STATEMENT EXECUTE FUNCTION count_leads()
    """,
)

DROP = ("DROP TRIGGER count_leads ON lead", "DROP FUNCTION count_leads()")

for _statement in CREATE:
    event.listen(Base.metadata, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
