"""Who the contact is. Odoo keeps no history of these."""

from ..engine.fact import Fact
from .source import Source


def _fact(name, type_, label, help_, sql, example=None):
    return Fact(
        f"contact.{name}",
        type_,
        label,
        help=help_,
        example=example,
        history=False,
        sql=sql,
        group="Contact",
    )


CONTACT = Source(
    "contact",
    "Contact",
    key="contact",
    grouped=False,
    joins="""
      JOIN res_partner partner ON partner.id = wanted.contact_id
      JOIN res_partner customer_partner ON customer_partner.id = wanted.customer_id
      LEFT JOIN res_country country
        ON country.id = COALESCE(partner.country_id, customer_partner.country_id)
    """,
    facts=(
        _fact("name", "text", "Name", "Name of the contact.", "partner.name"),
        _fact(
            "first_name",
            "text",
            "First name",
            "What a greeting calls the person; missing for companies and shared "
            "addresses.",
            "partner.lifecycle_first_name",
            example="Ann",
        ),
        _fact(
            "email",
            "text",
            "Mail address",
            "The address in its normal form.",
            "partner.email_normalized",
            example="ann@acme.example",
        ),
        _fact(
            "email_domain",
            "text",
            "Mail domain",
            "What stands behind the @.",
            "split_part(partner.email_normalized, '@', 2)",
            example="acme.example",
        ),
        _fact(
            "phone",
            "text",
            "Phone number",
            "The number in its international form if it is valid, else as written.",
            "COALESCE(partner.phone_sanitized, partner.phone)",
            example="+358401234567",
        ),
        _fact("city", "text", "City", "City of the address.", "partner.city"),
        _fact("zip", "text", "Postcode", "Postcode of the address.", "partner.zip"),
        _fact(
            "country",
            "text",
            "Country",
            "Two-letter code of the country, else of the customer's.",
            "country.code",
            example="FI",
        ),
        _fact(
            "language",
            "text",
            "Language",
            "Code of the language.",
            "partner.lang",
            example="fi_FI",
        ),
        _fact(
            "timezone",
            "text",
            "Time zone",
            "Name of the time zone, else of the customer's; missing if it is not one.",
            "COALESCE("
            "CASE WHEN partner.tz = ANY(%(zones)s) THEN partner.tz END, "
            "CASE WHEN customer_partner.tz = ANY(%(zones)s)"
            " THEN customer_partner.tz END)",
            example="Europe/Helsinki",
        ),
        _fact(
            "is_company",
            "boolean",
            "Is a company",
            "Whether the contact itself is a company, not a person.",
            "COALESCE(partner.is_company, FALSE)",
        ),
        _fact(
            "tags",
            "text_list",
            "Tags",
            "Tags of the contact or its company, by their English names.",
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
            "Has a mail address",
            "Whether there is a usable mail address.",
            "COALESCE(partner.email_normalized, '') <> ''",
        ),
        _fact(
            "has_phone",
            "boolean",
            "Has a phone number",
            "Whether there is a phone number.",
            "COALESCE(partner.phone_sanitized, partner.phone, '') <> ''",
        ),
        _fact(
            "has_salesperson",
            "boolean",
            "Has a salesperson",
            "Whether the contact or its company has a salesperson.",
            "COALESCE(partner.user_id, customer_partner.user_id) IS NOT NULL",
        ),
    ),
)
