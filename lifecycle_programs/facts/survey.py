"""What the contact answered to “Would you recommend us?”."""

from .define import DAYS, OF_TEN, _lt, facts_of, one_of
from .source import Source, days_since, latest

_fact = facts_of("nps", _lt("Recommendation"))


def _last(value):
    return latest(value, "opinion.occurred_at", "opinion.id", "opinion.id IS NOT NULL")


OPINIONS = Source(
    "opinions",
    _lt("Survey answers"),
    key="contact",
    needs=("opinion",),
    rows="opinion",
    facts=(
        _fact(
            "score",
            "number",
            _lt("Survey score"),
            _lt("The latest answer on the scale of 0 to 10."),
            latest(
                "opinion.score",
                "opinion.occurred_at",
                "opinion.id",
                "opinion.score IS NOT NULL",
            ),
            unit=OF_TEN,
            example=9,
        ),
        _fact(
            "answered_at",
            "datetime",
            _lt("Last answer"),
            _lt("When it was."),
            "max(opinion.occurred_at)",
        ),
        _fact(
            "days_since",
            "number",
            _lt("Days since the last answer"),
            _lt("Whole days of 24 hours."),
            days_since("max(opinion.occurred_at)"),
            unit=DAYS,
            example=40,
        ),
        _fact(
            "answers_count",
            "number",
            _lt("Answers"),
            _lt("How often the contact has answered."),
            "count(opinion.id)",
            example=2,
        ),
        _fact(
            "attitude",
            "text",
            _lt("Attitude"),
            _lt(
                "By the latest answer. promoter: 9, 10 or yes; passive: 7 or 8; "
                "detractor: 6 or less, or no."
            ),
            _last(
                "CASE WHEN COALESCE(opinion.recommend, opinion.score >= 9)"
                " THEN 'promoter' WHEN opinion.score >= 7 THEN 'passive'"
                " WHEN opinion.score < 7 OR NOT opinion.recommend"
                " THEN 'detractor' END"
            ),
            example="promoter",
            choices=one_of(
                promoter=_lt("Promoter"),
                passive=_lt("Passive"),
                detractor=_lt("Detractor"),
            ),
        ),
        _fact(
            "would_recommend",
            "boolean",
            _lt("Would recommend"),
            _lt("The latest answer is 9, 10 or yes."),
            _last("COALESCE(opinion.recommend, opinion.score >= 9)"),
        ),
    ),
)

ASKED = Source(
    "asked",
    _lt("Surveys sent"),
    key="contact",
    needs=("sending",),
    rows="sending",
    where="sending.step_type = 'survey'",
    facts=(
        _fact(
            "days_since_asked",
            "number",
            _lt("Days since asked"),
            _lt("Since a program last sent a survey."),
            days_since("max(sending.run_at)"),
            unit=DAYS,
            example=60,
        ),
    ),
)
