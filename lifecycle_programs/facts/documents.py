"""What is asked of the purchases of one customer: expressions over ``document``.

The whole commercial entity counts. An order that was returned altogether does not
count, a return lowers the total on its own day.
"""

from .source import local_day, within

COUNTS = "document.counts"
FIRST = f"min(document.date) FILTER (WHERE {COUNTS})"
LAST = f"max(document.date) FILTER (WHERE {COUNTS})"
COUNT = f"count(*) FILTER (WHERE {COUNTS})"
DAY = local_day("document.date")
FIRST_DAY = f"min({DAY}) FILTER (WHERE {COUNTS})"
LAST_DAY = f"max({DAY}) FILTER (WHERE {COUNTS})"
TODAY = local_day("%(as_of)s")


def total(condition="TRUE"):
    """What the customer has bought for, less returns."""
    return f"COALESCE(sum(document.amount) FILTER (WHERE {condition}), 0)"


def year_ago(days):
    """Whether a purchase is of the days that ended 365 days ago."""
    return (
        f"{within('document.date', 365 + days)} AND NOT {within('document.date', 365)}"
    )
