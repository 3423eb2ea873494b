"""Discounts that programs have given to the customer."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, within

_LIVE = (
    "(given.ends_at > %(as_of)s"
    " AND (given.ended_at IS NULL OR given.ended_at > %(as_of)s))"
)


_fact = facts_of("grants", _lt("Discounts"))


GRANTS = Source(
    "grants",
    _lt("Discounts"),
    key="customer",
    needs=("member",),
    rows="""
      (
            SELECT member.customer_id, granted.*, program.code AS program_code
              FROM member
              JOIN lifecycle_grant granted ON granted.partner_id = member.contact_id
              LEFT JOIN lifecycle_program program ON program.id = granted.program_id
             WHERE granted.company_id = %(company)s AND granted.starts_at <= %(as_of)s
      ) given
    """,
    facts=(
        _fact(
            "live",
            "boolean",
            _lt("Has a discount now"),
            _lt("A discount that has neither ended nor been used up."),
            f"COALESCE(bool_or({_LIVE}), FALSE)",
        ),
        _fact(
            "code",
            "text",
            _lt("Code"),
            _lt("Code of the discount that the customer has now."),
            f"min(given.code) FILTER (WHERE {_LIVE})",
            example="044c-8a1e-4b70",
        ),
        _fact(
            "ends_at",
            "datetime",
            _lt("Discount ends"),
            _lt("When the discount that the customer has now ends."),
            f"min(given.ends_at) FILTER (WHERE {_LIVE})",
        ),
        _fact(
            "days_to_end",
            "number",
            _lt("Days to the end of the discount"),
            _lt("Whole days that the discount is still valid."),
            f"floor(extract(epoch FROM min(given.ends_at) FILTER (WHERE {_LIVE})"
            " - %(as_of)s)::numeric / 86400)",
            unit=DAYS,
            example=3,
        ),
        _fact(
            "count_365d",
            "number",
            _lt("Discounts in a year"),
            _lt("Discounts that began in the last 365 days."),
            f"count(given.id) FILTER (WHERE {within('given.starts_at', 365)})",
            example=1,
        ),
        _fact(
            "rescue_365d",
            "number",
            _lt("Rescue discounts in a year"),
            _lt("Of these, the ones of the program with the code rescue."),
            f"count(given.id) FILTER (WHERE {within('given.starts_at', 365)}"
            " AND given.program_code = 'rescue')",
            example=0,
        ),
        _fact(
            "days_since_last",
            "number",
            _lt("Days since the last discount"),
            _lt("Since the latest discount began."),
            days_since("max(given.starts_at)"),
            unit=DAYS,
            example=90,
        ),
    ),
)
