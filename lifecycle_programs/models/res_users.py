from odoo import api, models
from odoo.tools import SQL


class ResUsers(models.Model):
    _inherit = "res.users"

    @api.model_create_multi
    def create(self, vals_list):
        users = super().create(vals_list)
        # Colleagues do not register, they are employed.
        self.env["lifecycle.event"]._watch(
            "registered", users.filtered(lambda user: user.share and user.active)
        )
        return users

    def _lifecycle_rows_registered(self, hook):
        return self.env["lifecycle.event"]._select_rows(
            SQL("FROM %s JOIN res_users u ON u.id = hook.id AND u.share", hook),
            partner_id=SQL("u.partner_id"),
            company_id=SQL("u.company_id"),
            occurred_at=SQL("hook.moment"),
            payload=SQL("'{}'::jsonb"),
            res_model=SQL("%s", self._name),
            res_id=SQL("u.id"),
            unique_key=SQL("concat('registered:', u.id)"),
        )
