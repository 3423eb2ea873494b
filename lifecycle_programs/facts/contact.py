"""Who the contact is. Odoo keeps no history of these."""

from .define import _lt, facts_of
from .source import Source, texts

_fact = facts_of("contact", _lt("Contact"), history=False)


CONTACT = Source(
    "contact",
    _lt("Contact"),
    key="contact",
    joins="""
      JOIN res_partner partner ON partner.id = wanted.contact_id
      LEFT JOIN res_partner customer_partner ON customer_partner.id = wanted.customer_id
      LEFT JOIN res_country_state region
        ON region.id = COALESCE(partner.state_id, customer_partner.state_id)
      LEFT JOIN res_partner_industry industry
        ON industry.id = COALESCE(partner.industry_id, customer_partner.industry_id)
      LEFT JOIN res_users salesperson
        ON salesperson.id = COALESCE(partner.user_id, customer_partner.user_id)
      LEFT JOIN res_partner salesman ON salesman.id = salesperson.partner_id
      LEFT JOIN res_country country
        ON country.id = COALESCE(partner.country_id, customer_partner.country_id)
      LEFT JOIN (
            SELECT member_of.res_country_id AS country_id,
                   array_agg(DISTINCT grouped.name->>'en_US') AS names
              FROM res_country_res_country_group_rel member_of
              JOIN res_country_group grouped
                ON grouped.id = member_of.res_country_group_id
             GROUP BY member_of.res_country_id
        ) AS country_groups ON country_groups.country_id = country.id
    """,
    facts=(
        _fact(
            "name",
            "text",
            _lt("Name"),
            _lt("Name of the contact."),
            "partner.name",
            example="Ann Smith",
        ),
        _fact(
            "first_name",
            "text",
            _lt("First name"),
            _lt(
                "What a greeting calls the person; missing for companies and shared "
                "addresses."
            ),
            "partner.lifecycle_first_name",
            example="Ann",
        ),
        _fact(
            "email",
            "text",
            _lt("Mail address"),
            _lt("The address in its normal form."),
            "partner.email_normalized",
            example="ann@acme.example",
        ),
        _fact(
            "email_domain",
            "text",
            _lt("Mail domain"),
            _lt("What stands behind the @."),
            "split_part(partner.email_normalized, '@', 2)",
            example="acme.example",
        ),
        _fact(
            "phone",
            "text",
            _lt("Phone number"),
            _lt(
                "The number in its international form if it is valid, else as written."
            ),
            "COALESCE(partner.phone_sanitized, partner.phone)",
            example="+358401234567",
        ),
        _fact(
            "city",
            "text",
            _lt("City"),
            _lt("City of the address."),
            "partner.city",
            example="Turku",
        ),
        _fact(
            "zip",
            "text",
            _lt("Postcode"),
            _lt("Postcode of the address."),
            "partner.zip",
            example="20100",
        ),
        _fact(
            "country",
            "text",
            _lt("Country"),
            _lt("Two-letter code of the country, else of the customer's."),
            "country.code",
            example="FI",
        ),
        _fact(
            "region",
            "text",
            _lt("State or region"),
            _lt("Name of the state or region, else of the customer's."),
            "region.name",
            example="Uusimaa",
        ),
        _fact(
            "country_groups",
            "text_list",
            _lt("Country groups"),
            _lt("Groups that the country belongs to, by their English names."),
            "COALESCE(country_groups.names, '{}')",
            example=["Europe"],
        ),
        _fact(
            "company",
            "text",
            _lt("Company"),
            _lt("Name of the company that the contact belongs to."),
            "CASE WHEN customer_partner.id <> partner.id OR partner.is_company"
            " THEN customer_partner.name ELSE partner.company_name END",
            example="Acme",
        ),
        _fact(
            "function",
            "text",
            _lt("Job position"),
            _lt("The job position as written on the contact."),
            "partner.function",
            example="Purchasing manager",
        ),
        _fact(
            "industry",
            "text",
            _lt("Industry"),
            _lt("English name of the industry, else of the customer's."),
            "industry.name->>'en_US'",
            example="Construction",
        ),
        _fact(
            "people",
            "number",
            _lt("People"),
            _lt("How many active people the customer has in Odoo."),
            """(SELECT count(*) FROM res_partner colleague
                 WHERE colleague.commercial_partner_id = wanted.customer_id
                   AND colleague.active AND colleague.is_company IS NOT TRUE)""",
            example=4,
        ),
        _fact(
            "language",
            "text",
            _lt("Language"),
            _lt("Code of the language."),
            "partner.lang",
            example="fi_FI",
        ),
        _fact(
            "timezone",
            "text",
            _lt("Time zone"),
            _lt(
                "Name of the time zone, else of the customer's; missing if it is not "
                "one."
            ),
            "COALESCE("
            "CASE WHEN partner.tz = ANY(%(zones)s) THEN partner.tz END, "
            "CASE WHEN customer_partner.tz = ANY(%(zones)s)"
            " THEN customer_partner.tz END)",
            example="Europe/Helsinki",
        ),
        _fact(
            "is_company",
            "boolean",
            _lt("Is a company"),
            _lt("Whether the contact itself is a company, not a person."),
            "COALESCE(partner.is_company, FALSE)",
        ),
        _fact(
            "tags",
            "text_list",
            _lt("Tags"),
            _lt("Tags of the contact or its company, by their English names."),
            """ARRAY(
                SELECT DISTINCT tag.name->>'en_US'
                  FROM res_partner_res_partner_category_rel tagged
                  JOIN res_partner_category tag ON tag.id = tagged.category_id
                 WHERE tagged.partner_id IN (wanted.contact_id, wanted.customer_id)
                 ORDER BY 1)""",
            example=["Retail"],
        ),
        _fact(
            "has_email",
            "boolean",
            _lt("Has a mail address"),
            _lt("Whether there is a usable mail address."),
            "COALESCE(partner.email_normalized, '') <> ''",
        ),
        _fact(
            "has_phone",
            "boolean",
            _lt("Has a phone number"),
            _lt("Whether there is a phone number."),
            "COALESCE(partner.phone_sanitized, partner.phone, '') <> ''",
        ),
        _fact(
            "has_account",
            "boolean",
            _lt("Has an account"),
            _lt("Whether the contact can log in to the portal or the shop."),
            """wanted.contact_id IN (
                SELECT account.partner_id FROM res_users account
                 WHERE account.active AND account.share)""",
        ),
        _fact(
            "salesperson",
            "text",
            _lt("Salesperson"),
            _lt("Name of the salesperson of the contact or its company."),
            "salesman.name",
            example="Mia Lind",
        ),
        _fact(
            "has_salesperson",
            "boolean",
            _lt("Has a salesperson"),
            _lt("Whether the contact or its company has a salesperson."),
            "COALESCE(partner.user_id, customer_partner.user_id) IS NOT NULL",
        ),
    ),
)

LISTS = Source(
    "lists",
    _lt("Mailing lists"),
    key="contact",
    needs=("person",),
    rows="""
      (
            SELECT person.contact_id, list.name
              FROM person
              JOIN res_partner partner ON partner.id = person.contact_id
              JOIN mailing_contact subscriber
                ON subscriber.email_normalized = partner.email_normalized
              JOIN mailing_subscription subscription
                ON subscription.contact_id = subscriber.id
               AND subscription.opt_out IS NOT TRUE
              JOIN mailing_list list ON list.id = subscription.list_id AND list.active
      ) listed
    """,
    facts=(
        _fact(
            "mailing_lists",
            "text_list",
            _lt("Mailing lists"),
            _lt("Names of the mailing lists that the address is subscribed to."),
            texts("listed.name"),
            example=["Newsletter"],
        ),
    ),
)
