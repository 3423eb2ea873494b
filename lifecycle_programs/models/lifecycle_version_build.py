"""Building a journey on the canvas: changes of a draft that leave it whole.

A way is one way out: of a step ("Then"), of a branch, or the way in. It is told as
``{"step": id, "branch": id}``; without a branch it is the step's "Then", without a step
the way in. Here it is the record whose ``next_step_id`` it is, and the version itself
for the way in.

Every change keeps all steps within reach and makes no circle without a wait, else it is
refused and nothing changes. What a change takes out stays in the bin of the draft, and
`canvas_restore` brings an earlier structure back.
"""

from contextlib import contextmanager

from odoo import Command, models
from odoo.exceptions import UserError


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    # ------------------------------------------------------------
    # CHANGES
    # ------------------------------------------------------------

    def canvas_add(self, step_type, way):
        """Put a new step on a way.

        :return: the canvas, with the new step as ``step``
        """
        with self._changing():
            way = self._browse_way(way)
            values = self._prepare_step_values(step_type, self._get_target(way))
            step = self.env["lifecycle.step"].create(values)
            self._lead(way, step)
        return self.get_canvas() | {"step": step.id}

    def canvas_copy(self, step_id, way):
        """Put a copy of a step on a way. Its branches lead where the original's do.

        :return: the canvas, with the copy as ``step``
        """
        with self._changing():
            step, way = self._browse_step(step_id), self._browse_way(way)
            copy = step._copy_behind(self._get_target(way))
            self._lead(way, copy)
        return self.get_canvas() | {"step": copy.id}

    def canvas_move(self, step_id, way):
        """Take a step from its place and put it on a way. Its branches go with it."""
        with self._changing():
            step, way = self._browse_step(step_id), self._browse_way(way)
            if way in (step, *step.branch_ids):
                raise UserError(self.env._("A step cannot stand behind itself."))
            if self._get_target(way) != step:
                self._bypass(step)
                step.next_step_id = step._get_next(self._get_target(way))
                self._lead(way, step)
        return self.get_canvas() | {"step": step.id}

    def canvas_remove(self, step_id):
        """Take a step out. Whoever would come to it goes on to what follows; what only
        its branches led to goes, too.

        :return: the canvas, with the names of the steps that went as ``removed``
        """
        with self._changing():
            unreached = self._get_unreached()
            step = self._browse_step(step_id)
            self._bypass(step)
            self._put_in_bin(step)
            lost = self._get_unreached() - unreached
            self._put_in_bin(lost)
        return self.get_canvas() | {"removed": (step + lost).mapped("name")}

    def canvas_connect(self, way, step_id):
        """Let a way lead to another step, or to the end of the program."""
        with self._changing():
            way = self._browse_way(way)
            if way == self and not step_id:
                raise UserError(self.env._("The way in has to lead somewhere."))
            self._lead(way, self._browse_step(step_id))
        return self.get_canvas()

    def canvas_add_branch(self, step_id):
        """Give a step another branch, which ends the program until it is led on."""
        with self._changing():
            step = self._browse_step(step_id)
            if "branch_ids" not in (step.used_fields or []):
                raise UserError(self.env._("“%s” has no branches.", step.name))
            number = len(step.branch_ids) + 1
            name = self.env._("Branch %s", number)
            step.branch_ids = [Command.create({"name": name, "sequence": number * 10})]
        return self.get_canvas() | {"step": step.id}

    def canvas_restore(self, structure):
        """Bring an earlier structure of this draft back, to undo or do again.

        Steps that it does not know go to the bin, those in the bin that it knows come
        back; what the steps say stays as it is.

        :param structure: as `get_canvas` told it
        """
        with self._changing(keep_whole=False):
            steps = {step.id: step for step in self._get_steps_and_bin()}
            empty = self.env["lifecycle.step"]
            wanted = {
                steps[step]: target
                for step, target in structure["steps"]
                if step in steps
            }
            kept = empty.union(*wanted)
            steps = {step.id: step for step in kept}
            self._put_in_bin(self.step_ids - kept)
            self._take_from_bin(kept.filtered(lambda step: not step.active))
            for number, (step, target) in enumerate(wanted.items(), start=1):
                step.sequence = number * 10
                step.next_step_id = steps.get(target, empty)
            led = dict(structure["branches"])
            for branch in kept.branch_ids:
                target = led.get(branch.id, branch.next_step_id.id)
                branch.next_step_id = steps.get(target, empty)
        return self.get_canvas()

    @contextmanager
    def _changing(self, keep_whole=True):
        """A change of the draft; refused when it would break the journey. What was
        broken before does not count."""
        self.ensure_one()
        self.check_access("write")
        self._check_is_draft()
        unreached, loops = self._get_unreached(), self._get_loops()
        yield
        self._put_in_walking_order()
        if keep_whole and (lost := self._get_unreached() - unreached):
            raise UserError(
                self.env._(
                    "Then no step would lead to “%s” any more. Move or delete it "
                    "first.",
                    lost[0].name,
                )
            )
        if keep_whole and (looping := self._get_loops() - loops):
            raise UserError(
                self.env._(
                    "Then “%s” would lead back to itself without a wait.",
                    looping[0].name,
                )
            )

    def _prepare_step_values(self, step_type, target):
        entry = self.env["lifecycle.step"]._step_types().get(step_type)
        if not entry:
            raise UserError(self.env._("There is no step of that kind."))
        values = {"version_id": self.id, "name": entry["label"], "type": step_type}
        if step_type != "end":
            values["next_step_id"] = target.id
        if "wait_value" in entry["fields"]:
            values["wait_value"] = 1
        if "share" in entry.get("branch_fields", ()):
            values["branch_ids"] = [
                Command.create({"name": name, "share": 50, "next_step_id": target.id})
                for name in ("A", "B")
            ]
        return values

    # ------------------------------------------------------------
    # WAYS
    # ------------------------------------------------------------

    def _browse_step(self, step_id):
        """A step of this version; an empty record for none."""
        steps = self.env["lifecycle.step"]
        if not step_id:
            return steps
        step = self.step_ids.filtered(lambda step: step.id == step_id)
        if not step:
            raise UserError(
                self.env._("The step is not there any more. Load the page again.")
            )
        return step

    def _browse_way(self, way):
        """The record that a way stands on, see above."""
        step = self._browse_step(way.get("step"))
        if not step:
            return self
        branch = step.branch_ids.filtered(lambda one: one.id == way.get("branch"))
        if step.type == "end" or (way.get("branch") and not branch):
            raise UserError(
                self.env._("The way is not there any more. Load the page again.")
            )
        return branch or step

    def _get_target(self, way):
        return self._get_first_step() if way == self else way.next_step_id

    def _lead(self, way, target):
        """Let a way lead to a step, or to nothing."""
        if way != self:
            way.next_step_id = target
        elif target:
            target.sequence = min(self.step_ids.mapped("sequence"), default=0) - 1

    def _bypass(self, step):
        """Lead everybody who would come to a step to what follows it."""
        target = (step.next_step_id or step.branch_ids.next_step_id[:1]) - step
        was_first = self._get_first_step() == step
        for way in (*self.step_ids, *self.step_ids.branch_ids):
            if way.next_step_id == step:
                self._lead(way, target)
        if was_first:
            self._lead(self, target)

    def _put_in_walking_order(self):
        """Number the steps as people pass them: a step after all that lead to it."""
        order, seen = [], set()

        def walk(step):
            """Add the step and all behind it, the last one first."""
            seen.add(step)
            behind = []
            for way in reversed([*step.branch_ids.next_step_id, *step.next_step_id]):
                if way not in seen:
                    behind += walk(way)
            return [*behind, step]

        # What nothing leads to comes last.
        first = self._get_first_step()
        for step in [*first, *self._get_steps_in_order() - first]:
            if step not in seen:
                order += reversed(walk(step))
        for number, step in enumerate(order, start=1):
            step.sequence = number * 10


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_next(self, target):
        """What follows this step on a way to a target: an end leads nowhere."""
        return target.browse() if self.type == "end" else target

    def _copy_behind(self, target):
        """A copy of this step, with its message and branches, that leads to a step."""
        self.ensure_one()
        name = self.env._("%s (copy)", self.name)
        copy = self.copy(
            {
                "name": name,
                "key": self._get_free_key(
                    {"name": name, "version_id": self.version_id.id}
                ),
                "message_id": self.message_id.copy({"name": name}).id,
                "mailing_id": False,
                "winner_decision": False,
                "next_step_id": self._get_next(target).id,
            }
        )
        for branch in self.branch_ids:
            branch.copy({"step_id": copy.id, "is_winner": False})
        return copy
