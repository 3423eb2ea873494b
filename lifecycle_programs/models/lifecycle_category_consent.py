from odoo import fields, models


class LifecycleCategory(models.Model):
    _inherit = "lifecycle.category"

    requires_consent = fields.Boolean(
        string="Only with consent",
        help="Messages go only to addresses that have said yes to this category: on a "
        "form, in an order, on the preference page, to a salesperson. Turned on, it "
        "holds for everybody, also for those who have been getting the messages.",
    )

    def _get_consent_text(self):
        """What a person reads on the preference page about this category."""
        self.ensure_one()
        return ": ".join(filter(None, [self.name, self.description]))
