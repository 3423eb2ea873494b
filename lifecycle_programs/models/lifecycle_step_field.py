"""Field steps: write a value into a field of the contact."""

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from .step_result import StepResult

TYPES = {"boolean", "char", "date", "float", "integer", "selection", "text"}
# Of Odoo's own fields, those that describe the contact. Names, addresses, numbers that
# identify it, access and consent are for people, not for programs.
OF_ODOO = {"color", "comment", "function", "website"}
YES = {"yes", "true", "1"}
NO = {"no", "false", "0"}


class LifecycleStep(models.Model):
    _inherit = "lifecycle.step"

    field_name = fields.Selection(
        selection="_selection_field_name",
        string="Field of the Contact",
        help="Custom fields, and those of Odoo that describe the contact.",
    )
    field_value = fields.Char(
        string="New Value",
        help="Empty clears the field. A date is written 2027-05-31, or today; yes or "
        "no for a box; for a choice its technical value.",
    )

    # ------------------------------------------------------------
    # WHICH FIELDS
    # ------------------------------------------------------------

    @api.model
    def _settable_fields(self):
        """The fields of the contact that a step may write, by name.

        Custom fields (``x_...``) of plain types and a few of Odoo's. Nothing computed,
        related, read-only, or that only some people may see. An addon adds its own.
        """
        partner_fields = self.env["res.partner"]._fields
        return {
            name: field
            for name, field in sorted(partner_fields.items())
            if (field.manual or name in OF_ODOO)
            and field.type in TYPES
            and field.store
            and not (field.compute or field.related or field.readonly or field.groups)
            and not field.company_dependent
        }

    @api.model
    def _selection_field_name(self):
        return [
            (name, field._description_string(self.env))
            for name, field in self._settable_fields().items()
        ]

    @api.constrains("field_name")
    def _check_field_name(self):
        # The ORM does not check a selection that a method makes.
        settable = self._settable_fields()
        for step in self:
            if step.field_name and step.field_name not in settable:
                raise ValidationError(self.env._("Choose a field that may be set."))

    # ------------------------------------------------------------
    # THE STEP
    # ------------------------------------------------------------

    @api.model
    def _step_types(self):
        return super()._step_types() | {
            "field": {
                "label": self.env._("Set a field"),
                "icon": "fa-pencil",
                "fields": ["field_name", "field_value"],
            }
        }

    def _get_problems(self):
        problems = super()._get_problems()
        if self.type == "field":
            try:
                self._get_field_value(fields.Datetime.now())
            except ValidationError as error:
                problems.append(error.args[0])
        return problems

    def _describe_field(self):
        names = dict(self._selection_field_name())
        label = names.get(self.field_name, self.field_name or "")
        return f"{label}: {self.field_value or '—'}" if label else ""

    def _run_field_batch(self, enrolments, now):
        """:return: a `StepResult` per enrolment id"""
        self.ensure_one()
        name = self.field_name
        value = self._get_field_value(now)
        changed = enrolments.partner_id.filtered(lambda one: one[name] != value)
        changed.write({name: value})
        return {
            one.id: StepResult(values={"detail": {"field": name, "value": value}})
            if one.partner_id in changed
            else StepResult("skipped", "nothing_to_change")
            for one in enrolments
        }

    def _get_field_value(self, now):
        """The value as the field takes it.

        :raise ValidationError: when the field may not be set, or takes no such value
        """
        field = self._settable_fields().get(self.field_name)
        if field is None:
            raise ValidationError(self.env._("choose a field that may be set."))
        text = (self.field_value or "").strip()
        try:
            value = self._parse_field_value(field, text, now)
        except ValueError:
            raise ValidationError(
                self.env._(
                    "“%(value)s” is no value for %(field)s.",
                    value=text,
                    field=field._description_string(self.env),
                )
            ) from None
        return value

    def _parse_field_value(self, field, text, now):
        if not text:
            return field.convert_to_record(None, self.env["res.partner"])
        match field.type:
            case "boolean":
                if text.lower() not in YES | NO:
                    raise ValueError
                return text.lower() in YES
            case "integer":
                return int(text)
            case "float":
                return float(text)
            case "date":
                if text.lower() == "today":
                    return self.env.company._lifecycle_today(now)
                return fields.Date.to_date(text)
            case "selection":
                if text not in field.get_values(self.env):
                    raise ValueError
                return text
            case _:
                return text
