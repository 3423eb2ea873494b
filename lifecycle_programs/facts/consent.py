"""What the contact has agreed to."""

from .define import _lt, facts_of
from .source import Source

_define = facts_of("consent", _lt("Consent"))


def _fact(name, label, help_, sign):
    return _define(
        name,
        "text_list",
        label,
        help_,
        "COALESCE(array_agg(DISTINCT agreed.code)"
        f" FILTER (WHERE agreed.state = 'given' AND agreed.address {sign} '%%@%%'),"
        " '{}')",
        example=["marketing"],
    )


#: The latest line of each address and category counts; a yes for its company, a no for
#: all.
CONSENTS = Source(
    "consents",
    _lt("Consents"),
    key="contact",
    needs=("person",),
    rows="""
      (
            SELECT DISTINCT ON (person.contact_id, consent.address, category.id)
                   person.contact_id, consent.address, consent.state, category.code
              FROM person
              JOIN res_partner partner ON partner.id = person.contact_id
              JOIN lifecycle_consent consent
                ON consent.address
                   IN (partner.email_normalized, partner.phone_sanitized)
               AND consent.occurred_at <= %(as_of)s
               AND (consent.company_id = %(company)s OR consent.state = 'withdrawn')
              JOIN lifecycle_category category ON category.id = consent.category_id
             ORDER BY person.contact_id, consent.address, category.id,
                      consent.occurred_at DESC, consent.id DESC
      ) agreed
    """,
    facts=(
        _fact(
            "mail",
            _lt("Agreed to mails"),
            _lt("Codes of the message categories that the mail address has agreed to."),
            "LIKE",
        ),
        _fact(
            "sms",
            _lt("Agreed to SMS"),
            _lt("Codes of the message categories that the phone number has agreed to."),
            "NOT LIKE",
        ),
    ),
)
