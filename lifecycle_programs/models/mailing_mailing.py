from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain


class MailingMailing(models.Model):
    """The technical mailing of a message step.

    It collects the opens, clicks, replies and bounces of the step in all versions of
    its program. It is archived from birth and left out of the lists of Email Marketing
    and SMS Marketing, where nobody could do anything with it.
    """

    _inherit = "mailing.mailing"

    lifecycle_program_id = fields.Many2one("lifecycle.program", ondelete="set null")
    lifecycle_step_key = fields.Char(
        string="Lifecycle Step",
        help="Set on the technical mailing of a step, of which a program has one for "
        "each step key.",
    )

    _lifecycle_step_unique = models.UniqueIndex(
        "(lifecycle_program_id, lifecycle_step_key)"
        " WHERE lifecycle_program_id IS NOT NULL AND lifecycle_step_key IS NOT NULL",
        "This step has its technical mailing already.",
    )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_lifecycle(self):
        if any(mailing.lifecycle_step_key for mailing in self):
            raise UserError(
                self.env._(
                    "This mailing collects the opens and clicks of a program's message "
                    "and cannot be deleted."
                )
            )

    # The two ways in which the web client fills lists, kanban boards and calendars.

    @api.model
    @api.readonly
    def web_search_read(self, domain, *args, **kwargs):
        return super().web_search_read(self._without_lifecycle(domain), *args, **kwargs)

    @api.model
    @api.readonly
    def web_read_group(self, domain, *args, **kwargs):
        return super().web_read_group(self._without_lifecycle(domain), *args, **kwargs)

    @api.model
    def _without_lifecycle(self, domain):
        return list(Domain(domain) & Domain("lifecycle_step_key", "=", False))
