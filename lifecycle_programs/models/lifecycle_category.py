from odoo import fields, models


class LifecycleCategory(models.Model):
    """What kind of message something is.

    The category decides which checks a message passes before it is sent and what
    the recipient can say no to. Billing and legal messages pass consent and caps.
    """

    _name = "lifecycle.category"
    _description = "Message Category"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    can_opt_out = fields.Boolean(
        string="Recipients can say no",
        default=True,
        help="The message carries an unsubscribe link, and blacklist and opt-outs are "
        "respected.",
    )
    is_capped = fields.Boolean(
        string="Counts as marketing pressure",
        default=True,
        help="The message counts in the cap on messages per address, and waits while a "
        "more important program is busy with the contact.",
    )
    max_late_days = fields.Integer(
        string="Too late after (days)",
        default=3,
        help="A message that is this many days late is skipped instead of sent: it "
        "would no longer be true. 0 means never too late.",
    )

    _code_unique = models.UniqueIndex("(code)", "Every category needs its own code.")
