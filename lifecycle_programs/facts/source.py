"""What a source of facts is made of.

The texts are SQL with named placeholders: ``%(as_of)s`` (the moment, naive UTC),
``%(company)s`` (id), ``%(tz)s`` (time zone of the company) and whatever else
`lifecycle.fact._constants` gives. A percent sign is written twice.
"""

from dataclasses import dataclass

#: By the key of a source: the relation that it starts from and the key's column in it.
KEYS = {"contact": ("wanted", "contact_id"), "customer": ("customer", "customer_id")}


@dataclass(frozen=True)
class Relation:
    """A named query (a CTE) that sources read, limited to the wanted contacts.

    :param name: how sources refer to it
    :param sql: SELECT over the relations it needs
    :param needs: names of those relations
    """

    name: str
    sql: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Source:
    """One query that computes facts of many contacts at once.

    :param name: names the source among the others
    :param label: for people
    :param key: ``contact``, or ``customer`` for the whole commercial entity
    :param joins: what stands behind ``FROM wanted`` or ``FROM customer``; left joins
        only, so that whoever has no records gets a row, too
    :param facts: each with the expression of its column
    :param needs: names of the relations that the joins read
    :param grouped: whether the joins may give several rows per key; the facts are then
        aggregates
    """

    name: str
    label: str
    key: str
    joins: str
    facts: tuple
    needs: tuple[str, ...] = ()
    grouped: bool = True

    @property
    def reads(self):
        """Names of the relations that the SELECT reads."""
        return self.needs + (("customer",) if self.key == "customer" else ())

    def select(self, names):
        """SELECT of the key and the asked facts, as SQL text.

        :param names: names of facts of this source
        """
        table, key = KEYS[self.key]
        columns = [f"{table}.{key}"]
        columns += [
            f'{fact.sql} AS "{fact.name}"' for fact in self.facts if fact.name in names
        ]
        group = f" GROUP BY {table}.{key}" if self.grouped else ""
        return f"SELECT {', '.join(columns)} FROM {table} {self.joins}{group}"


def days_since(moment):
    """Whole days of 24 hours from a moment until ``as_of``."""
    return f"floor(extract(epoch FROM %(as_of)s - {moment})::numeric / 86400)"


def within(moment, days):
    """Whether a moment is less than so many days before ``as_of``.

    Agrees with :func:`days_since`: less than 90 days ago is 89 or fewer.
    """
    return f"{moment} > %(as_of)s - interval '{days} days'"


def latest(value, moment, tie, condition="TRUE"):
    """The value that goes with the latest moment of a group."""
    order = f"ORDER BY {moment} DESC, {tie} DESC"
    return f"(array_agg({value} {order}) FILTER (WHERE {condition}))[1]"


def local_day(moment):
    """The day of a moment in the time zone of the company."""
    return f"({moment} AT TIME ZONE 'UTC' AT TIME ZONE %(tz)s)::date"


def texts(value, condition="TRUE"):
    """A list of the different texts of a group; empty, not missing, without any."""
    return (
        f"COALESCE(array_agg(DISTINCT {value}) FILTER (WHERE {condition}"
        f" AND {value} IS NOT NULL), '{{}}')"
    )
