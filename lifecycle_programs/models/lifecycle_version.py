from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError


class LifecycleVersion(models.Model):
    """A set of steps of a program.

    States: ``draft`` (the only one that can be edited) -> ``published`` (the one that
    new people enter; at most one per program) -> ``retired`` (people who entered it
    finish it).
    """

    _name = "lifecycle.version"
    _description = "Program Version"
    _order = "program_id, number desc, id desc"

    program_id = fields.Many2one(
        "lifecycle.program", required=True, ondelete="cascade", index=True
    )
    company_id = fields.Many2one(related="program_id.company_id", store=True)
    number = fields.Integer(required=True, default=1)
    state = fields.Selection(
        [("draft", "Draft"), ("published", "Published"), ("retired", "Retired")],
        required=True,
        default="draft",
        readonly=True,
    )
    published_at = fields.Datetime(readonly=True)
    published_by_id = fields.Many2one("res.users", readonly=True)
    step_ids = fields.One2many(
        "lifecycle.step", "version_id", string="Steps", copy=False
    )

    problems = fields.Text(
        compute="_compute_problems",
        help="What has to be mended before this version can be published.",
    )

    _number_unique = models.UniqueIndex(
        "(program_id, number)", "A program numbers each version once."
    )
    _one_draft = models.UniqueIndex(
        "(program_id) WHERE state = 'draft'", "A program has one draft at a time."
    )
    _one_published = models.UniqueIndex(
        "(program_id) WHERE state = 'published'",
        "A program has one published version at a time.",
    )

    def write(self, vals):
        for version in self:
            if version.state == "draft":
                if vals.get("state") == "published":
                    version._check_can_be_published()
            elif vals != {"state": "retired"}:
                version._check_is_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_published(self):
        self._check_is_draft()

    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(program)s, version %(number)s",
                program=version.program_id.name,
                number=version.number,
            )

    def _compute_problems(self):
        for version in self:
            version.problems = "\n".join(version._get_problems())

    # ------------------------------------------------------------
    # DRAFT AND PUBLISHED
    # ------------------------------------------------------------

    def _check_is_draft(self):
        """Raise UserError when one of these versions cannot be edited any more."""
        for version in self:
            if version.state != "draft":
                raise UserError(
                    self.env._(
                        "Version %(number)s of “%(program)s” is published and does not "
                        "change any more. Choose “Edit steps” to make a new draft.",
                        number=version.number,
                        program=version.program_id.name,
                    )
                )

    def _copy_as_draft(self, program=None):
        """A draft with the same steps, under the same keys, of the same program or of
        its copy.

        Messages are copied too: the published ones stay as they were sent.
        """
        self.ensure_one()
        # The database allows one draft: it has to know which are drafts no more.
        self.flush_model(["state"])
        program = program or self.program_id
        draft = self.create(
            {
                "program_id": program.id,
                "number": max(program.version_ids.mapped("number"), default=0) + 1,
            }
        )
        copies = {}
        for step in self.step_ids:
            copies[step] = step.copy(
                {
                    "version_id": draft.id,
                    "next_step_id": False,
                    "message_id": step.message_id.copy().id,
                    "mailing_id": step.mailing_id.id
                    if program == self.program_id
                    else False,
                }
            )
        for step, copy in copies.items():
            copy.next_step_id = copies.get(step.next_step_id)
            for branch in step.branch_ids:
                branch.copy(
                    {
                        "step_id": copy.id,
                        "next_step_id": copies[branch.next_step_id].id
                        if branch.next_step_id
                        else False,
                    }
                )
        return draft

    # ------------------------------------------------------------
    # THE GRAPH
    # ------------------------------------------------------------

    def _get_first_step(self):
        """Where people enter: the first step in the order of the list."""
        return self.step_ids.sorted(lambda step: (step.sequence, step.id))[:1]

    def _get_depths(self):
        """How deep each step stands in the tree that people see."""
        self.ensure_one()
        depths = {}
        for start in self.step_ids:
            queue = [] if start in depths else [(start, 0)]
            while queue:
                step, depth = queue.pop(0)
                if step in depths:
                    continue
                depths[step] = depth
                queue += [(way, depth + 1) for way in step.branch_ids.next_step_id]
                queue += [(way, depth) for way in step.next_step_id]
        return depths

    def _get_problems(self):
        """Why this version cannot be published, a sentence each."""
        self.ensure_one()
        if not self.step_ids:
            return [self.env._("There are no steps yet.")]
        return [
            self.env._("Step “%(step)s”: %(problem)s", step=step.name, problem=text)
            for step, texts in self._get_step_problems().items()
            for text in texts
        ]

    def _get_step_problems(self):
        """Why this version cannot be published: dict of step to sentences."""
        problems = {step: step._get_problems() for step in self.step_ids}
        for step in self._get_unreached():
            problems[step].append(self.env._("no step leads to it."))
        for step in self._get_loops():
            problems[step].append(self.env._("it leads back to itself without a wait."))
        return problems

    def _get_unreached(self):
        """The steps that nobody ever comes to."""
        return self.step_ids - self._walk(self._get_first_step(), through_waits=True)

    def _get_loops(self):
        """The steps that lead back to themselves without a wait."""
        return self.step_ids.filtered(
            lambda step: step
            in self._walk(step._get_instant_ways_out(), through_waits=False)
        )

    def _walk(self, steps, through_waits):
        """All steps that can be reached from ``steps``, these included."""
        reached = steps.browse()
        while steps:
            reached |= steps
            ways = steps.browse()
            for step in steps:
                ways |= (
                    step._get_ways_out()
                    if through_waits
                    else step._get_instant_ways_out()
                )
            steps = ways - reached
        return reached

    def _check_can_be_published(self):
        self.ensure_one()
        problems = self._get_problems()
        if problems:
            raise ValidationError("\n".join(problems))
