"""What the contact answered to “Would you recommend us?”."""

from ..engine.fact import Fact
from .source import Source, days_since, latest

_GROUP = "Recommendation"


def _last(value):
    return latest(value, "opinion.occurred_at", "opinion.id", "opinion.id IS NOT NULL")


def _fact(name, type_, label, help_, sql, unit="", example=None):
    return Fact(
        f"nps.{name}",
        type_,
        label,
        help=help_,
        unit=unit,
        example=example,
        sql=sql,
        group=_GROUP,
    )


OPINIONS = Source(
    "opinions",
    "Survey answers",
    key="contact",
    needs=("opinion",),
    joins="LEFT JOIN opinion ON opinion.contact_id = wanted.contact_id",
    facts=(
        _fact(
            "score",
            "number",
            "Score",
            "The latest answer on the scale of 0 to 10.",
            latest(
                "opinion.score",
                "opinion.occurred_at",
                "opinion.id",
                "opinion.score IS NOT NULL",
            ),
            example=9,
        ),
        _fact(
            "answered_at",
            "datetime",
            "Last answer",
            "When it was.",
            "max(opinion.occurred_at)",
        ),
        _fact(
            "days_since",
            "number",
            "Days since the last answer",
            "Whole days of 24 hours.",
            days_since("max(opinion.occurred_at)"),
            unit="days",
            example=40,
        ),
        _fact(
            "would_recommend",
            "boolean",
            "Would recommend",
            "The latest answer is 9, 10 or yes.",
            _last("COALESCE(opinion.recommend, opinion.score >= 9)"),
        ),
    ),
)

ASKED = Source(
    "asked",
    "Surveys sent",
    key="contact",
    joins="""
      LEFT JOIN lifecycle_step_run run
        ON run.partner_id = wanted.contact_id AND run.company_id = %(company)s
       AND run.step_type = 'survey' AND run.outcome = 'done'
       AND run.run_at <= %(as_of)s
    """,
    facts=(
        _fact(
            "days_since_asked",
            "number",
            "Days since asked",
            "Since a program last sent a survey.",
            days_since("max(run.run_at)"),
            unit="days",
            example=60,
        ),
    ),
)
