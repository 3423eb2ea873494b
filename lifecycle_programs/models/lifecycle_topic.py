from odoo import fields, models


class LifecycleTopic(models.Model):
    _name = "lifecycle.topic"
    _description = "Content Topic"
    _order = "name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(
        required=True,
        help="The word that rules and events use for this topic.",
    )
    active = fields.Boolean(default=True)
    content_ids = fields.One2many("lifecycle.content", "topic_id")

    _code_unique = models.UniqueIndex("(code)", "Every topic needs its own code.")
