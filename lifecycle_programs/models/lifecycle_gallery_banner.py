"""The way to the first program, as a banner above the list: it ticks itself."""

from odoo import api, fields, models
from odoo.tools import SQL

from .lifecycle_gallery import MARKETER

# Names that nobody has chosen.
UNNAMED = {"My Company", "YourCompany"}


class ResCompany(models.Model):
    _inherit = "res.company"

    lifecycle_banner_closed = fields.Boolean(
        string="First Steps Closed",
        help="The way to the first program is not shown any more.",
    )
    lifecycle_message_seen = fields.Boolean(
        string="A Message Was Looked At",
        help="Somebody has looked at a message of a program before it was sent.",
    )


class LifecycleGallery(models.AbstractModel):
    _inherit = "lifecycle.gallery"

    @api.model
    def _note_seen(self):
        company = self.env.company.sudo()
        if not company.lifecycle_message_seen:
            company.lifecycle_message_seen = True

    @api.model
    @api.readonly
    def get_banner(self):
        """The steps to the first program, or nothing when there is nothing to show.

        :return: None, or list of ``key``, ``label``, ``help`` and ``is_done``
        """
        company = self.env.company
        if company.lifecycle_banner_closed or not self.env.user.has_group(MARKETER):
            return None
        has_program, has_published = self._get_progress()
        steps = [
            {
                "key": "choose",
                "label": self.env._("Choose a program"),
                "help": self.env._(
                    "From the gallery: it comes with its steps and texts."
                ),
                "is_done": has_program,
            },
            {
                "key": "sender",
                "label": self.env._("Say who writes"),
                "help": self.env._(
                    "The name, mail address and website of your company."
                ),
                "is_done": bool(company.email and company.website)
                and company.name not in UNNAMED,
            },
            {
                "key": "preview",
                "label": self.env._("Look at a message"),
                "help": self.env._("As one of your contacts would get it."),
                "is_done": company.lifecycle_message_seen,
            },
            {
                "key": "publish",
                "label": self.env._("Take it into use"),
                "help": self.env._("You see who would enter before anybody does."),
                "is_done": has_published,
            },
        ]
        return None if all(step["is_done"] for step in steps) else steps

    @api.model
    def _get_progress(self):
        """Whether somebody has begun with a program, and has taken one into use."""
        self.env["lifecycle.program"].flush_model()
        (row,) = self.env.execute_query(
            SQL(
                """
                SELECT COALESCE(bool_or(gallery_key IS NOT NULL OR user_id IS NOT NULL
                                        OR state <> 'draft'), FALSE),
                       COALESCE(bool_or(state <> 'draft'), FALSE)
                  FROM lifecycle_program
                 WHERE active AND company_id = %s
                """,
                self.env.company.id,
            )
        )
        return row

    @api.model
    def close_banner(self):
        """Show it no more, to nobody of this company."""
        self._check_group(MARKETER)
        self.env.company.sudo().lifecycle_banner_closed = True

    @api.model
    def open_banner_step(self, key):
        """What a step of the banner opens.

        :rtype: dict
        """
        self._check_group(MARKETER)
        own = self.env["lifecycle.program"].search(
            [("company_id", "=", self.env.company.id), ("user_id", "!=", False)],
            order="write_date desc, id desc",
            limit=1,
        )
        if key == "sender":
            return {
                "type": "ir.actions.act_window",
                "name": self.env._("Your company"),
                "res_model": "res.company",
                "res_id": self.env.company.id,
                "views": [(False, "form")],
            }
        if key == "preview" and (messages := own.step_ids.message_id):
            return messages[0].action_preview()
        if key == "publish" and own:
            action = self.env["ir.actions.act_window"]._for_xml_id(
                "lifecycle_programs.lifecycle_program_action"
            )
            return action | {"res_id": own.id, "views": [(False, "form")]}
        return self.env["ir.actions.actions"]._for_xml_id(
            "lifecycle_programs.lifecycle_gallery_action"
        )
