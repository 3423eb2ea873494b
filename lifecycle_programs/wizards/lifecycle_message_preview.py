from odoo import api, fields, models

from ..models.speaking import in_user_language


class LifecycleMessagePreview(models.TransientModel):
    """A message as a chosen contact would get it, or as somebody got it.

    Nothing is sent or written: personal links lead nowhere here, other links are not
    shortened.
    """

    _name = "lifecycle.message.preview"
    _description = "Message Preview"

    message_id = fields.Many2one(
        "lifecycle.message", required=True, ondelete="cascade", readonly=True
    )
    step_run_id = fields.Many2one(
        "lifecycle.step.run",
        string="As Sent",
        ondelete="cascade",
        readonly=True,
        help="Show the message as it was sent then.",
    )
    partner_id = fields.Many2one(
        "res.partner",
        string="Contact",
        default=lambda self: self._default_partner_id(),
    )
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Empty: the contact's.",
    )
    problem = fields.Text(compute="_compute_texts")
    missing = fields.Char(string="No Value For", compute="_compute_texts")
    subject = fields.Char(compute="_compute_texts")
    body = fields.Html(
        string="Mail", compute="_compute_texts", sanitize="email_outgoing"
    )
    plain = fields.Text(string="Plain Text", compute="_compute_texts")
    sms = fields.Text(string="SMS", compute="_compute_texts")
    sms_size = fields.Char(string="Length", compute="_compute_texts")

    @api.model
    def _default_partner_id(self):
        message = self.env["lifecycle.message"].browse(
            self.env.context.get("default_message_id")
        )
        return message._get_example_partner()

    @api.depends("message_id", "partner_id", "lang", "step_run_id")
    @in_user_language
    def _compute_texts(self):
        for preview in self:
            example = preview.message_id._render_example(
                preview.partner_id, preview.lang, run=preview.step_run_id
            )
            preview.problem = str(example.error) if example.error else False
            preview.missing = ", ".join(example.missing)
            preview.subject = example.subject
            preview.body = example.body
            preview.plain = example.plain
            preview.sms = example.sms
            preview.sms_size = preview._say_size(
                example.size,
                preview.message_id._say_sms_cost(preview.partner_id, example.size),
            )

    def _say_size(self, size, cost):
        if not size:
            return False
        places, parts, encoding = size
        said = self.env._(
            "%(places)s places, %(parts)s SMS (%(encoding)s)",
            places=places,
            parts=parts,
            encoding=encoding,
        )
        return f"{said}, {cost}" if cost else said
