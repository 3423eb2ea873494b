"""What a source of facts is made of.

The texts are SQL with named placeholders: ``%(as_of)s`` (the moment, naive UTC),
``%(company)s`` (id), ``%(tz)s`` (time zone of the company) and whatever else
`lifecycle.fact._constants` gives. A percent sign is written twice.
"""

from dataclasses import dataclass

from odoo.tools.translate import LazyGettext


@dataclass(frozen=True)
class Index:
    """An index that a relation or a source needs, on a table of whatever addon.

    :param name: begins with ``lifecycle_facts_``, so that it is known whose it is
    :param definition: what stands behind ``ON table``; a percent sign stays as it is
    """

    name: str
    table: str
    definition: str


@dataclass(frozen=True)
class Relation:
    """A named query that sources read, limited to the wanted contacts.

    It is worked out once when several read it, and becomes part of its reader's query
    when one does.

    :param name: how sources refer to it
    :param sql: SELECT over the relations it needs
    :param needs: names of those relations
    :param everybody: the SELECT when all contacts are wanted, where it can do without
        looking at whom; it may still bring somebody who is not wanted
    :param is_cheap: whether, when all contacts are wanted, its readers rather have it
        as part of their query, each of them, so that it only reads its own share
    :param indexes: what the query needs to find few contacts' rows among many
    """

    name: str
    sql: str
    needs: tuple[str, ...] = ()
    everybody: str = ""
    is_cheap: bool = False
    indexes: tuple[Index, ...] = ()


@dataclass(frozen=True)
class Source:
    """One query that computes facts of many contacts at once.

    Either it has ``rows``, any number per key, and its facts are aggregates over them;
    sources with the same rows are read together. Or it has ``joins`` that keep to one
    row per contact.

    :param name: names the source among the others
    :param label: for people
    :param key: ``contact``, or ``customer`` for the whole commercial entity
    :param facts: each with the expression of its column
    :param rows: what stands behind FROM; it has the column contact_id or customer_id.
        Who has no rows gets the value of an aggregate over nothing.
    :param where: which of the rows
    :param columns: further aggregates over the rows, for other sources: by name
    :param joins: what stands behind ``FROM wanted``, by aliases that no other source
        has
    :param needs: names of the relations that the rows or joins read
    :param uses: names of facts or columns of sources with rows that the expressions
        mention, in double quotes; they are NULL for who has no rows there
    :param normal: names of facts whose expressions give the normal form of their type
    :param indexes: what the query needs to find few contacts' rows among many
    """

    name: str
    label: str | LazyGettext
    key: str
    facts: tuple
    rows: str = ""
    where: str = "TRUE"
    columns: tuple[tuple[str, str], ...] = ()
    joins: str = ""
    needs: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()
    normal: tuple[str, ...] = ()
    indexes: tuple[Index, ...] = ()


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
