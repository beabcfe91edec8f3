"""What tests of the way from a due lead to a ringing telephone share."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select, text

from orchestrator import admission, calls
from orchestrator.tables import Attempt, Decision, LeadProgress, SimulatedCall


def admit(services):
    """Admit once; gives the ids that were reserved."""
    reserved = []
    admission.admit(services, on_reserved=reserved.extend)
    return reserved


def reserve(services, make_leads):
    """Make leads in a transaction, admit once, and give the ids reserved."""
    with services.transaction() as session:
        make_leads(session)
    return admit(services)


def attempts(services):
    """Give every attempt, oldest first."""
    with services.sessions() as session:
        return list(session.scalars(select(Attempt).order_by(Attempt.reserved_at, Attempt.id)))


def decisions(services, moment):
    """Give every decision of a moment, oldest first."""
    with services.sessions() as session:
        rows = select(Decision).where(Decision.moment == moment).order_by(Decision.id)
        return list(session.scalars(rows))


def progress_of(services, lead_id):
    """Give where a lead stands."""
    with services.sessions() as session:
        return session.get_one(LeadProgress, lead_id)


def rings(services):
    """Give the numbers the simulated network rang, one for each time."""
    with services.sessions() as session:
        return list(session.scalars(select(SimulatedCall.e164).order_by(SimulatedCall.id)))


def run(services, statement, **values):
    """Change something as nobody would."""
    with services.transaction() as session:
        session.execute(text(statement), values)


def at_once(what, *, times):
    """Do the same thing in several threads; gives the answers."""
    with ThreadPoolExecutor(times) as pool:
        return [done.result() for done in [pool.submit(what) for _ in range(times)]]


def place(services, ids):
    """Take the last look and dial."""
    return calls.place(services, ids)
