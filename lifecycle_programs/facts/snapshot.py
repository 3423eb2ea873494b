"""From sources and names of facts to the text of one SELECT, each source read once."""

import re
from collections import Counter

from ..engine import normalise_sql
from ..engine.values import LIMIT, STEP

#: A whole number, and far from the limit: it is in its normal form.
_WHOLE = re.compile(
    r"count\((DISTINCT )?[\w.*]+\)( FILTER \(WHERE ([^()]|%\(\w+\)s)*\))?"
    r"|floor\(extract\(epoch FROM ((?!86400).)*\)::numeric / 86400\)",
    re.DOTALL,
)
#: What rounds to a number beyond the limit.
_BEYOND = f"{LIMIT + STEP / 2:f}"


def snapshot_sql(sources, facts, names):
    """SELECT of facts over ``wanted``, and the relations that it reads.

    :param sources: the source of each fact, by the fact's name
    :param facts: facts by name
    :param names: names of the facts wanted
    :return: the text, with one column per fact in its normal form, and the names of
        relations as often as the text reads them
    """
    parts = _parts(sources, names)
    wanted = sorted(set(names))
    raw = ["wanted.contact_id"]
    raw += [
        f"{part.column(name)} AS {_quoted(name)}"
        for part in parts
        for name in part.sql
        if name in wanted
    ]
    columns = ["raw.contact_id"] + [
        f"{_normal(facts[name], sources[name], f'raw.{_quoted(name)}')}"
        f" AS {_quoted(name)}"
        for name in wanted
    ]
    text = (
        f"SELECT {', '.join(columns)} FROM (SELECT {', '.join(raw)} FROM wanted"
        f" {' '.join(part.join() for part in parts)}) AS raw"
    )
    reads = ["wanted"] + [need for part in parts for need in sorted(part.needs)]
    return text, reads


def with_clause(reads, relations, wanted, everybody):
    """The CTEs of the relations that a query reads, as text.

    :param reads: names of relations, as often as the query reads them
    :param relations: by name
    :param wanted: text of the SELECT of contact_id and customer_id
    :param everybody: whether all contacts are wanted
    """
    sql = {
        name: (everybody and relation.everybody) or relation.sql
        for name, relation in relations.items()
    }
    needs = {
        name: () if everybody and relation.everybody else relation.needs
        for name, relation in relations.items()
    }
    needs["wanted"] = ()
    ordered = _in_order(reads, needs)
    readers = Counter(reads)
    for name in ordered:
        readers.update(needs[name])
    ctes = []
    for name in ordered:
        if name == "wanted":
            # Some contacts are few: looked up once, whoever asks for them.
            once = not everybody or readers[name] > 1
            text = wanted
        else:
            once = readers[name] > 1 and not (everybody and relations[name].is_cheap)
            text = sql[name]
        keyword = "MATERIALIZED" if once else "NOT MATERIALIZED"
        ctes.append(f"{name} AS {keyword} ({text})")
    return f"WITH {', '.join(ctes)}" if ctes else ""


def _in_order(reads, needs):
    """The relations read, each behind those that it needs itself."""
    ordered = {}

    def add(names):
        for name in names:
            if name not in ordered:
                add(needs[name])
                ordered[name] = True

    add(["wanted", *reads])
    return list(ordered)


def _parts(sources, names):
    """What is joined to ``wanted``, each behind those whose columns it uses."""
    columns = {
        name: source for source in sources.values() for name, _sql in source.columns
    }
    asked = {}

    def add(name):
        source = sources.get(name) or columns[name]
        asked.setdefault(source.name, (source, set()))[1].add(name)

    for name in names:
        add(name)
        for used in sources[name].uses:
            add(used)
    together = {}
    for source, source_names in asked.values():
        same = (source.key, source.rows, source.where) if source.rows else source.name
        together.setdefault(same, []).append((source, source_names))
    parts = [_Part(members) for members in together.values()]
    return sorted(parts, key=lambda part: (not part.source.rows, part.source.name))


class _Part:
    """Sources that are read together, as one item to join to ``wanted``."""

    def __init__(self, members):
        self.source = members[0][0]
        asked = {name for _source, names in members for name in names}
        expressions = {
            name: sql
            for source, _names in members
            for name, sql in (
                *((fact.name, fact.sql) for fact in source.facts),
                *source.columns,
            )
        }
        self.sql = {name: expressions[name] for name in sorted(asked)}
        self.needs = {need for source, _names in members for need in source.needs}

    def join(self):
        """The text of the join."""
        source = self.source
        if not source.rows:
            return source.joins
        key, alias = f"{source.key}_id", _quoted(source.name)
        columns = ", ".join(
            f"{sql} AS {_quoted(name)}" for name, sql in self.sql.items()
        )
        nothing = ", ".join(
            f"{sql} AS {_quoted(_nothing(name))}" for name, sql in self.sql.items()
        )
        return (
            f"LEFT JOIN (SELECT {key}, {columns} FROM {source.rows}"
            f" WHERE {source.where} GROUP BY {key}) AS {alias}"
            f" ON {alias}.{key} = wanted.{key}"
            # An aggregate over nothing gives one row, and reads nothing.
            f" CROSS JOIN (SELECT {nothing} FROM {source.rows} WHERE FALSE)"
            f" AS {_quoted(_nothing(source.name))}"
        )

    def column(self, name):
        """The expression of a fact where the parts are joined."""
        source = self.source
        if not source.rows:
            return self.sql[name]
        return (
            f"CASE WHEN {_quoted(source.name)}.{source.key}_id IS NULL"
            f" THEN {_quoted(_nothing(name))} ELSE {_quoted(name)} END"
        )


def _normal(fact, source, column):
    """SQL that brings a raw column to the normal form of the fact's type: as
    `normalise_sql`, but cheaper, for a column costs nothing to name again."""
    if fact.name in source.normal:
        return column
    if fact.type == "number":
        if _WHOLE.fullmatch(fact.sql):
            return f"{column}::numeric"
        number = f"{column}::numeric"
        return (
            f"CASE WHEN {number} > -{_BEYOND} AND {number} < {_BEYOND}"
            f" THEN round({number}, 6) END"
        )
    return normalise_sql(fact.type, column)


def _nothing(name):
    return f"{name} of nothing"


def _quoted(name):
    return f'"{name}"'
