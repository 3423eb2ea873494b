from odoo import models

from .step_result import StepResult


class LifecycleStep(models.Model):
    """The step that gives a discount."""

    _inherit = "lifecycle.step"

    def _run_grant_batch(self, enrolments, now):
        """Give the discount. Who may not have one goes on without it.

        :return: a `StepResult` per enrolment id
        """
        self.ensure_one()
        return {
            enrolment_id: StepResult("skipped", reason=grant)
            if isinstance(grant, str)
            else StepResult(
                values={
                    "grant_id": grant.id,
                    "detail": {"description": grant.description, "code": grant.code},
                }
            )
            for enrolment_id, grant in self.env["lifecycle.grant"]
            ._grant_batch(self, enrolments, now)
            .items()
        }

    def _get_grant_obstacle(self, now):
        """Why this step can give nobody a discount at this moment: a reason or None."""
        self.ensure_one()
        if self.grant_kind == "pricelist":
            if not self.pricelist_id:
                return "no_discount_chosen"
            return None if self._pricelists_are_on() else "pricelists_off"
        program = self.loyalty_program_id
        if self.grant_kind != "coupon" or not program:
            return "no_discount_chosen"
        today = self.env["lifecycle.grant"]._local_date(self.env.company, now)
        over = program.date_to and program.date_to < today
        if over or not program.active or not program.reward_ids:
            return "discount_not_available"
        return None

    def _get_grant_description(self):
        """What the discount gives, in the words of the coupon program."""
        self.ensure_one()
        if self.grant_kind == "pricelist":
            return self.pricelist_id.name
        rewards = self.loyalty_program_id.reward_ids.mapped("description")
        return ", ".join(filter(None, rewards)) or self.loyalty_program_id.name

    def _pricelists_are_on(self):
        return self.env["res.groups"]._is_feature_enabled(
            "product.group_product_pricelist"
        )

    # ------------------------------------------------------------
    # CHECKS
    # ------------------------------------------------------------

    def _get_problems(self):
        # Marketers need no rights in Sales to use its discounts.
        problem = self.type == "grant" and self.sudo()._get_grant_problem()
        return super()._get_problems() + ([problem] if problem else [])

    def _get_grant_problem(self):
        """Why the discount of this step could not be given, a sentence or None. A
        coupon step without a coupon program is fine: it gives none and is skipped.
        """
        self.ensure_one()
        if not self.grant_kind:
            return self.env._("choose the kind of discount.")
        if self.grant_days < 1:
            return self.env._("say for how many days it is valid, at least 1.")
        if self.grant_kind == "pricelist":
            return self._get_pricelist_problem()
        return self._get_coupon_problem()

    def _get_pricelist_problem(self):
        if not self._pricelists_are_on():
            return self.env._(
                "pricelists are switched off. Switch them on in the "
                "settings of Sales, or give a coupon instead."
            )
        if not self.pricelist_id:
            return self.env._("choose the pricelist.")
        if self.pricelist_id.company_id not in (
            self.company_id.browse(),
            self.company_id,
        ):
            return self.env._("the pricelist belongs to another company.")
        return None

    def _get_coupon_problem(self):
        program = self.loyalty_program_id
        if not program:
            return None
        if program.program_type != "coupons":
            return self.env._(
                "“%(program)s” does not give coupons.", program=program.name
            )
        if not program.active or not program.reward_ids:
            return self.env._(
                "“%(program)s” is archived or has no reward.", program=program.name
            )
        if program.company_id not in (self.company_id.browse(), self.company_id):
            return self.env._(
                "“%(program)s” belongs to another company.", program=program.name
            )
        return None
