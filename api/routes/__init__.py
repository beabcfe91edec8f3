"""One file a resource; request and response models sit beside their routes."""

from fastapi import APIRouter

from api.routes import (
    audit,
    calls,
    campaigns,
    carrier_events,
    consents,
    corrections,
    decisions,
    health,
    keys,
    leads,
    merges,
    offers,
    people,
    policies,
    refusals,
    scripts,
    stops,
    suppressions,
)

ROUTERS: tuple[APIRouter, ...] = (
    campaigns.router,
    leads.router,
    people.router,
    consents.router,
    merges.router,
    refusals.router,
    corrections.router,
    suppressions.router,
    decisions.router,
    calls.router,
    carrier_events.router,
    offers.router,
    scripts.router,
    policies.router,
    stops.router,
    audit.router,
    keys.router,
    health.router,
)
