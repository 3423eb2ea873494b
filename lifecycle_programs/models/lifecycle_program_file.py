"""A program as one JSON text: what goes into it, and how it is written.

The text is stable and reads well in a diff: keys are sorted, long texts are lists of
lines, empty values are left out, and there are no database ids, dates or users.
"""

import json

from odoo import api, models

FORMAT = "lifecycle_programs/1"
SOURCE_LANGUAGE = "en_US"
# The engine's own notes, and what belongs to the database rather than to the program.
LEFT_OUT = {"id", "active", "mailing_id"}
LEFT_OUT_MODELS = {"res.users", "res.company"}
LEFT_OUT_TYPES = {"date", "datetime", "binary", "one2many", "many2one_reference"}


class LifecycleProgramFile(models.AbstractModel):
    _name = "lifecycle.program.file"
    _description = "Program as a File"

    @api.model
    def _parts(self):
        """The models that a program is made of.

        ``owned``: the fields whose records belong to the record and are written inside
        it. ``parent``: the field that leads back. ``matched``: the field that tells
        which of the owned records is which when a program is updated. An addon whose
        records belong to a step or branch adds them here.
        """
        return {
            "lifecycle.program": {"owned": ["parameter_ids", "offer_ids"]},
            "lifecycle.program.parameter": {"parent": "program_id", "matched": "code"},
            "lifecycle.offer": {"parent": "program_id"},
            "lifecycle.step": {
                "owned": ["branch_ids", "message_id"],
                "parent": "version_id",
            },
            "lifecycle.step.branch": {"parent": "step_id"},
            "lifecycle.message": {},
        }

    @api.model
    def _get_fields(self, model):
        """The fields of a model that a file keeps, by name."""
        part = self._parts()[model]
        owned = part.get("owned", ())
        left_out = set(LEFT_OUT)
        if hasattr(self.env[model], "_technical_fields"):
            left_out |= self.env[model]._technical_fields()
        found = {}
        for name, field in sorted(self.env[model]._fields.items()):
            if name in owned:
                found[name] = field
                continue
            if name in left_out or name == part.get("parent"):
                continue
            if name == "sequence" and part.get("parent"):
                continue  # the order in the file tells
            if (
                not field.store
                or field.compute
                or not field.copy
                or field.type in LEFT_OUT_TYPES
                or field.comodel_name in LEFT_OUT_MODELS
            ):
                continue
            found[name] = field
        return found

    # ------------------------------------------------------------
    # WRITE
    # ------------------------------------------------------------

    @api.model
    def _write_text(self, program):
        """The file of a program, as the form shows it: its draft, or else what is
        published."""
        return self._to_text(self._write_program(program))

    @api.model
    def _to_text(self, data):
        return json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True) + "\n"

    @api.model
    def _write_program(self, program):
        version = program.draft_version_id or program.version_id
        steps = version.step_ids.sorted(lambda step: (step.sequence, step.id))
        return {
            "format": FORMAT,
            "program": self._write_record(program)
            | {"steps": [self._write_record(step) for step in steps]},
        }

    @api.model
    def _write_record(self, record):
        """A record as a dictionary without its empty values."""
        record = record.with_context(lang=SOURCE_LANGUAGE)
        owned = self._parts()[record._name].get("owned", ())
        data = {}
        for name, field in self._get_fields(record._name).items():
            value = self._write_value(record, field, name in owned)
            # Left out means the default; an empty value in its place is said.
            if field.default or value not in (None, "", [], {}):
                data[name] = value
        return data

    @api.model
    def _write_value(self, record, field, is_owned):
        value = record[field.name]
        if is_owned:
            if field.type == "many2one":
                return self._write_record(value) if value else None
            return [self._write_record(one) for one in value]
        if field.type == "many2one":
            return self._write_reference(value) if value else None
        if field.type == "many2many":
            names = [self._write_reference(one) for one in value]
            return sorted(names, key=lambda name: json.dumps(name, sort_keys=True))
        if field.translate:
            return self._write_translated(record, field)
        if field.type in ("boolean", "integer", "float", "monetary"):
            return self._write_number(record, field, value)
        return self._write_lines(value)

    @api.model
    def _write_number(self, record, field, value):
        """Nothing for the zero or no that a new record has anyway."""
        if not value and not field.default and not field.required:
            return None
        if field.type == "float":
            return round(value, 6)
        return value

    @api.model
    def _write_translated(self, record, field):
        source = self._write_lines(record[field.name])
        texts = {
            code: self._write_lines(record.with_context(lang=code)[field.name])
            for code, _name in self.env["res.lang"].get_installed()
            if code != SOURCE_LANGUAGE
        }
        texts = {code: text for code, text in texts.items() if text != source and text}
        return {SOURCE_LANGUAGE: source} | texts if texts else source

    @api.model
    def _write_lines(self, text):
        """A text of several lines as a list of them."""
        if not text or not isinstance(text, str):
            return text or None
        text = str(text)
        return text.split("\n") if "\n" in text else text

    @api.model
    def _write_reference(self, record):
        """What another database knows the record by: the key of a step, a code, an
        external id of what no company owns, else the name."""
        # Whoever sees a step sees the name of its discount, too.
        record = record.sudo()
        if record._name == "lifecycle.step":
            return record.key
        if record._name.startswith("lifecycle.") and "code" in record._fields:
            return record.code
        if not ("company_id" in record._fields and record.company_id):
            names = record._get_external_ids()[record.id]
            names = sorted(name for name in names if not name.startswith("__"))
            if names:
                return {"external_id": names[0]}
        record = record.with_context(lang=SOURCE_LANGUAGE)
        return {"name": record[record._rec_name]}
