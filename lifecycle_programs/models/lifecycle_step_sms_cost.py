"""How many SMS a text is and what that costs: to publish it, and as it leaves."""

from odoo import api, fields, models

from ..engine.sms import sms_length

SMS = "sms"


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    @api.model
    def _count_sms(self, text, price):
        """The columns of the step run that say what an SMS costs."""
        parts = sms_length(text)[1]
        return {"sms_parts": parts, "cost": parts * price}

    def _get_sms_sender(self):
        """The name that the telephone shows, where the provider takes one."""
        category = self.message_id.category_id
        return category.sms_sender or self.env.company.lifecycle_sms_sender

    # ------------------------------------------------------------
    # BEFORE PUBLISHING
    # ------------------------------------------------------------

    def _get_problems(self):
        problems = super()._get_problems()
        limit = self.program_id.company_id.lifecycle_sms_max_parts
        if limit and self.message_id and self._takes_sms():
            parts, language = self._count_longest_sms()
            if parts > limit:
                problems.append(
                    self.env._(
                        "the text in %(language)s is %(parts)s SMS long for somebody "
                        "like those in the program; at most %(limit)s are allowed.",
                        language=language,
                        parts=parts,
                        limit=limit,
                    )
                )
        return problems

    def _takes_sms(self):
        return self.type == SMS or (
            self.type == "message" and SMS in self._get_channels()
        )

    def _count_longest_sms(self):
        """The parts of the longest text, rendered for an example, and its language.

        A text that cannot be rendered has no length: its problem is another one.
        """
        longest = (0, "")
        message = self.message_id
        partner = message._get_example_partner()
        for code, language in self.env["res.lang"].get_installed():
            example = message._render_example(partner, code, form={"channel": SMS})
            if example.size:
                longest = max(longest, (example.size[1], language))
        return longest


class LifecycleCategory(models.Model):
    _inherit = "lifecycle.category"

    sms_sender = fields.Char(
        string="SMS Sender",
        size=15,
        help="The name that telephones show, for SMS of this kind, where the provider "
        "takes one. Empty: the company's.",
    )
