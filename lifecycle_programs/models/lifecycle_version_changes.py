"""What a version changed, in words."""

from odoo import api, fields, models

# Texts longer than this are not repeated in the words.
SHORT = 60


class LifecycleVersion(models.Model):
    _inherit = "lifecycle.version"

    changes = fields.Text(
        compute="_compute_changes",
        help="What is different from the version before, a line each.",
    )

    def _compute_changes(self):
        for version in self:
            version.changes = "\n".join(version._get_changes(version._get_previous()))

    def _get_previous(self):
        """What a draft is compared with is in use; else the version before."""
        self.ensure_one()
        if self.state == "draft" and self.program_id.version_id:
            return self.program_id.version_id
        earlier = self.program_id.version_ids.filtered(
            lambda version: version.number < self.number
        )
        return earlier.sorted("number")[-1:]

    def _get_changes(self, older):
        """The steps added, removed and changed since an older version, in words.

        :rtype: list[str]
        """
        self.ensure_one()
        if not older:
            return []
        before = {step.key: step for step in older.step_ids}
        after = {step.key: step for step in self.step_ids}
        lines = [
            self.env._(
                "New: “%(step)s” (%(type)s)",
                step=step.name,
                type=step._get_type_label(),
            )
            for key, step in after.items()
            if key not in before
        ]
        lines += [
            self.env._(
                "Removed: “%(step)s” (%(type)s)",
                step=step.name,
                type=step._get_type_label(),
            )
            for key, step in before.items()
            if key not in after
        ]
        for key, step in after.items():
            if key in before:
                lines += step._get_changes(before[key])
        if older._get_first_step().key != self._get_first_step().key:
            lines.append(
                self.env._("People now begin at “%s”.", self._get_first_step().name)
            )
        return lines


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    def _get_type_label(self):
        return dict(self._selection_type()).get(self.type, self.type)

    def _get_changes(self, older):
        """How this step differs from the same step of an older version, in words."""
        file = self.env["lifecycle.program.file"]
        before, after = file._write_record(older), file._write_record(self)
        owned = file._parts()[self._name]["owned"]
        lines = []
        for name in sorted(before.keys() | after.keys()):
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            if name in owned and self._fields[name].type == "many2one":
                lines += self._say_owned(name, older, old or {}, new or {})
            else:
                lines.append(self._say_change(self._fields[name], old, new))
        return lines

    def _say_owned(self, name, older, old, new):
        """Changes of a record that belongs to the step, such as its message."""
        record = self[name] or older[name]
        label = self._fields[name]._description_string(self.env)
        return [
            self._say_change(record._fields[part], old.get(part), new.get(part), label)
            for part in sorted(old.keys() | new.keys())
            if old.get(part) != new.get(part)
        ]

    def _say_change(self, field, old, new, whole=None):
        label = field._description_string(self.env)
        if whole:
            label = f"{whole}, {label}"
        old, new = self._say_value(field, old), self._say_value(field, new)
        if field.type in ("one2many", "html") or max(len(old), len(new)) > SHORT:
            return self.env._(
                "“%(step)s”: %(field)s changed", step=self.name, field=label
            )
        return self.env._(
            "“%(step)s”: %(field)s “%(old)s” → “%(new)s”",
            step=self.name,
            field=label,
            old=old or self.env._("nothing"),
            new=new or self.env._("nothing"),
        )

    @api.model
    def _say_value(self, field, value):
        """A value of the file in one line; nothing for an empty one."""
        if isinstance(value, bool):
            return self.env._("yes") if value else self.env._("no")
        if value is None:
            return ""
        if field.type == "selection":
            return dict(field._description_selection(self.env)).get(value, value)
        if isinstance(value, float):
            return f"{value:g}"
        if isinstance(value, dict):
            return self._say_value(field, next(iter(value.values())))
        if isinstance(value, list):
            return ", ".join(self._say_value(field, one) for one in value)
        return str(value)
