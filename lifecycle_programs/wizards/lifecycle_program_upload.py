import base64

from odoo import fields, models
from odoo.exceptions import UserError

# A program with long texts in ten languages stays far below.
MAX_SIZE = 5 * 1024 * 1024


class LifecycleProgramUpload(models.TransientModel):
    """Programs from files, all of them or none."""

    _name = "lifecycle.program.upload"
    _description = "Import Programs"

    attachment_ids = fields.Many2many(
        "ir.attachment",
        string="Files",
        help="Files of programs, as “Export” makes them. Files that refer to one "
        "another go together.",
    )

    def action_import(self):
        """Read the files and open what they made."""
        self.ensure_one()
        self.env["lifecycle.program"].check_access("create")
        texts = {}
        for attachment in self.attachment_ids:
            if attachment.file_size > MAX_SIZE:
                raise UserError(self.env._("%s is too big.", attachment.name))
            try:
                texts[attachment.name] = base64.b64decode(attachment.datas).decode()
            except UnicodeDecodeError:
                raise UserError(
                    self.env._("%s is no text file.", attachment.name)
                ) from None
        if not texts:
            raise UserError(self.env._("Choose a file."))
        file = self.env["lifecycle.program.file"]
        programs, notes = file._import_texts(texts, self.env.company)
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "lifecycle_programs.lifecycle_program_action"
        )
        action["domain"] = [("id", "in", programs.ids)]
        if len(programs) == 1:
            action |= {"res_id": programs.id, "views": [(False, "form")]}
        if not notes:
            return action
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "warning",
                "sticky": True,
                "message": "\n".join(notes),
                "next": action,
            },
        }


class LifecycleProgram(models.Model):
    _inherit = "lifecycle.program"

    def action_export(self):
        """Download the program as a file."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_url",
            "url": f"/lifecycle/program/{self.id}/file",
            "target": "download",
        }
