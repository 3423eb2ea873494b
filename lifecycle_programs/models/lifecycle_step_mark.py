"""Steps that mark the contact: tags and badges."""

from odoo import api, fields, models

from .step_result import StepResult


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    tag_ids = fields.Many2many(
        "res.partner.category", "lifecycle_step_tag_rel", string="Tags"
    )
    tag_action = fields.Selection(
        [("add", "Add"), ("remove", "Remove")],
        string="Add or Remove",
        default="add",
        help="Whether the contact gets these tags or loses them.",
    )
    badge_id = fields.Many2one(
        "lifecycle.badge",
        ondelete="restrict",
        help="The contact has earned it from this moment on, once. Rules find it in "
        "milestones.badges.",
    )

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "tag": {
                "label": self.env._("Tag the contact"),
                "icon": "fa-tags",
                "fields": ["tag_action", "tag_ids"],
            },
            "milestone": {
                "label": self.env._("Give a badge"),
                "icon": "fa-trophy",
                "fields": ["badge_id"],
            },
        }

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "tag" and not self.tag_ids:
            problems.append(self.env._("choose the tags."))
        if self.type == "milestone" and not self.badge_id:
            problems.append(self.env._("choose the badge."))
        return problems

    # ------------------------------------------------------------
    # TAG
    # ------------------------------------------------------------

    def _describe_tag(self):
        tags = ", ".join(self.tag_ids.mapped("name"))
        if self.tag_action == "remove":
            return self.env._("Remove: %s", tags)
        return self.env._("Add: %s", tags)

    def _run_tag_batch(self, enrolments, now):
        """:return: a `StepResult` per enrolment id"""
        self.ensure_one()
        add = self.tag_action != "remove"
        command = fields.Command.link if add else fields.Command.unlink
        changed = enrolments.partner_id.filtered(
            lambda partner: (
                self.tag_ids - partner.category_id
                if add
                else self.tag_ids & partner.category_id
            )
        )
        if changed:
            changed.write({"category_id": [command(tag.id) for tag in self.tag_ids]})
        return {
            one.id: StepResult()
            if one.partner_id in changed
            else StepResult("skipped", "nothing_to_change")
            for one in enrolments
        }

    # ------------------------------------------------------------
    # MILESTONE
    # ------------------------------------------------------------

    def _describe_milestone(self):
        return self.badge_id.name or ""

    def _run_milestone_batch(self, enrolments, now):
        """:return: a `StepResult` per enrolment id"""
        self.ensure_one()
        company = self.env.company
        milestones = self.env["lifecycle.milestone"]
        had = milestones.search(
            [
                ("badge_id", "=", self.badge_id.id),
                ("company_id", "=", company.id),
                ("partner_id", "in", enrolments.partner_id.ids),
            ]
        ).partner_id
        earned = enrolments.partner_id - had
        milestones.create(
            [
                {
                    "badge_id": self.badge_id.id,
                    "partner_id": partner.id,
                    "company_id": company.id,
                    "reached_at": now,
                    "program_id": self.program_id.id,
                }
                for partner in earned
            ]
        )
        return {
            one.id: StepResult(values={"detail": {"badge": self.badge_id.code}})
            if one.partner_id in earned
            else StepResult("skipped", "had_the_badge")
            for one in enrolments
        }


class LifecycleStepRun(models.Model):
    _inherit = "lifecycle.step.run"

    @api.model
    def _get_reason_words(self):
        return super()._get_reason_words() | {
            "nothing_to_change": self.env._("nothing to change"),
            "had_the_badge": self.env._("has the badge already"),
        }
