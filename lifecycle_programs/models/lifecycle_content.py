from odoo import fields, models


class LifecycleContent(models.Model):
    """A reusable item that programs pick by topic, kind and language."""

    _name = "lifecycle.content"
    _description = "Content"
    _order = "topic_id, sequence, id"

    name = fields.Char(string="Title", required=True, translate=True)
    kind = fields.Selection(
        [
            ("guide", "Guide"),
            ("article", "Article"),
            ("story", "Customer story"),
            ("checklist", "Checklist"),
            ("video", "Video"),
            ("product", "Product text"),
            ("offer", "Public offer"),
        ],
        required=True,
        default="article",
    )
    topic_id = fields.Many2one("lifecycle.topic", index=True, ondelete="restrict")
    sequence = fields.Integer(default=10)
    text = fields.Text(
        translate=True, help="A few sentences that stand in the message."
    )
    link = fields.Char(help="Where the whole item can be read or downloaded.")
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        help="Leave empty for content that fits every language.",
    )
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company", help="Leave empty to share it between the companies."
    )
