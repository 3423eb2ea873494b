from odoo import api, fields, models

from .lifecycle_message import CHANNELS

# What a category uses until somebody chooses. SMS disturbs, so it has to be chosen.
USUAL = ("mail",)


class LifecycleCategoryChannel(models.Model):
    """A channel that messages of a category may take; their order says which first."""

    _name = "lifecycle.category.channel"
    _description = "Channel of a Message Category"
    _order = "sequence, id"
    _rec_name = "channel"

    category_id = fields.Many2one(
        "lifecycle.category", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    channel = fields.Selection(CHANNELS, required=True, default="mail")

    _once = models.UniqueIndex(
        "(category_id, channel)", "This category has the channel already."
    )

    @api.depends("channel")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["channel"]._description_selection(self.env))
        for line in self:
            line.display_name = names.get(line.channel)


class LifecycleCategory(models.Model):
    _inherit = "lifecycle.category"

    channel_ids = fields.One2many(
        "lifecycle.category.channel",
        "category_id",
        string="Channels",
        copy=True,
        help="The channels that messages of this kind may take, the best first. A "
        "message that the first does not bring to somebody takes the next. Channels "
        "that are not here send nothing of this kind; without any it goes by mail.",
    )
    when_held = fields.Selection(
        [
            ("wait", "Wait"),
            ("next", "Take the next channel"),
            ("skip", "Leave it out"),
        ],
        string="When it may not leave yet",
        required=True,
        default="wait",
        help="What becomes of a message that a limit, the hours or a holiday of its "
        "channel keep back. Waiting, it is sent later, unless it is too late by then.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        categories = super().create(vals_list)
        # Records of data files bring theirs along.
        bare = categories.filtered(lambda category: not category.channel_ids)
        if not self.env.context.get("install_module"):
            self.env["lifecycle.category.channel"].create(
                [
                    {"category_id": category.id, "channel": channel}
                    for category in bare
                    for channel in USUAL
                ]
            )
        return categories

    def _get_channels(self):
        """The codes of the channels that messages of this kind may take, in order."""
        self.ensure_one()
        return self.channel_ids.mapped("channel") or list(USUAL)
