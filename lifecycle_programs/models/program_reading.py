"""From the data of a program's file to records, with every error and its place."""

import json
from contextlib import contextmanager

from psycopg2 import IntegrityError

from odoo.exceptions import UserError

from .lifecycle_program_file import SOURCE_LANGUAGE

TEXTS = ("char", "text", "html")
NUMBERS = ("boolean", "integer", "float", "monetary")


class Reading:
    """The reading of one program's file: where records come from, and what is wrong.

    :param file: the `lifecycle.program.file` that reads
    :param company: whose records are referred to
    :param errors: texts with their place, filled as it goes
    :param notes: what was left out without harm
    """

    def __init__(self, file, company, errors, notes):
        self.file = file
        self.env = file.env
        self.company = company
        self.errors = errors
        self.notes = notes
        self.steps = {}
        self.parts = file._parts()
        self.languages = {code for code, _name in self.env["res.lang"].get_installed()}

    # ------------------------------------------------------------
    # RECORDS
    # ------------------------------------------------------------

    def make(self, model, data, place, **given):
        """Make a record of its data; an empty one if something is wrong with it."""
        empty = self.env[model]
        if not isinstance(data, dict):
            self._tell(place, self.env._("should be a group of values."))
            return empty
        values, texts, owned = self._read(model, data, place, links=False)
        fields = self.env[model]._fields
        missing = [
            name
            for name in self.file._get_fields(model)
            if fields[name].required and not fields[name].default and name not in values
        ]
        for name in missing:
            if name not in data:
                self._tell(f"{place}.{name}", self.env._("is missing."))
        if missing:
            return empty
        for name, one in list(owned.items()):
            if fields[name].type == "many2one":
                message = one and self.make(
                    fields[name].comodel_name, one, f"{place}.{name}"
                )
                values[name] = message.id if message else False
                del owned[name]
        record = empty
        with self._telling(place):
            record = empty.create(values | given)
            self._translate(record, texts)
        if record:
            self._write_owned(record, owned, place)
        return record

    def change(self, record, data, place, links=False):
        """Change a record to what its data say.

        :param links: only what leads to other steps
        """
        values, texts, owned = self._read(record._name, data, place, links)
        if links:
            children = self.file._parts()[record._name].get("owned", ())
            for name in children:
                if record._fields[name].type == "one2many":
                    for number, child in enumerate(record[name]):
                        at = f"{place}.{name}[{number}]"
                        self.change(child, data[name][number], at, links=True)
        else:
            self._write_owned(record, owned, place)
        if values or texts:
            with self._telling(place):
                record.write(values)
                self._translate(record, texts)

    def _write_owned(self, record, owned, place):
        """Bring the records that belong to a record in line with the data."""
        for name, lines in owned.items():
            field = record._fields[name]
            part = self.parts[field.comodel_name]
            if not isinstance(lines, list):
                self._tell(f"{place}.{name}", self.env._("should be a list."))
                continue
            matched = part.get("matched")
            old = {one[matched]: one for one in record[name]} if matched else {}
            kept = record[name].browse()
            for number, data in enumerate(lines):
                at = f"{place}.{name}[{number}]"
                key = data.get(matched) if isinstance(data, dict) else None
                order = {"sequence": 10 * (number + 1)}
                if key in old:
                    old[key].sequence = order["sequence"]
                    self.change(old[key], data, at)
                    kept |= old[key]
                else:
                    given = {part["parent"]: record.id} | order
                    made = self.make(field.comodel_name, data, at, **given)
                    kept |= made or kept
            (record[name] - kept).unlink()

    def _translate(self, record, texts):
        for code, values in texts.items():
            record.with_context(lang=code).write(values)

    @contextmanager
    def _telling(self, place):
        """What the database or a check of the record refuses is an error of the
        file."""
        try:
            with self.env.cr.savepoint():
                yield
        except (UserError, ValueError, IntegrityError) as error:
            self._tell(place, str(error).strip())

    def _tell(self, place, problem):
        self.errors.append(f"{place}: {problem}")

    # ------------------------------------------------------------
    # VALUES
    # ------------------------------------------------------------

    def _read(self, model, data, place, links):
        """Values to write, translations by language, and data of owned records."""
        fields = self.file._get_fields(model)
        owned_names = self.parts[model].get("owned", ())
        for name in sorted(data.keys() - fields.keys()):
            if not links and not (model == "lifecycle.program" and name == "steps"):
                self._tell(f"{place}.{name}", self.env._("there is no such field."))
        values, texts, owned = {}, {}, {}
        for name, field in fields.items():
            leads = field.comodel_name == "lifecycle.step" and name not in owned_names
            if leads != links:
                continue
            if name not in data:
                # What a new record gets by itself stays, as with older files.
                if not field.default and not field.required:
                    self._read_empty(field, name in owned_names, values, owned)
                continue
            at, told = f"{place}.{name}", len(self.errors)
            if name in owned_names:
                owned[name] = data[name]
            elif field.translate:
                values[name] = self._read_translated(field, data[name], at, texts)
            else:
                values[name] = self._read_value(field, data[name], at)
            if field.required and field.type not in NUMBERS and not values.get(name):
                if len(self.errors) == told:
                    self._tell(at, self.env._("is missing."))
                values.pop(name, None)
        return values, texts, owned

    def _read_empty(self, field, is_owned, values, owned):
        if is_owned:
            owned[field.name] = [] if field.type == "one2many" else None
        elif field.type == "many2many":
            values[field.name] = [(6, 0, [])]
        else:
            values[field.name] = False

    def _read_translated(self, field, data, place, texts):
        if not isinstance(data, dict):
            return self._read_text(data, place)
        for code in sorted(data.keys() - {SOURCE_LANGUAGE}):
            if code in self.languages:
                text = self._read_text(data[code], f"{place}.{code}")
                texts.setdefault(code, {})[field.name] = text
            else:
                self.notes.append(
                    self.env._("Texts in %s were left out: not installed.", code)
                )
        return self._read_text(data.get(SOURCE_LANGUAGE), place)

    def _read_text(self, data, place):
        if isinstance(data, list) and all(isinstance(line, str) for line in data):
            return "\n".join(data)
        if data is None or isinstance(data, str):
            return data or False
        self._tell(place, self.env._("should be a text."))
        return False

    def _read_value(self, field, data, place):
        if field.type == "many2one":
            return self._find(field, data, place) if data else False
        if field.type == "many2many":
            if not isinstance(data, list):
                self._tell(place, self.env._("should be a list."))
                return False
            found = [
                self._find(field, one, f"{place}[{number}]")
                for number, one in enumerate(data)
            ]
            return [(6, 0, [one for one in found if one])]
        if field.type in TEXTS:
            return self._read_text(data, place)
        if field.type == "boolean":
            if not isinstance(data, bool):
                self._tell(place, self.env._("should be true or false."))
            return data
        if field.type in NUMBERS:
            if isinstance(data, bool) or not isinstance(data, int | float):
                self._tell(place, self.env._("should be a number."))
                return 0
            return data
        if field.type == "selection":
            known = dict(field._description_selection(self.env))
            if data and (not isinstance(data, str) or data not in known):
                text = self.env._(
                    "“%(value)s” is none of %(known)s.",
                    value=data,
                    known=", ".join(known),
                )
                self._tell(place, text)
                return False
        return data or False

    # ------------------------------------------------------------
    # REFERENCES
    # ------------------------------------------------------------

    def _find(self, field, data, place):
        """The id of the record that the file means; its absence is told."""
        model = field.comodel_name
        if model == "lifecycle.step":
            step = self.steps.get(data) if isinstance(data, str) else None
            found = step or self.env[model]
        elif isinstance(data, str):
            found = self._search(model, "code", data)
        elif isinstance(data, dict) and isinstance(data.get("external_id"), str):
            found = self.env.ref(data["external_id"], raise_if_not_found=False)
            if found is not None and found._name != model:
                found = None
        elif isinstance(data, dict) and isinstance(data.get("name"), str):
            found = self._search(model, self.env[model]._rec_name, data["name"])
        else:
            self._tell(place, self.env._("should name a record."))
            return False
        name = data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)
        if not found:
            self._tell(place, self.env._("there is no “%s” here.", name))
            return False
        if len(found) > 1:
            self._tell(place, self.env._("there are several called “%s”.", name))
            return False
        return found.id

    def _search(self, model, field, value):
        records = self.env[model].with_context(active_test=False)
        if field not in records._fields:
            return records.browse()
        domain = [(field, "=", value)]
        if "company_id" in records._fields:
            domain.append(("company_id", "in", (False, self.company.id)))
        return records.search(domain, limit=2)
