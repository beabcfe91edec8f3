"""The phone rings only at hours at which it may ring wherever the person may be."""

from guardrails.facts import Case
from guardrails.guardrail import Guardrail, choice
from guardrails.open_hours import OpenHours, openings_for, read_hours
from guardrails.verdict import Reason
from guardrails.zones import candidate_zones


class HoursClosed(Guardrail, code="hours.closed", also=("hours.zone_unknown",)):
    """Call only within the opening hours of the person's own place.

    The clock is that of the person's time zone: declared by them, else from the address, the
    numbering registry or the prefix; where two of these disagree it must be open in both. A call
    that could still be ringing at closing time is not started. A day is a holiday if any calendar
    of the person's regions says so; a day past a calendar's horizon is judged by its weekday.
    When the zone cannot be told, or zones leave no common hour, no instant can be named.
    """

    hours: OpenHours = choice(
        read=read_hours, stricter="fewer", says="opening times by weekday and holiday"
    )

    def check(self, case: Case) -> Reason | None:
        """Object until the next instant at which a call may start in every zone."""
        now = case.now
        allowed = openings_for(
            self.hours,
            case.person.zones,
            case.calendars,
            case.campaign.ring_seconds_max,
            now.year,
        )
        if allowed is None:
            return Reason("hours.zone_unknown", values={"kind": "unknown"})
        opens_at = allowed.opens_at(now)
        if opens_at is now:
            return None
        if opens_at is not None:
            return Reason(self.code, opens_at)
        if len(candidate_zones(case.person.zones) or ()) > 1:
            return Reason("hours.zone_unknown", values={"kind": "never"})
        return Reason(self.code, values={"kind": "never"})
