"""What was sent to the contact, and what the company did with it.

Messages count for the contact. Clicks, answers and downloads of colleagues add up: a
company decides together.
"""

from ..engine.fact import Fact
from .source import Source, days_since, local_day, texts, within

_GROUP = "Engagement"
_CLICK = "event.code = 'mail_clicked'"
_OPEN = "event.code = 'mail_opened'"
_REPLY = "event.code = 'mail_replied'"
_DOWNLOAD = "event.code = 'guide_downloaded'"
_BUYING = "event.payload->>'kind' IN ('offer', 'price')"
_DAY = local_day("event.occurred_at")
_ACTIVE = (
    "event.code IN ('mail_clicked', 'mail_replied', 'guide_downloaded',"
    " 'page_viewed', 'answer_given', 'survey_answered')"
)
#: Points of a kind of activity, given once per person and day.
POINTS = (
    (50, _REPLY),
    (25, f"{_CLICK} AND {_BUYING}"),
    (15, _DOWNLOAD),
    (10, f"{_CLICK} AND ({_BUYING}) IS NOT TRUE"),
)


def _fact(name, type_, label, help_, sql, unit="", example=None):
    return Fact(
        f"engagement.{name}",
        type_,
        label,
        help=help_,
        unit=unit,
        example=example,
        sql=sql,
        group=_GROUP,
    )


def _count(name, label, help_, condition, example=1):
    return _fact(
        name,
        "number",
        label,
        help_,
        f"count(event.id) FILTER (WHERE {condition})",
        example=example,
    )


def _last(name, label, condition):
    return _fact(
        name,
        "datetime",
        label,
        "When it was.",
        f"max(event.occurred_at) FILTER (WHERE {condition})",
    )


def _points():
    recent = within("event.occurred_at", 30)
    return " + ".join(
        f"{points} * count(DISTINCT (event.contact_id, {_DAY}))"
        f" FILTER (WHERE {condition} AND {recent})"
        for points, condition in POINTS
    )


SENDINGS = Source(
    "sendings",
    "Messages sent",
    key="contact",
    joins="""
      LEFT JOIN lifecycle_step_run run
        ON run.partner_id = wanted.contact_id AND run.company_id = %(company)s
       AND run.step_type IN ('mail', 'survey') AND run.outcome = 'done'
       AND run.run_at <= %(as_of)s
    """,
    facts=(
        _fact(
            "mails_sent",
            "number",
            "Mails sent",
            "Mails that programs have sent to the contact.",
            "count(run.id)",
            example=6,
        ),
        _fact(
            "mails_sent_30d",
            "number",
            "Mails sent in 30 days",
            "Mails that programs have sent to the contact in the last 30 days.",
            f"count(run.id) FILTER (WHERE {within('run.run_at', 30)})",
            example=2,
        ),
        _fact(
            "last_sent", "datetime", "Last mail", "When it was sent.", "max(run.run_at)"
        ),
    ),
)

ENGAGEMENT = Source(
    "engagement",
    "Engagement",
    key="customer",
    needs=("event",),
    joins="""
      LEFT JOIN event
        ON event.customer_id = customer.customer_id
       AND event.code IN (
            'mail_clicked', 'mail_opened', 'mail_replied', 'mail_bounced',
            'guide_downloaded', 'page_viewed', 'answer_given', 'survey_answered')
    """,
    facts=(
        _count("opens", "Opened mails", "Unreliable: programs open mails, too.", _OPEN),
        _last("last_open", "Last opened mail", _OPEN),
        _count("clicks", "Clicks", "Clicks on links in mails.", _CLICK),
        _count(
            "clicks_30d",
            "Clicks in 30 days",
            "Clicks on links in mails in the last 30 days.",
            f"{_CLICK} AND {within('event.occurred_at', 30)}",
        ),
        _last("last_click", "Last click", _CLICK),
        _fact(
            "click_days_14d",
            "number",
            "Days with clicks in 14 days",
            "Days of the last 14 on which somebody clicked a link in a mail.",
            f"count(DISTINCT {_DAY}) FILTER (WHERE {_CLICK}"
            f" AND {within('event.occurred_at', 14)})",
            unit="days",
            example=2,
        ),
        _count("replies", "Replies", "Replies to mails.", _REPLY),
        _last("last_reply", "Last reply", _REPLY),
        _count("downloads", "Downloads", "Guides downloaded.", _DOWNLOAD),
        _count(
            "bounces",
            "Bounces",
            "Mails that came back.",
            "event.code = 'mail_bounced'",
            example=0,
        ),
        _fact(
            "points_30d",
            "number",
            "Points in 30 days",
            "Reply 50, price or offer link 25, download 15, other click 10; each once "
            "per person and day.",
            _points(),
            unit="points",
            example=60,
        ),
        _fact(
            "days_since_activity",
            "number",
            "Days since the last activity",
            "Since somebody last clicked, replied, downloaded, answered or visited; "
            "opening a mail does not count.",
            days_since(f"max(event.occurred_at) FILTER (WHERE {_ACTIVE})"),
            unit="days",
            example=14,
        ),
        _fact(
            "topics",
            "text_list",
            "Topics of interest",
            "Codes of the topics that were clicked or downloaded.",
            texts("(event.payload->>'topic')", f"({_CLICK} OR {_DOWNLOAD})"),
            example=["camping"],
        ),
    ),
)

_VIEWED_RECENTLY = within("event.occurred_at", 30)

WEB = Source(
    "web",
    "Website",
    key="customer",
    needs=("event",),
    joins="""
      LEFT JOIN event
        ON event.customer_id = customer.customer_id AND event.code = 'page_viewed'
    """,
    facts=(
        Fact(
            "web.page_views_30d",
            "number",
            "Page views in 30 days",
            help="Pages of the website seen in the last 30 days; needs a connected "
            "website.",
            example=18,
            group="Website",
            sql=f"count(event.id) FILTER (WHERE {_VIEWED_RECENTLY})",
        ),
        Fact(
            "web.price_list_seconds_30d",
            "number",
            "Time on the price list in 30 days",
            help="Seconds on pages whose address contains the word of the setting; "
            "needs a connected website.",
            unit="seconds",
            example=120,
            group="Website",
            sql=f"""COALESCE(sum(
                CASE WHEN jsonb_typeof(event.payload->'seconds') = 'number'
                     THEN (event.payload->>'seconds')::numeric END
            ) FILTER (WHERE {_VIEWED_RECENTLY}
                      AND strpos(event.payload->>'url', %(price_page)s) > 0), 0)""",
        ),
    ),
)
