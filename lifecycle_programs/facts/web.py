"""What the customer does on the website and with the product, as events report it.

Visits and use of colleagues add up.
"""

from .define import DAYS, PERCENT, SECONDS, _lt, facts_of
from .source import Source, days_since, local_day, texts, within

_DAY = local_day("event.occurred_at")
_RECENT = within("event.occurred_at", 30)
_BEFORE = f"({within('event.occurred_at', 60)} AND NOT {_RECENT})"
_PRICES = "strpos(event.payload->>'url', %(price_page)s) > 0"
_LAST = "max(event.occurred_at)"


def _days(condition):
    return f"count(DISTINCT {_DAY}) FILTER (WHERE {condition})"


_web = facts_of("web", _lt("Website"))

WEB = Source(
    "web",
    _lt("Website"),
    key="customer",
    needs=("event",),
    rows="event",
    where="event.code = 'page_viewed'",
    facts=(
        _web(
            "page_views_30d",
            "number",
            _lt("Page views in 30 days"),
            _lt(
                "Pages of the website seen in the last 30 days; needs a connected "
                "website."
            ),
            f"count(event.id) FILTER (WHERE {_RECENT})",
            example=18,
        ),
        _web(
            "visit_days_30d",
            "number",
            _lt("Days with visits in 30 days"),
            _lt("Days of the last 30 on which somebody saw a page of the website."),
            _days(_RECENT),
            unit=DAYS,
            example=4,
        ),
        _web(
            "price_list_views_30d",
            "number",
            _lt("Price list pages in 30 days"),
            _lt("Pages seen whose address contains the word of the setting."),
            f"count(event.id) FILTER (WHERE {_RECENT} AND {_PRICES})",
            example=3,
        ),
        _web(
            "price_list_seconds_30d",
            "number",
            _lt("Time on the price list in 30 days"),
            _lt(
                "Seconds on pages whose address contains the word of the setting; "
                "needs a connected website."
            ),
            f"""COALESCE(sum(
                CASE WHEN jsonb_typeof(event.payload->'seconds') = 'number'
                     THEN (event.payload->>'seconds')::numeric END
            ) FILTER (WHERE {_RECENT} AND {_PRICES}), 0)""",
            unit=SECONDS,
            example=120,
        ),
        _web("last_visit", "datetime", _lt("Last visit"), _lt("When it was."), _LAST),
        _web(
            "days_since_visit",
            "number",
            _lt("Days since the last visit"),
            _lt("Since somebody last saw a page of the website."),
            days_since(_LAST),
            unit=DAYS,
            example=9,
        ),
        _web(
            "topics",
            "text_list",
            _lt("Topics of pages"),
            _lt("Codes of the topics of the pages seen in the last 30 days."),
            texts("(event.payload->>'topic')", _RECENT),
            example=["camping"],
        ),
    ),
)

_use = facts_of("use", _lt("Use of the product"))
_FEATURE = "(event.payload->>'feature')"

USE = Source(
    "use",
    _lt("Use of the product"),
    key="customer",
    needs=("event",),
    rows="event",
    where="event.code = 'product_used'",
    facts=(
        _use("last", "datetime", _lt("Last use"), _lt("When it was."), _LAST),
        _use(
            "days_since_last",
            "number",
            _lt("Days since the last use"),
            _lt("Since somebody last used the product; needs a connected product."),
            days_since(_LAST),
            unit=DAYS,
            example=7,
        ),
        _use(
            "days_since_first",
            "number",
            _lt("Days since the first use"),
            _lt("Since somebody first used the product."),
            days_since("min(event.occurred_at)"),
            unit=DAYS,
            example=90,
        ),
        _use(
            "days_30d",
            "number",
            _lt("Days of use in 30 days"),
            _lt("Days of the last 30 on which somebody used the product."),
            _days(_RECENT),
            unit=DAYS,
            example=12,
        ),
        _use(
            "change_percent_30d",
            "number",
            _lt("Change of use in 30 days"),
            _lt(
                "Days of use in the last 30 days against the 30 days before; missing "
                "without any use then."
            ),
            f"({_days(_RECENT)}::numeric / NULLIF({_days(_BEFORE)}, 0) - 1) * 100",
            unit=PERCENT,
            example=-50,
        ),
        _use(
            "people_30d",
            "number",
            _lt("Users in 30 days"),
            _lt("How many people of the customer used the product in 30 days."),
            f"count(DISTINCT event.contact_id) FILTER (WHERE {_RECENT})",
            example=3,
        ),
        _use(
            "people_change_30d",
            "number",
            _lt("More users than before"),
            _lt(
                "Users in the last 30 days less those in the 30 days before: a team "
                "that grows."
            ),
            f"count(DISTINCT event.contact_id) FILTER (WHERE {_RECENT})"
            f" - count(DISTINCT event.contact_id) FILTER (WHERE {_BEFORE})",
            example=1,
        ),
        _use(
            "features",
            "text_list",
            _lt("Features used"),
            _lt("Names of the features that were ever used."),
            texts(_FEATURE),
            example=["reports"],
        ),
        _use(
            "features_30d",
            "text_list",
            _lt("Features used in 30 days"),
            _lt("Names of the features that were used in the last 30 days."),
            texts(_FEATURE, _RECENT),
            example=["reports"],
        ),
    ),
)
