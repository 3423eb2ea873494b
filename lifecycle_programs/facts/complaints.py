"""Complaints of the customer, and whether one is still open."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, within

_fact = facts_of("complaint", _lt("Complaints"))

COMPLAINTS = Source(
    "complaints",
    _lt("Complaints"),
    key="customer",
    needs=("member",),
    rows="""
      (
            SELECT member.customer_id, complaint.id, complaint.received_at,
                   COALESCE(complaint.closed_at > %(as_of)s,
                            complaint.state = 'open') AS is_open
              FROM member
              JOIN lifecycle_complaint complaint
                ON complaint.partner_id = member.contact_id
             WHERE complaint.company_id = %(company)s
               AND complaint.received_at <= %(as_of)s
      ) complaint
    """,
    facts=(
        _fact(
            "open",
            "boolean",
            _lt("Open complaint"),
            _lt("Somebody of the customer has complained, and it is not closed."),
            "COALESCE(bool_or(complaint.is_open), false)",
        ),
        _fact(
            "count_365d",
            "number",
            _lt("Complaints in a year"),
            _lt("Complaints of the last 365 days."),
            "count(complaint.id) FILTER"
            f" (WHERE {within('complaint.received_at', 365)})",
            example=0,
        ),
        _fact(
            "days_since",
            "number",
            _lt("Days since the last complaint"),
            _lt("Since the customer last complained."),
            days_since("max(complaint.received_at)"),
            unit=DAYS,
            example=40,
        ),
    ),
)
