"""A/B tests go on when a new version of their program is published."""

from odoo import fields, models


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    def write(self, vals):
        if vals.get("state") == "published":
            for step in self.step_ids.filtered(lambda one: one.type == "ab_test"):
                step._go_on_from(step._get_last_test())
        return super().write(vals)


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_last_test(self):
        """The same test in the version before this one."""
        return (self._get_all_versions() - self).sorted(
            lambda step: step.version_id.number
        )[-1:]

    def _go_on_from(self, before):
        """Take over how far the test before has come, and who has won it meanwhile.
        With other branches it is another test, which begins anew."""
        if not before:
            return
        theirs = {one._get_identity(): one for one in before.branch_ids}
        ours = {one._get_identity(): one for one in self.branch_ids}
        if theirs.keys() != ours.keys():
            self._begin_anew()
            return
        self.write(
            {
                "winner_looks": before.winner_looks,
                "winner_since": before.winner_since,
                "winner_decision": before.winner_decision,
            }
        )
        for identity, branch in ours.items():
            branch.is_winner = theirs[identity].is_winner

    def _begin_anew(self):
        """Forget the winner; count from now on."""
        self.branch_ids.write({"is_winner": False})
        self.write(
            {
                "winner_decision": False,
                "winner_looks": 0,
                "winner_since": fields.Datetime.now(),
            }
        )
