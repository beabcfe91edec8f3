"""What people do before a launch: the officer opens and tightens, the manager brings the lists."""

import json
import time
from collections.abc import Callable
from typing import Any, Final

from api.demo.example import SOURCE, Example
from api.demo.wire import Answer, StepRefused, Wire

Tell = Callable[[str], None]
# Called with what is imported, and bytes done of bytes there are.
Bar = Callable[[str, int, int], None]
POLL_SECONDS: Final = 0.25
IMPORT_SECONDS_MAX: Final = 120.0
# Leads first: history and the stop list then find the people they are about.
LISTS: Final = ("leads", "history", "do_not_call")


def open_and_tighten(wire: Wire, example: Example, tell: Tell) -> None:
    """Let the officer answer for Russia, and put the house's own pack in force."""
    why = "the demonstration calls nobody: its carrier is simulated"
    wire.post("/v1/jurisdictions/RU/accept", {"why": why}, "officer")
    tell("officer: accepts the jurisdiction RU, which no law pack covers yet")
    in_force = wire.get("/v1/policy")["hash"]
    version = next(each for each in wire.every("/v1/policy/versions") if each["hash"] == in_force)
    document = wire.get(f"/v1/policy/versions/{version['id']}")["document"]
    tighter = {"packs": [*document["packs"], example.pack]}
    asked = {"document": tighter, "why": "shorter hours, fewer calls, better leads"}
    draft = wire.post("/v1/policy/versions", asked, "officer")
    wire.post(f"/v1/policy/versions/{draft['id']}/activate", {}, "officer")
    tell(f"officer: activates {example.pack['name']} beside house.default: it only tightens")


def make_campaign(wire: Wire, example: Example, tell: Tell) -> int:
    """Say what is sold and with which words, and make the campaign; gives its id."""
    topics = {
        topic["code"]: wire.post("/v1/topics", topic, "officer")["id"]
        for topic in example.sold["topics"]
    }
    offers: dict[str, int] = {}
    for offer in example.sold["offers"]:
        asked = {**offer, "topic_id": topics[offer["topic"]]}
        del asked["topic"]
        offers[offer["code"]] = wire.post("/v1/offers", asked, "officer")["id"]
    script = wire.post("/v1/scripts", example.script, "manager")
    campaign = dict(example.sold["campaign"])
    campaign["offer_id"] = offers[campaign.pop("offer")]
    made = wire.post("/v1/campaigns", {**campaign, "script_version_id": script["id"]}, "manager")
    tell(f"manager: makes the campaign “{made['name']}”, script {script['script']} version 1")
    campaign_id: int = made["id"]
    return campaign_id


def bring_lists(
    wire: Wire, example: Example, campaign_id: int, tell: Tell, bar: Bar
) -> dict[str, Answer]:
    """Import leads, history and the stop list; gives what became of each."""
    done = {}
    for kind in LISTS:
        options: dict[str, Any] = {"source": SOURCE}
        fields = {"kind": kind}
        if kind == "leads":
            options["mapping"] = example.columns
            fields["campaign_id"] = str(campaign_id)
        fields["options"] = json.dumps(options)
        job = wire.upload("/v1/imports", example.file(kind), fields, "manager")
        done[kind] = _imported(wire, job["id"], kind, bar)
        tell(f"manager: imports {example.file(kind).name}: {_counted(done[kind])}")
    return done


def _imported(wire: Wire, import_id: int, kind: str, bar: Bar) -> Answer:
    """Wait until an import is done."""
    deadline = time.monotonic() + IMPORT_SECONDS_MAX
    while time.monotonic() < deadline:
        job: Answer = wire.get(f"/v1/imports/{import_id}", "manager")
        bar(kind, job["bytes_done"], job["bytes_total"])
        if job["state"] == "done":
            return job
        if job["state"] == "refused":
            raise StepRefused(f"the import of {kind} was refused: {job['problem']}")
        time.sleep(POLL_SECONDS)
    raise StepRefused(f"the import of {kind} took more than {IMPORT_SECONDS_MAX:.0f} s")


def _counted(job: Answer) -> str:
    return (
        f"{job['rows']:,} rows: {job['accepted']:,} taken, {job['duplicates']:,} repeated,"
        f" {job['rejected']:,} rejected with row and reason, {job['warnings']:,} warnings"
    )
