"""Notice steps: colleagues are told, in one message however many people it is about."""

from markupsafe import Markup

from odoo import api, fields, models

from .step_result import StepResult

# People that a notice names; how many more there are stands below.
NAMED = 20


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    notice_user_ids = fields.Many2many(
        "res.users",
        "lifecycle_step_notice_user_rel",
        string="People",
        domain="[('share', '=', False)]",
        help="Each of them gets one notice, where they read such things: by mail or in "
        "Odoo.",
    )
    notice_team_id = fields.Many2one(
        "crm.team",
        string="Sales Team",
        ondelete="restrict",
        help="Everybody in the team is told.",
    )
    notice_channel_id = fields.Many2one(
        "discuss.channel",
        string="Channel",
        ondelete="restrict",
        domain="[('channel_type', '=', 'channel')]",
        help="The notice is written into this channel of Discuss.",
    )

    @api.constrains("notice_channel_id")
    def _check_notice_channel(self):
        """Nobody writes by way of a program where they may not read."""
        # Constraints run as superuser: asked of the user in person.
        self.sudo(False).notice_channel_id.check_access("read")

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "notice": {
                "label": self.env._("Notice to colleagues"),
                "icon": "fa-bell-o",
                "fields": [
                    "notice_user_ids",
                    "notice_team_id",
                    "notice_channel_id",
                    "note",
                ],
            }
        }

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "notice" and not (
            self.notice_user_ids or self.notice_team_id or self.notice_channel_id
        ):
            problems.append(self.env._("choose who is told."))
        return problems

    def _describe_notice(self):
        told = [
            *self.notice_user_ids.mapped("name"),
            self.notice_team_id.name,
            self.notice_channel_id.name,
        ]
        return ", ".join(filter(None, told))

    def _run_notice_batch(self, enrolments, now):
        """One message to each recipient about all these people.

        :return: a `StepResult` per enrolment id
        """
        self.ensure_one()
        users = self._get_notice_users()
        channel = self.notice_channel_id
        if not users and not channel:
            return {
                one.id: StepResult("skipped", "nobody_to_tell") for one in enrolments
            }
        body = self._get_notice_body(enrolments, now)
        # The queue sends it, after the commit.
        quiet = {"force_send": False, "mail_auto_delete": True}
        if users:
            self.program_id.message_notify(
                partner_ids=users.partner_id.ids,
                subject=f"{self.program_id.name}: {self.name}",
                body=body,
                **quiet,
            )
            self.env.ref("mail.ir_cron_mail_scheduler_action").sudo()._trigger()
        if channel:
            channel.message_post(
                body=body,
                message_type="comment",
                subtype_xmlid="mail.mt_comment",
                author_id=self.env.ref("base.partner_root").id,
                **quiet,
            )
        told = ", ".join([*users.mapped("name"), *channel.mapped("name")])
        return {
            one.id: StepResult(values={"detail": {"told": told}}) for one in enrolments
        }

    def _get_notice_users(self):
        """Who is told: active colleagues of the company, each once."""
        users = self.notice_user_ids | self.notice_team_id.crm_team_member_ids.user_id
        users |= self.notice_team_id.user_id
        company = self.env.company
        return users.filtered(
            lambda user: (
                user.active and not user.share and company in user.company_ids
            )
        )

    def _get_notice_body(self, enrolments, now):
        shown = enrolments[:NAMED]
        notes = self._render_notes(shown, now)
        lines = [
            Markup("<li>%s%s</li>")
            % (
                enrolment.partner_id._get_html_link(),
                Markup(": %s") % notes[enrolment.id] if enrolment.id in notes else "",
            )
            for enrolment in shown
        ]
        more = len(enrolments) - len(shown)
        if more:
            lines.append(Markup("<li>%s</li>") % self.env._("and %s more", more))
        return Markup("<p>%s</p><ul>%s</ul>") % (self.name, Markup("").join(lines))


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    @api.model
    def _get_reason_words(self):
        return super()._get_reason_words() | {
            "nobody_to_tell": self.env._("nobody to tell"),
        }
