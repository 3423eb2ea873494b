from odoo import fields, models


class LifecycleEventType(models.Model):
    _name = "lifecycle.event.type"
    _description = "Event Type"
    _order = "sequence, name, id"

    name = fields.Char(required=True, translate=True)
    code = fields.Char(required=True)
    sequence = fields.Integer(default=10)
    description = fields.Text(translate=True)
    payload_types = fields.Json(
        string="Values",
        help="The values that an event of this type carries and their types, e.g. "
        '{"topic": "text"}. Rules read them as event.topic.',
    )
    is_company_wide = fields.Boolean(
        string="Counts for the whole customer",
        help="An order of a colleague is an order of the customer; a click of a "
        "colleague is not a click of the contact.",
    )
    active = fields.Boolean(default=True)

    _code_unique = models.UniqueIndex("(code)", "Every event type needs its own code.")
