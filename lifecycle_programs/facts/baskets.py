"""What was bought: categories, by the names that marketing uses, and products."""

from .define import PERCENT, _lt, facts_of
from .documents import COUNTS
from .purchases import SEPARATOR
from .source import Source, latest, within

_fact = facts_of("orders", _lt("Purchases"))


def _joined(column, condition="TRUE"):
    """A column of many texts in one, of the purchases that count."""
    return (
        f"string_agg(document.{column}, {SEPARATOR})"
        f" FILTER (WHERE {COUNTS} AND {condition})"
    )


#: What `BASKETS` takes apart, for those contacts where somebody asks.
BASKET_COLUMNS = (
    ("category names", _joined("category_names")),
    ("category names 365d", _joined("category_names", within("document.date", 365))),
    (
        "last category names",
        latest("document.category_names", "document.date", "document.order_id", COUNTS),
    ),
    ("template ids", _joined("template_ids")),
)


def _apart(column):
    return f'unnest(string_to_array("{column}", {SEPARATOR}))'


def _categories(column):
    return f"ARRAY(SELECT DISTINCT name FROM {_apart(column)} AS name ORDER BY name)"


BASKETS = Source(
    "baskets",
    _lt("What was bought"),
    key="customer",
    uses=tuple(name for name, _sql in BASKET_COLUMNS),
    normal=("orders.categories", "orders.categories_365d", "orders.last_categories"),
    facts=(
        _fact(
            "categories",
            "text_list",
            _lt("Categories bought"),
            _lt(
                "Names of the product categories bought; by default with the "
                "categories above them, see the settings."
            ),
            _categories("category names"),
            example=["Tents"],
        ),
        _fact(
            "categories_365d",
            "text_list",
            _lt("Categories bought in a year"),
            _lt("Names of the product categories bought in the last 365 days."),
            _categories("category names 365d"),
            example=["Tents"],
        ),
        _fact(
            "last_categories",
            "text_list",
            _lt("Categories of the last purchase"),
            _lt("Names of its product categories."),
            _categories("last category names"),
            example=["Tents"],
        ),
        _fact(
            "products",
            "text_list",
            _lt("Products bought"),
            _lt("Names of the products bought, in English as they were first written."),
            f"""ARRAY(
                SELECT DISTINCT template.name->>'en_US'
                  FROM {_apart("template ids")} AS bought(id)
                  JOIN product_template template ON template.id = bought.id::int
                 ORDER BY 1)""",
            example=["Tent for two"],
        ),
    ),
)

MAIN_CATEGORY = Source(
    "main_category",
    _lt("Main category"),
    key="customer",
    needs=("purchase",),
    joins=f"""
      LEFT JOIN (
            SELECT DISTINCT ON (customer_id) customer_id, name,
                   amount * 100 / sum(amount) OVER all_of_them AS share,
                   count(*) OVER all_of_them AS categories
              FROM (SELECT bought.customer_id, named.name, sum(bought.amount) AS amount
                      FROM (SELECT customer_id, categ_id, sum(amount) AS amount
                              FROM purchase
                             WHERE {within("date", 365)}
                             GROUP BY customer_id, categ_id) bought
                      JOIN product_category own ON own.id = bought.categ_id
                     CROSS JOIN LATERAL (SELECT %(own_name)s) AS named(name)
                     GROUP BY bought.customer_id, named.name) by_name
             WHERE amount > 0
            WINDOW all_of_them AS (PARTITION BY customer_id)
             ORDER BY customer_id, amount DESC, name
      ) main ON main.customer_id = wanted.customer_id
    """,
    facts=(
        _fact(
            "main_category",
            "text",
            _lt("Main category"),
            _lt("The category that the customer bought most for in 365 days."),
            "main.name",
            example="Tents",
        ),
        _fact(
            "main_category_percent",
            "number",
            _lt("Share of the main category"),
            _lt("How much of the turnover of 365 days the main category makes."),
            "main.share",
            unit=PERCENT,
            example=70,
        ),
        _fact(
            "categories_count_365d",
            "number",
            _lt("Different categories in a year"),
            _lt("In how many categories the customer bought in the last 365 days."),
            "COALESCE(main.categories, 0)",
            example=2,
        ),
    ),
)
