"""What was sent to the contact, and what the company did with it.

Messages count for the contact. Clicks, answers and downloads of colleagues add up: a
company decides together.
"""

from .define import DAYS, HOUR, POINTS, _lt, facts_of, one_of
from .source import Source, days_since, latest, local_day, texts, within

_GROUP = _lt("Engagement")
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
SCORES = (
    (50, _REPLY),
    (25, f"{_CLICK} AND {_BUYING}"),
    (15, _DOWNLOAD),
    (10, f"{_CLICK} AND ({_BUYING}) IS NOT TRUE"),
)


_fact = facts_of("engagement", _GROUP)


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
        _lt("When it was."),
        f"max(event.occurred_at) FILTER (WHERE {condition})",
    )


def _points():
    recent = within("event.occurred_at", 30)
    return " + ".join(
        f"{points} * count(DISTINCT (event.contact_id, {_DAY}))"
        f" FILTER (WHERE {condition} AND {recent})"
        for points, condition in SCORES
    )


SENDINGS = Source(
    "sendings",
    _lt("Messages sent"),
    key="contact",
    needs=("sending",),
    rows="sending",
    facts=(
        _fact(
            "mails_sent",
            "number",
            _lt("Mails sent"),
            _lt("Mails that programs have sent to the contact."),
            "count(sending.id)",
            example=6,
        ),
        _fact(
            "mails_sent_30d",
            "number",
            _lt("Mails sent in 30 days"),
            _lt("Mails that programs have sent to the contact in the last 30 days."),
            f"count(sending.id) FILTER (WHERE {within('sending.run_at', 30)})",
            example=2,
        ),
        _fact(
            "days_since_sent",
            "number",
            _lt("Days since the last mail"),
            _lt("Since a program last sent the contact a mail."),
            days_since("max(sending.run_at)"),
            unit=DAYS,
            example=6,
        ),
        _fact(
            "last_sent",
            "datetime",
            _lt("Last mail"),
            _lt("When it was sent."),
            "max(sending.run_at)",
        ),
    ),
)

ENGAGEMENT = Source(
    "engagement",
    _lt("Engagement"),
    key="customer",
    needs=("event",),
    rows="event",
    where="""event.code IN (
            'mail_clicked', 'mail_opened', 'mail_replied', 'mail_bounced',
            'guide_downloaded', 'page_viewed', 'answer_given', 'survey_answered')""",
    facts=(
        _count(
            "opens",
            _lt("Opened mails"),
            _lt("Unreliable: programs open mails, too."),
            _OPEN,
        ),
        _last("last_open", _lt("Last opened mail"), _OPEN),
        _count("clicks", _lt("Clicks"), _lt("Clicks on links in mails."), _CLICK),
        _count(
            "clicks_30d",
            _lt("Clicks in 30 days"),
            _lt("Clicks on links in mails in the last 30 days."),
            f"{_CLICK} AND {within('event.occurred_at', 30)}",
        ),
        _last("last_click", _lt("Last click"), _CLICK),
        _fact(
            "click_days_14d",
            "number",
            _lt("Days with clicks in 14 days"),
            _lt("Days of the last 14 on which somebody clicked a link in a mail."),
            f"count(DISTINCT {_DAY}) FILTER (WHERE {_CLICK}"
            f" AND {within('event.occurred_at', 14)})",
            unit=DAYS,
            example=2,
        ),
        _fact(
            "days_since_click",
            "number",
            _lt("Days since the last click"),
            _lt("Since somebody last clicked a link in a mail."),
            days_since(f"max(event.occurred_at) FILTER (WHERE {_CLICK})"),
            unit=DAYS,
            example=3,
        ),
        _count("replies", _lt("Replies"), _lt("Replies to mails."), _REPLY),
        _last("last_reply", _lt("Last reply"), _REPLY),
        _count("downloads", _lt("Downloads"), _lt("Guides downloaded."), _DOWNLOAD),
        _count(
            "bounces",
            _lt("Bounces"),
            _lt("Mails that came back."),
            "event.code = 'mail_bounced'",
            example=0,
        ),
        _fact(
            "points_30d",
            "number",
            _lt("Points in 30 days"),
            _lt(
                "Reply 50, price or offer link 25, download 15, other click 10; each "
                "once per person and day."
            ),
            _points(),
            unit=POINTS,
            example=60,
        ),
        _fact(
            "days_since_activity",
            "number",
            _lt("Days since the last activity"),
            _lt(
                "Since somebody last clicked, replied, downloaded, answered or "
                "visited; opening a mail does not count."
            ),
            days_since(f"max(event.occurred_at) FILTER (WHERE {_ACTIVE})"),
            unit=DAYS,
            example=14,
        ),
        _fact(
            "people_30d",
            "number",
            _lt("Active people in 30 days"),
            _lt(
                "How many people of the customer clicked, replied, downloaded, "
                "answered or visited in the last 30 days."
            ),
            f"count(DISTINCT event.contact_id) FILTER (WHERE {_ACTIVE}"
            f" AND {within('event.occurred_at', 30)})",
            example=2,
        ),
        _fact(
            "last_answer",
            "text",
            _lt("Last answer in a message"),
            _lt("The latest of the answers chosen in messages."),
            latest(
                "(event.payload->>'answer')",
                "event.occurred_at",
                "event.id",
                "event.code = 'answer_given'",
            ),
            example="later",
        ),
        _fact(
            "main_topic",
            "text",
            _lt("Main interest"),
            _lt("Code of the topic that was clicked or downloaded most often."),
            "mode() WITHIN GROUP (ORDER BY event.payload->>'topic')"
            f" FILTER (WHERE ({_CLICK} OR {_DOWNLOAD})"
            " AND event.payload->>'topic' <> '')",
            example="camping",
        ),
        _fact(
            "topics",
            "text_list",
            _lt("Topics of interest"),
            _lt("Codes of the topics that were clicked or downloaded."),
            texts("(event.payload->>'topic')", f"({_CLICK} OR {_DOWNLOAD})"),
            example=["camping"],
        ),
    ),
)

_CLOCK = "event.occurred_at AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s"

TIMING = Source(
    "timing",
    _lt("Usual times"),
    key="contact",
    needs=("event",),
    rows="event",
    where="""event.code IN (
            'mail_clicked', 'mail_opened', 'mail_replied', 'page_viewed',
            'answer_given')""",
    facts=(
        _fact(
            "usual_weekday",
            "text",
            _lt("Usual weekday"),
            _lt(
                "The day of the week on which this person most often opens, clicks, "
                "replies or visits, in English; of the person, not of the company."
            ),
            f"mode() WITHIN GROUP (ORDER BY to_char({_CLOCK}, 'FMDay'))"
            " FILTER (WHERE event.id IS NOT NULL)",
            example="Tuesday",
            choices=one_of(
                Monday=_lt("Monday"),
                Tuesday=_lt("Tuesday"),
                Wednesday=_lt("Wednesday"),
                Thursday=_lt("Thursday"),
                Friday=_lt("Friday"),
                Saturday=_lt("Saturday"),
                Sunday=_lt("Sunday"),
            ),
        ),
        _fact(
            "usual_hour",
            "number",
            _lt("Usual hour"),
            _lt(
                "The hour of the day, 0 to 23, in which this person most often opens, "
                "clicks, replies or visits, in the time zone of the company."
            ),
            f"mode() WITHIN GROUP (ORDER BY extract(hour FROM {_CLOCK}))"
            " FILTER (WHERE event.id IS NOT NULL)",
            unit=HOUR,
            example=9,
        ),
    ),
)
