"""Which programs the contact is in, has been in, or has said no to."""

from .define import _lt, facts_of
from .source import Source, texts, within

_define = facts_of("programs", _lt("Programs"))


def _fact(name, label, help_, sql):
    return _define(name, "text_list", label, help_, sql, example=["welcome"])


ENROLMENTS = Source(
    "enrolments",
    _lt("Programs"),
    key="contact",
    needs=("person",),
    rows="""
      (
            SELECT person.contact_id, enrolment.*, program.code
              FROM person
              JOIN lifecycle_enrolment enrolment
                ON enrolment.partner_id = person.contact_id
               AND enrolment.company_id = %(company)s
               AND enrolment.entered_at <= %(as_of)s
              JOIN lifecycle_program program ON program.id = enrolment.program_id
      ) entry
    """,
    facts=(
        _fact(
            "active",
            _lt("In programs"),
            _lt("Codes of the programs that the contact is in now."),
            texts(
                "entry.code", "(entry.ended_at IS NULL OR entry.ended_at > %(as_of)s)"
            ),
        ),
        _fact(
            "done",
            _lt("Programs done"),
            _lt(
                "Codes of the programs that the contact has gone through or whose goal "
                "was reached."
            ),
            texts(
                "entry.code",
                "(entry.goal_at <= %(as_of)s OR (entry.ended_at <= %(as_of)s"
                " AND entry.state IN ('goal', 'ended')))",
            ),
        ),
        _fact(
            "entered_365d",
            _lt("Programs entered in a year"),
            _lt("Codes of the programs that the contact entered in the last 365 days."),
            texts("entry.code", within("entry.entered_at", 365)),
        ),
    ),
)

REFUSALS = Source(
    "refusals",
    _lt("Refused programs"),
    key="contact",
    needs=("person",),
    rows="""
      (
            SELECT person.contact_id, program.code
              FROM person
              JOIN res_partner partner ON partner.id = person.contact_id
              JOIN lifecycle_opt_out refusal
                ON refusal.address
                   IN (partner.email_normalized, partner.phone_sanitized)
               AND refusal.opted_out_at <= %(as_of)s
              JOIN lifecycle_program program
                ON program.id = refusal.program_id AND program.company_id = %(company)s
      ) refused
    """,
    facts=(
        _fact(
            "refused",
            _lt("Refused programs"),
            _lt(
                "Codes of the programs that the contact's address has said no thanks "
                "to."
            ),
            texts("refused.code"),
        ),
    ),
)
