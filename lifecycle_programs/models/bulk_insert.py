"""Many rows at once, where the ORM would take most of the time of a batch.

Creating a mail with its trace takes the ORM a dozen times what the rows take. The
rows of the queues are therefore inserted, by one statement per table. `create` is not
called: who uses this gives the values that Odoo's own `create` would add.
"""

from odoo import fields
from odoo.tools import SQL


def take_ids(model, count):
    """Ids for rows that will be inserted: a row can name another one before it is
    there, and itself."""
    rows = model.env.execute_query(
        SQL(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id'))"
            " FROM generate_series(1, %s)",
            model._table,
            count,
        )
    )
    return [row_id for (row_id,) in rows]


def insert_rows(model, rows):
    """Insert rows into the table of a model. Fields that are not given have their
    defaults; stored computed ones are computed.

    :param rows: list of dicts of field name to what stands in the column, all with the
        same names; ``id`` as `take_ids` gave it
    :return: the records
    """
    model.check_access("create")
    given = list(rows[0])
    common = _get_common_values(model, given)
    columns = [*given, *common]
    same = tuple(common.values())
    into = SQL(
        "INSERT INTO %s (%s)",
        SQL.identifier(model._table),
        SQL(", ").join(map(SQL.identifier, columns)),
    )
    model.env.cr.execute_values(
        f"{into.code} VALUES %s",
        [(*row.values(), *same) for row in rows],
        page_size=len(rows),
    )
    records = model.browse(row["id"] for row in rows)
    for name, field in model._fields.items():
        if field.store and field.compute and not field.default and name not in given:
            model.env.add_to_compute(field, records)
    _forget_inverses(model, given)
    return records


def _get_common_values(model, given):
    """What all rows share: the defaults, who and when."""
    names = [
        name
        for name, field in model._fields.items()
        if field.column_type and field.store and name not in given
    ]
    now, uid = model.env.cr.now(), model.env.uid
    stamp = {"create_uid": uid, "create_date": now, "write_uid": uid, "write_date": now}
    values = {name: value for name, value in stamp.items() if name in names}
    for name, value in model.default_get([*names]).items():
        field = model._fields[name]
        if name in names and name not in values:
            values[name] = field.convert_to_column_insert(value, model)
    return values


def _forget_inverses(model, given):
    """Lists of these rows that are in the cache are read again."""
    for name in given:
        field = model._fields[name]
        if isinstance(field, (fields.Many2one, fields.Many2oneReference)):
            for inverse in model.pool.field_inverses[field]:
                model.env[inverse.model_name].invalidate_model(
                    [inverse.name], flush=False
                )
