"""What somebody should look at: errors, pauses, drafts, reviews, trouble."""

from datetime import timedelta

from odoo import api, fields, models

# What waits this long for its step without being meant to.
HELD_LONG = timedelta(days=7)
MODULE = "lifecycle_programs"


class LifecycleAttention(models.AbstractModel):
    """The list on the dashboard. An addon adds a kind of item by its name in `_kinds`:
    a method that gets the programs, the companies and ``now`` and returns items.
    """

    _name = "lifecycle.attention"
    _description = "What Needs Attention"

    @api.model
    def _kinds(self):
        """In the order in which people should see them."""
        return [
            "_find_stopped",
            "_find_health",
            "_find_paused",
            "_find_errors",
            "_find_problems",
            "_find_held",
            "_find_reviews",
            "_find_drafts",
            "_find_review_due",
        ]

    @api.model
    def _get_items(self, programs, companies, now):
        """What needs attention, the worst first.

        :return: list of dictionaries: code, level (danger, warning or info), text,
            count, and the action to take or False
        """
        items = [
            item
            for kind in self._kinds()
            for item in getattr(self, kind)(programs, companies, now)
        ]
        levels = ("danger", "warning", "info")
        return sorted(items, key=lambda item: levels.index(item["level"]))

    @api.model
    def _item(self, code, level, text, count=1, action=False):
        return {
            "code": code,
            "level": level,
            "text": text,
            "count": count,
            "action": action,
        }

    @api.model
    def _open(self, name, records):
        """An action on some records: the one itself, or a list of them."""
        action = {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": records._name,
            "target": "current",
        }
        if len(records) == 1:
            return action | {"res_id": records.id, "views": [[False, "form"]]}
        return action | {
            "domain": [("id", "in", records.ids)],
            "views": [[False, "list"], [False, "form"]],
        }

    @api.model
    def _open_domain(self, name, model, domain):
        return {
            "type": "ir.actions.act_window",
            "name": name,
            "res_model": model,
            "domain": domain,
            "views": [[False, "list"], [False, "form"]],
            "target": "current",
        }

    @api.model
    def _of_programs(self, code, level, text, programs):
        if not programs:
            return []
        action = self._open(text, programs)
        return [self._item(code, level, text, len(programs), action)]

    @api.model
    def _names(self, programs):
        """The names of a few programs, as part of a sentence."""
        names = programs[:3].mapped("name")
        return ", ".join(names) + (" …" if len(programs) > 3 else "")

    # ------------------------------------------------------------
    # KINDS
    # ------------------------------------------------------------

    @api.model
    def _find_stopped(self, programs, companies, now):
        return [
            self._item(
                "stopped",
                "danger",
                self.env._("All programs of %s are stopped", company.name),
                action=self._health_action(),
            )
            for company in companies
            if company.sudo().lifecycle_stopped_at
        ]

    @api.model
    def _find_health(self, programs, companies, now):
        """The machinery is of the whole database, so only managers hear of it."""
        if not self._is_manager():
            return []
        findings = self.env["lifecycle.health"].sudo()._find(now)
        return [
            self._item(
                f"health_{finding.code}",
                "danger",
                finding.text,
                finding.value,
                self._health_action(),
            )
            for finding in findings
            if not finding.ok
        ]

    @api.model
    def _is_manager(self):
        return self.env.user.has_group(f"{MODULE}.group_lifecycle_manager")

    @api.model
    def _health_action(self):
        return f"{MODULE}.lifecycle_health_action" if self._is_manager() else False

    @api.model
    def _find_paused(self, programs, companies, now):
        paused = programs.filtered(lambda one: one.state == "paused" and one.error)
        text = self.env._("Paused for safety: %s", self._names(paused))
        return self._of_programs("paused", "danger", text, paused)

    @api.model
    def _find_problems(self, programs, companies, now):
        ill = programs.filtered(
            lambda one: one.state in ("running", "closed") and one.error
        )
        text = self.env._("Something went wrong in: %s", self._names(ill))
        return self._of_programs("problems", "warning", text, ill)

    @api.model
    def _find_errors(self, programs, companies, now):
        domain = [("program_id", "in", programs.ids), ("state", "=", "error")]
        return self._of_people(
            "errors", "danger", self.env._("%s people stand at an error"), domain
        )

    @api.model
    def _find_held(self, programs, companies, now):
        """A step that should have run long ago and that is tried again and again."""
        running = programs.filtered(lambda one: one.state in ("running", "closed"))
        long_ago = fields.Datetime.to_string(now - HELD_LONG)
        domain = [
            ("program_id", "in", running.ids),
            ("state", "=", "active"),
            ("waiting", "=", False),
            ("scheduled_at", "<=", long_ago),
        ]
        return self._of_people(
            "held",
            "warning",
            self.env._("%s people have been held up for more than a week"),
            domain,
        )

    @api.model
    def _of_people(self, code, level, text, domain):
        count = self.env["lifecycle.enrolment"].search_count(domain)
        if not count:
            return []
        text = text % count
        action = self._open_domain(text, "lifecycle.enrolment", domain)
        return [self._item(code, level, text, count, action)]

    @api.model
    def _find_reviews(self, programs, companies, now):
        domain = [("program_id", "in", programs.ids), ("state", "=", "waiting")]
        count = self.env["lifecycle.review"].search_count(domain)
        if not count:
            return []
        text = self.env._("%s messages wait to be read and approved", count)
        action = self._open_domain(text, "lifecycle.review", domain)
        return [self._item("reviews", "warning", text, count, action)]

    @api.model
    def _find_drafts(self, programs, companies, now):
        changed = programs.filtered(lambda one: one.version_id and one.draft_version_id)
        text = self.env._("Changes not published yet: %s", self._names(changed))
        return self._of_programs("drafts", "info", text, changed)

    @api.model
    def _find_review_due(self, programs, companies, now):
        due = programs.filtered(
            lambda one: (
                one.state in ("running", "paused")
                and one.review_on
                and one.review_on <= one.company_id._lifecycle_today(now)
            )
        )
        text = self.env._("Time to look whether it still fits: %s", self._names(due))
        return self._of_programs("review_due", "info", text, due)
