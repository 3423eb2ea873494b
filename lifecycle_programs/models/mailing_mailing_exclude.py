from odoo import fields, models
from odoo.fields import Domain
from odoo.tools import SQL


class MailingMailing(models.Model):
    _inherit = "mailing.mailing"

    lifecycle_excluded_program_ids = fields.Many2many(
        "lifecycle.program",
        "lifecycle_mailing_excluded_program_rel",
        string="Leave Out People In",
        help="Whoever is in one of these programs now does not get this mailing: the "
        "rescue of a customer should not meet a newsletter.",
    )

    def _get_recipients_domain(self):
        domain = super()._get_recipients_domain()
        # Whoever sends newsletters need not see programs.
        if self.sudo().lifecycle_excluded_program_ids:
            domain &= self._get_lifecycle_exclusion()
        return domain

    def _get_lifecycle_exclusion(self):
        """Nobody who is in the chosen programs: by the contact where the recipients
        have one, by the mail address where they are a list."""
        model = self.env[self.mailing_model_real]
        inside = SQL(
            "FROM lifecycle_enrolment e JOIN res_partner p ON p.id = e.partner_id"
            " WHERE e.state = 'active' AND e.program_id = ANY(%s)",
            self.sudo().lifecycle_excluded_program_ids.ids,
        )
        self.env["lifecycle.enrolment"].flush_model(["state", "program_id"])
        contacts = SQL("(SELECT p.id %s)", inside)
        addresses = SQL(
            "(SELECT p.email_normalized %s AND p.email_normalized IS NOT NULL)", inside
        )
        domain = Domain.TRUE
        if model._name == "res.partner":
            domain &= Domain("id", "not in", contacts)
        elif "partner_id" in model._fields and model._fields["partner_id"].store:
            domain &= _none_of("partner_id", contacts)
        if "email_normalized" in model._fields:
            domain &= _none_of("email_normalized", addresses)
        return domain


def _none_of(name, query):
    """In SQL what is empty is not "not in" anything."""
    return Domain(name, "=", False) | Domain(name, "not in", query)
