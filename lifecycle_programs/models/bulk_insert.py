"""Many rows at once, where the ORM would take most of the time of a batch.

Creating a mail with its trace takes the ORM a dozen times what the rows take. The
rows of the queues are therefore inserted, by one statement per table. `create` is not
called: who uses this gives the values that Odoo's own `create` would add.
"""

import json

from odoo import fields
from odoo.tools import SQL


def take_ids(model, count):
    """Ids for rows that will be inserted: a row can name another one before it is
    there, and itself."""
    rows = model.env.execute_query(
        SQL(
            # The name of the sequence is looked up once, not per row.
            "SELECT nextval(own.sequence)"
            "  FROM (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS sequence"
            "        OFFSET 0) AS own, generate_series(1, %s)",
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
    table = SQL.identifier(model._table)
    own = SQL(", ").join(map(SQL.identifier, given))
    model.env.cr.execute(
        SQL(
            """
            INSERT INTO %(table)s (%(own)s, %(common)s)
            SELECT %(own)s, %(values)s
              FROM json_populate_recordset(NULL::%(table)s, %(rows)s)
            """,
            table=table,
            own=own,
            common=SQL(", ").join(map(SQL.identifier, common)),
            values=SQL(", ").join(
                SQL("%s::%s", value, SQL(model._fields[name].column_type[1]))
                for name, value in common.items()
            ),
            # One value for the driver, however many rows and columns there are.
            rows=json.dumps(rows, default=str),
        )
    )
    records = model.browse(row["id"] for row in rows)
    for name, field in model._fields.items():
        if field.store and field.compute and not field.default and name not in given:
            model.env.add_to_compute(field, records)
    _forget_inverses(model, given)
    return records


def _get_common_values(model, given):
    """What all rows share: the defaults, and when. Who is nobody: it would be the robot
    of the scheduled actions, and each of its names costs a look at the users."""
    names = [
        name
        for name, field in model._fields.items()
        if field.column_type and field.store and name not in given
    ]
    now = model.env.cr.now()
    stamp = {"create_date": now, "write_date": now}
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
