from odoo import api, fields, models

# Steps where people stay until a moment or an event comes.
WAITS = {"wait", "wait_until", "wait_window"}
# Steps that only choose the way.
SPLITS = {"split", "random_split", "ab_test"}


class LifecycleStep(models.Model):
    """One node of a version.

    What a step does is one entry in `_step_types` and one method
    ``_run_<type>_batch(enrolments, now)``.
    """

    _name = "lifecycle.step"
    _description = "Program Step"
    _order = "version_id, sequence, id"

    version_id = fields.Many2one(
        "lifecycle.version", required=True, ondelete="cascade", index=True
    )
    program_id = fields.Many2one(
        related="version_id.program_id", store=True, index=True
    )
    company_id = fields.Many2one(related="version_id.company_id")
    version_state = fields.Selection(related="version_id.state")
    name = fields.Char(required=True, translate=True)
    key = fields.Char(
        required=True,
        help="Names the step in every version of the program, so that people can be "
        "moved from one version to the next.",
    )
    sequence = fields.Integer(default=10)
    type = fields.Selection(selection="_selection_type", required=True, default="mail")
    next_step_id = fields.Many2one(
        "lifecycle.step",
        string="Then",
        ondelete="set null",
        domain="[('version_id', '=', version_id), ('id', '!=', id)]",
        help="The step that follows; for a split or a wait for something, the step for "
        "everybody else. Empty ends the program.",
    )
    branch_ids = fields.One2many("lifecycle.step.branch", "step_id", string="Branches")

    # message
    message_id = fields.Many2one(
        "lifecycle.message",
        ondelete="restrict",
        index="btree_not_null",
    )
    mailing_id = fields.Many2one(
        "mailing.mailing",
        readonly=True,
        ondelete="restrict",
        help="The technical mailing that collects the opens and clicks of this step.",
    )
    content_kind = fields.Selection(
        selection="_selection_content_kind",
        help="The message shows the next content of this kind, on the topic of the "
        "entry, that the contact has not seen.",
    )
    needs_grant = fields.Boolean(
        string="Only with a discount",
        help="Skipped when the contact has no live discount: no code, no send.",
    )

    # wait
    wait_value = fields.Float(string="Wait", digits=(16, 2))
    wait_unit = fields.Selection(
        [("hours", "Hours"), ("days", "Days"), ("months", "Months")], default="days"
    )
    wait_from = fields.Selection(
        [
            ("previous", "after the previous step"),
            ("entry", "after the entry"),
            ("anchor", "after the date of the entry (before it if negative)"),
            ("grant_end", "after the end of the discount (before it if negative)"),
        ],
        string="Counted",
        default="previous",
        help="Wait until this long after the previous step, after the contact entered, "
        "or around the date that the entry brought along, such as a renewal date.",
    )

    # discount
    grant_kind = fields.Selection(
        [("coupon", "Personal coupon"), ("pricelist", "Customer pricelist")],
        string="Kind of Discount",
    )
    loyalty_program_id = fields.Many2one(
        "loyalty.program",
        string="Coupon Program",
        ondelete="restrict",
        domain="[('program_type', '=', 'coupons')]",
        help="The discount that the coupon gives. Leave empty to give none: the step "
        "is then skipped.",
    )
    pricelist_id = fields.Many2one("product.pricelist", ondelete="restrict")
    grant_days = fields.Integer(string="Valid for (days)", default=14)

    # activity and sales alert
    activity_type_id = fields.Many2one("mail.activity.type", ondelete="restrict")
    note = fields.Text(
        translate=True, help="What the salesperson reads. Placeholders work here too."
    )
    user_id = fields.Many2one(
        "res.users",
        string="Assigned to",
        help="Leave empty for the contact's salesperson, else the program's owner.",
    )
    due_days = fields.Integer(
        string="Due in (working days)", default=1, help="Working days from the step."
    )
    min_value = fields.Float(
        string="Only above a value of",
        help="Only for customers whose purchases of the last 12 months reach this "
        "amount in the currency of the company; 0 for everybody.",
    )

    # survey and program
    survey_id = fields.Many2one("survey.survey", ondelete="restrict")
    target_program_id = fields.Many2one(
        "lifecycle.program", string="Program to Start", ondelete="restrict"
    )

    # the tree that people see
    depth = fields.Integer(compute="_compute_tree")
    tree_name = fields.Char(string="Step", compute="_compute_tree")

    _key_unique = models.UniqueIndex(
        "(version_id, key) WHERE active", "A version uses a step key once."
    )

    # ------------------------------------------------------------
    # TYPES
    # ------------------------------------------------------------

    @api.model
    def _step_types(self):
        """The step types: code -> label, icon (Font Awesome), the fields it uses, and
        those of its branches (``branch_fields``).

        Another addon adds one here, and a method ``_run_<code>_batch(enrolments,
        now)`` that returns a `StepResult` per enrolment id.
        """
        wait = ["wait_value", "wait_unit"]
        message = ["message_id", "content_kind", "needs_grant"]
        task = ["activity_type_id", "note", "user_id", "due_days", "min_value"]
        return {
            "mail": {
                "label": self.env._("Email"),
                "icon": "fa-envelope-o",
                "fields": message,
            },
            "sms": {
                "label": self.env._("SMS"),
                "icon": "fa-mobile",
                "fields": message,
            },
            "wait": {
                "label": self.env._("Wait"),
                "icon": "fa-clock-o",
                "fields": [*wait, "wait_from", "wait_fact"],
            },
            "wait_until": {
                "label": self.env._("Wait for something"),
                "icon": "fa-hourglass-half",
                "fields": [*wait, "wait_from", "wait_fact", "branch_ids"],
                "branch_fields": [
                    "event_type_ids",
                    "link",
                    "topic_id",
                    "answer",
                    "rule",
                ],
            },
            "split": {
                "label": self.env._("Split by rule"),
                "icon": "fa-code-fork",
                "fields": ["branch_ids"],
                "branch_fields": ["rule"],
            },
            "sales_alert": {
                "label": self.env._("Sales alert"),
                "icon": "fa-bullhorn",
                "fields": ["note"],
            },
            "activity": {
                "label": self.env._("Task for a person"),
                "icon": "fa-phone",
                "fields": task,
            },
            "grant": {
                "label": self.env._("Give a discount"),
                "icon": "fa-tag",
                "fields": [
                    "grant_kind",
                    "loyalty_program_id",
                    "pricelist_id",
                    "grant_days",
                ],
            },
            "survey": {
                "label": self.env._("Send a survey"),
                "icon": "fa-star-o",
                "fields": ["message_id", "survey_id"],
            },
            "start_program": {
                "label": self.env._("Start another program"),
                "icon": "fa-share",
                "fields": ["target_program_id"],
            },
            "end": {"label": self.env._("End"), "icon": "fa-stop", "fields": []},
        }

    @api.model
    def _selection_type(self):
        return [(code, entry["label"]) for code, entry in self._step_types().items()]

    @api.model
    def _selection_content_kind(self):
        kind = self.env["lifecycle.content"]._fields["kind"]
        return kind._description_selection(self.env)

    # ------------------------------------------------------------
    # TREE
    # ------------------------------------------------------------

    @api.depends("next_step_id", "branch_ids.next_step_id", "sequence", "name")
    def _compute_tree(self):
        """How deep a step stands: one deeper than the split or wait that leads to it
        by a branch, as deep as the step that simply comes before it."""
        # A step that is being added in the form has no place in the tree yet.
        for step in self:
            step.depth, step.tree_name = 0, step.name
        for version in self.version_id:
            depths = version._get_depths()
            for step in version.step_ids & self:
                step.depth = depths.get(step, 0)
                step.tree_name = "\u2003" * step.depth + (step.name or "")

    def _get_ways_out(self):
        """The steps that can follow this one: first the branches', then "Then"."""
        self.ensure_one()
        return self.branch_ids.next_step_id | self.next_step_id

    # ------------------------------------------------------------
    # ONLY A DRAFT CHANGES
    # ------------------------------------------------------------

    @api.model_create_multi
    def create(self, vals_list):
        steps = super().create(vals_list)
        steps.version_id._check_is_draft()
        return steps

    @api.model
    def _technical_fields(self):
        """What the engine itself notes on a step, published or not."""
        return {"mailing_id"}

    def write(self, vals):
        if vals.keys() - self._technical_fields():
            self.version_id._check_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self.version_id._check_is_draft()
