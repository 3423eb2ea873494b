"""What was bought: categories, by the names that marketing uses, and products."""

from .define import PERCENT, _lt, facts_of
from .source import Source, within

_fact = facts_of("orders", _lt("Purchases"))

_CATEGORIES = """ARRAY(
    SELECT DISTINCT named.name
      FROM product_category own
     CROSS JOIN LATERAL (%(own_names)s) AS named(name)
     WHERE own.id = ANY(array_agg(DISTINCT basket.categ_id) FILTER (WHERE {0}))
     ORDER BY 1)"""

BASKETS = Source(
    "baskets",
    _lt("What was bought"),
    key="customer",
    needs=("purchase",),
    joins="""
      LEFT JOIN (
            SELECT customer_id, date, template_id, categ_id,
                   dense_rank() OVER (
                       PARTITION BY customer_id ORDER BY date DESC, order_id DESC
                   ) = 1 AS is_last
              FROM purchase
             WHERE counts
      ) basket ON basket.customer_id = customer.customer_id
    """,
    facts=(
        _fact(
            "categories",
            "text_list",
            _lt("Categories bought"),
            _lt(
                "Names of the product categories bought; by default with the "
                "categories above them, see the settings."
            ),
            _CATEGORIES.format("TRUE"),
            example=["Tents"],
        ),
        _fact(
            "categories_365d",
            "text_list",
            _lt("Categories bought in a year"),
            _lt("Names of the product categories bought in the last 365 days."),
            _CATEGORIES.format(within("basket.date", 365)),
            example=["Tents"],
        ),
        _fact(
            "last_categories",
            "text_list",
            _lt("Categories of the last purchase"),
            _lt("Names of its product categories."),
            _CATEGORIES.format("basket.is_last"),
            example=["Tents"],
        ),
        _fact(
            "products",
            "text_list",
            _lt("Products bought"),
            _lt("Names of the products bought, in English as they were first written."),
            """ARRAY(
                SELECT DISTINCT template.name->>'en_US'
                  FROM product_template template
                 WHERE template.id = ANY(array_agg(DISTINCT basket.template_id))
                 ORDER BY 1)""",
            example=["Tent for two"],
        ),
    ),
)

MAIN_CATEGORY = Source(
    "main_category",
    _lt("Main category"),
    key="customer",
    grouped=False,
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
      ) main ON main.customer_id = customer.customer_id
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
