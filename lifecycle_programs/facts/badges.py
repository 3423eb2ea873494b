"""The badges that a contact has earned."""

from .define import DAYS, _lt, facts_of
from .source import Source, days_since, latest, texts

_fact = facts_of("milestones", _lt("Milestones"))

BADGES = Source(
    "badges",
    _lt("Badges"),
    key="contact",
    needs=("person",),
    rows="""
      (
            SELECT person.contact_id, earned.id, earned.reached_at, badge.code
              FROM person
              JOIN lifecycle_milestone earned
                ON earned.partner_id = person.contact_id
               AND earned.company_id = %(company)s
               AND earned.reached_at <= %(as_of)s
              JOIN lifecycle_badge badge ON badge.id = earned.badge_id
      ) earned
    """,
    facts=(
        _fact(
            "badges",
            "text_list",
            _lt("Badges"),
            _lt("Codes of the badges that the contact has earned."),
            texts("earned.code"),
            example=["gold"],
        ),
        _fact(
            "last_badge",
            "text",
            _lt("Last badge"),
            _lt("Code of the badge that the contact earned last."),
            latest("earned.code", "earned.reached_at", "earned.id"),
            example="gold",
        ),
        _fact(
            "days_since_badge",
            "number",
            _lt("Days since the last badge"),
            _lt("Since the contact last earned a badge."),
            days_since("max(earned.reached_at)"),
            unit=DAYS,
            example=14,
        ),
    ),
)
