"""The journey as a picture: what the canvas shows of a version."""

from odoo import api, models
from odoo.tools import SQL

from .lifecycle_step import SPLITS, WAITS

# Somebody took them elsewhere: they did not go on along an arrow.
TAKEN_ELSEWHERE = ("moved", "version_ended")


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    @api.readonly
    def get_canvas(self):
        """The version as the canvas draws it: its steps with their ways out, what is
        missing, and what can be done.

        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        is_editable = self.state == "draft" and self.has_access("write")
        problems = self._get_step_problems() if is_editable else {}
        steps = self._get_steps_in_order()
        return {
            "id": self.id,
            "program": self.program_id.id,
            "state": self.state,
            "is_editable": is_editable,
            "versions": self._get_canvas_versions(),
            "steps": [step._get_card(problems.get(step, [])) for step in steps],
            "problems": self.program_id._get_setup_problems() if is_editable else [],
            "structure": self._get_structure(),
            "groups": self.env["lifecycle.step"]._get_type_groups(),
        }

    def _get_steps_in_order(self):
        return self.step_ids.sorted(lambda step: (step.sequence, step.id))

    def _get_canvas_versions(self):
        """The versions of the program, newest first, as a choice."""
        words = {
            "draft": self.env._("Draft"),
            "published": self.env._("In use"),
            "retired": self.env._("Former"),
        }
        return [
            {
                "id": version.id,
                "label": self.env._(
                    "Version %(number)s · %(state)s",
                    number=version.number,
                    state=words[version.state],
                ),
            }
            for version in self.program_id.version_ids.sorted("number", reverse=True)
        ]

    def _get_structure(self):
        """Which steps there are, in their order, and where each way leads: what
        `canvas_restore` brings back."""
        steps = self._get_steps_in_order()
        return {
            "steps": [[step.id, step.next_step_id.id] for step in steps],
            "branches": [
                [branch.id, branch.next_step_id.id] for branch in steps.branch_ids
            ],
        }

    # ------------------------------------------------------------
    # COUNTS
    # ------------------------------------------------------------

    @api.readonly
    def get_canvas_counts(self):
        """The people on the version, in one statement.

        Of each step: who is ``here`` now, who of these is ``held`` up, who stands
        there with an ``error``, and how many have ``done`` or ``skipped`` it. Of each
        way: how many ``went`` it. Of all: ``entered``, ``inside`` and ``goal``.

        :rtype: dict
        """
        self.ensure_one()
        self.check_access("read")
        self.env["lifecycle.enrolment"].flush_model()
        self.env["lifecycle.step.run"].flush_model()
        rows = self.env.execute_query(self._get_counts_query())
        counts = {"all": {}, "steps": {}, "ways": {}}
        for step, branch, what, people in rows:
            if not step:
                counts["all"][what] = people
                continue
            of_step = counts["steps"].setdefault(step, {})
            of_step[what] = of_step.get(what, 0) + people
            if what in ("done", "skipped"):
                way = f"{step}_{branch or 0}"
                counts["ways"][way] = counts["ways"].get(way, 0) + people
        return counts

    def _get_counts_query(self):
        steps = self.step_ids
        # Where nothing leads back, people pass a step once: a row is a person.
        comes_back = any(
            step in self._walk(step._get_ways_out(), through_waits=True)
            for step in steps
        )
        people = SQL("DISTINCT enrolment_id") if comes_back else SQL("*")
        return SQL(
            """
            SELECT NULL::integer AS step, NULL::integer AS branch, t.what, t.people
              FROM (SELECT count(*) AS entered,
                           count(*) FILTER (WHERE state = 'active') AS inside,
                           count(goal_at) AS goal
                      FROM lifecycle_enrolment WHERE version_id = %(version)s) c
             CROSS JOIN LATERAL (VALUES ('entered', c.entered), ('inside', c.inside),
                                        ('goal', c.goal)) t (what, people)
             UNION ALL
            SELECT step_id, NULL, CASE state WHEN 'active' THEN 'here' ELSE 'error' END,
                   count(*)
              FROM lifecycle_enrolment
             WHERE step_id = ANY(%(steps)s) AND state IN ('active', 'error')
             GROUP BY step_id, state
             UNION ALL
            SELECT e.step_id, NULL, 'held', count(*)
              FROM lifecycle_enrolment e
             WHERE e.step_id = ANY(%(steps)s) AND e.state = 'active'
               AND EXISTS (SELECT FROM lifecycle_step_run r
                            WHERE r.enrolment_id = e.id AND r.step_id = e.step_id
                              AND r.visit = e.visit AND r.outcome = 'held')
             GROUP BY e.step_id
             UNION ALL
            SELECT step_id, branch_id, outcome, count(%(people)s)
              FROM lifecycle_step_run
             WHERE step_id = ANY(%(steps)s) AND outcome IN ('done', 'skipped')
               AND COALESCE(reason, '') <> ALL(%(elsewhere)s)
             GROUP BY step_id, branch_id, outcome
            """,
            version=self.id,
            steps=steps.ids,
            people=people,
            elsewhere=list(TAKEN_ELSEWHERE),
        )

    def action_open_people(self, what, step_id=False, branch_id=False):
        """Open the people that a count of the canvas counts.

        :param what: as in `get_canvas_counts`; ``went`` for a way
        """
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.actions"]._for_xml_id(
            "lifecycle_programs.lifecycle_enrolment_action"
        )
        step = self.env["lifecycle.step"].browse(step_id)
        action["domain"] = self._get_people_domain(what, step, branch_id)
        action["context"] = {}
        if step:
            action["display_name"] = self.env._(
                "%(program)s: %(step)s",
                program=self.program_id.name,
                step=step.name,
            )
        return action

    def _get_people_domain(self, what, step, branch_id):
        standing = [("step_id", "=", step.id)]
        match what:
            case "here":
                return [*standing, ("state", "=", "active")]
            case "error":
                return [*standing, ("state", "=", "error")]
            case "held":
                held = [*standing, ("outcome", "=", "held")]
                return [
                    *standing,
                    ("state", "=", "active"),
                    ("step_run_ids", "any", held),
                ]
            case "inside":
                return [("version_id", "=", self.id), ("state", "=", "active")]
            case "goal":
                return [("version_id", "=", self.id), ("goal_at", "!=", False)]
            case "entered":
                return [("version_id", "=", self.id)]
        runs = [*standing, ("reason", "not in", list(TAKEN_ELSEWHERE))]
        if what == "went":
            runs += [
                ("outcome", "in", ["done", "skipped"]),
                ("branch_id", "=", branch_id),
            ]
        else:
            runs.append(("outcome", "=", what))
        return [("step_run_ids", "any", runs)]


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_card(self, problems):
        """The step as a card of the canvas."""
        return {
            "id": self.id,
            "name": self.name,
            "type": self.type,
            "type_label": self._get_type_label(),
            "icon": self.icon,
            "summary": self.summary or "",
            "problems": problems,
            "can_branch": "branch_ids" in (self.used_fields or []),
            "ways": self._get_ways(),
        }

    def _get_ways(self):
        """The ways out, branches first; "Then" comes last. An end has none."""
        if self.type == "end":
            return []
        has_branches = "branch_ids" in (self.used_fields or [])
        ways = [
            {
                "branch": branch.id,
                "label": branch.name,
                "summary": branch.summary or "",
                "target": branch.next_step_id.id,
            }
            for branch in (self.branch_ids if has_branches else ())
        ]
        label = ""
        if has_branches:
            label = (
                self.env._("Nothing in time")
                if self.type in WAITS
                else self.env._("Everybody else")
            )
        then = {"branch": False, "label": label, "target": self.next_step_id.id}
        return [*ways, then | {"summary": ""}]

    # ------------------------------------------------------------
    # TYPES
    # ------------------------------------------------------------

    @api.model
    def _get_type_groups(self):
        """The step types, in groups that a person chooses from."""
        labels = {
            "message": self.env._("Messages"),
            "wait": self.env._("Waits"),
            "branch": self.env._("Branches"),
            "person": self.env._("For people at work"),
            "contact": self.env._("On the contact, and other systems"),
            "program": self.env._("Programs"),
        }
        groups = {kind: [] for kind in labels}
        for code, entry in self._step_types().items():
            groups[self._get_kind(code, entry)].append(
                {"type": code, "label": entry["label"], "icon": entry["icon"]}
            )
        return [
            {"kind": kind, "label": labels[kind], "types": types}
            for kind, types in groups.items()
            if types
        ]

    @api.model
    def _get_kind(self, code, entry):
        """The group of a step type; told by its entry, or else by what it uses."""
        used = set(entry["fields"])
        if entry.get("kind"):
            return entry["kind"]
        if code in WAITS:
            return "wait"
        if code in SPLITS:
            return "branch"
        if "message_id" in used:
            return "message"
        if used & {"note", "notice_user_ids"}:
            return "person"
        if code == "end" or used & {"target_program_id", "stopped_program_id"}:
            return "program"
        return "contact"
