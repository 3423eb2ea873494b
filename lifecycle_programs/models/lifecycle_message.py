from odoo import fields, models

CHANNELS = [("mail", "Email"), ("sms", "SMS")]


class LifecycleMessage(models.Model):
    """What a message step sends: Jinja2 texts per language, channel, category."""

    _name = "lifecycle.message"
    _description = "Program Message"
    _order = "name, id"

    name = fields.Char(required=True)
    channel = fields.Selection(CHANNELS, required=True, default="mail")
    category_id = fields.Many2one(
        "lifecycle.category",
        required=True,
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "lifecycle_programs.lifecycle_category_marketing", raise_if_not_found=False
        ),
    )
    subject = fields.Char(translate=True)
    body = fields.Html(translate=True, sanitize="email_outgoing", sanitize_style=True)
    body_text = fields.Text(
        string="SMS Text",
        translate=True,
        help="The text of the SMS, with the same placeholders as a mail.",
    )
    step_ids = fields.One2many("lifecycle.step", "message_id", string="Steps")
    is_published = fields.Boolean(
        compute="_compute_is_published",
        help="A published version uses this message, so it does not change any more.",
    )

    def _compute_is_published(self):
        for message in self:
            message.is_published = any(
                version.state != "draft" for version in message.step_ids.version_id
            )
