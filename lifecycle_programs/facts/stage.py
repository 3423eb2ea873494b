"""Where the customer stands: the two schemes of stages, computed for a moment."""

from .define import _lt, facts_of, one_of
from .source import Source, within

_fact = facts_of("contact", _lt("Contact"))

_ADVOCATE = "(opinion.score >= 9 OR opinion.recommend)"
_UNHAPPY = "(opinion.score < %(loyal_score)s OR NOT opinion.recommend)"


def _ago(days):
    return f"%(as_of)s - make_interval(days => %({days})s)"


STAGE = Source(
    "stage",
    _lt("Stage"),
    key="contact",
    needs=("opinion",),
    joins="""
      LEFT JOIN (
            SELECT DISTINCT ON (contact_id) contact_id, score, recommend
              FROM opinion
             ORDER BY contact_id, occurred_at DESC, id DESC
      ) opinion ON opinion.contact_id = wanted.contact_id
    """,
    uses=("orders.count", "orders.first", "orders.last"),
    facts=(
        _fact(
            "stage",
            "text",
            _lt("Stage"),
            _lt(
                "prospect: has not bought; new: one purchase, not long ago; advocate: "
                "would recommend; loyal: buys often and within a year; else customer."
            ),
            f"""CASE
                WHEN COALESCE("orders.count", 0) = 0 THEN 'prospect'
                WHEN {_ADVOCATE} THEN 'advocate'
                WHEN "orders.count" >= %(loyal_orders)s
                     AND {within('"orders.last"', 365)} THEN 'loyal'
                WHEN "orders.count" = 1
                     AND "orders.first" > {_ago("new_days")} THEN 'new'
                ELSE 'customer' END""",
            example="customer",
        ),
        _fact(
            "loyalty",
            "text",
            _lt("Loyalty"),
            _lt(
                "potential: has not bought; former: has not bought for long; loyal: "
                "has bought often and for long, and is content; else occasional. The "
                "settings say what often and long mean."
            ),
            f"""CASE
                WHEN COALESCE("orders.count", 0) = 0 THEN 'potential'
                WHEN "orders.last" <= {_ago("former_days")} THEN 'former'
                WHEN "orders.count" >= %(loyal_orders)s
                     AND "orders.first" <= {_ago("loyal_days")}
                     AND {_UNHAPPY} IS NOT TRUE THEN 'loyal'
                ELSE 'occasional' END""",
            example="occasional",
            choices=one_of(
                potential=_lt("Potential"),
                occasional=_lt("Occasional"),
                loyal=_lt("Loyal"),
                former=_lt("Former"),
            ),
        ),
    ),
)
