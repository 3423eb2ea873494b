"""Generated rules over the whole language, and contacts to try them on."""

import random
from datetime import date, datetime, timedelta
from decimal import Decimal

from engine import Fact, Macro
from hypothesis import strategies as st

FACTS = {
    fact.name: fact
    for fact in (
        Fact("orders.count", "number", "Orders"),
        Fact("orders.total", "number", "Total", unit="EUR"),
        Fact("param.limit", "number", "Limit"),
        Fact("param.words", "text_list", "Words"),
        Fact("contact.city", "text", "City"),
        Fact("contact.country", "text", "Country"),
        Fact("contact.timezone", "text", "Time zone"),
        Fact("contact.is_company", "boolean", "Is a company"),
        Fact("orders.last_date", "date", "Last order"),
        Fact("contact.since", "date", "Customer since"),
        Fact("mail.last_click", "datetime", "Last click"),
        Fact("mail.last_open", "datetime", "Last opening"),
        Fact("contact.tags", "text_list", "Tags"),
        Fact("nps.scores", "number_list", "Scores"),
    )
}
#: Saved rules, one of which names others.
MACROS = {
    macro.name: macro
    for macro in (
        Macro("active", "Active customer", "orders.count >= 2"),
        Macro("known", "Known", "contact.city != null or contact.since < $today"),
        Macro("wanted", "Wanted", "active and not known or 'a' in contact.tags"),
    )
}
ZONES = ("UTC", "Europe/Helsinki", "America/New_York", "Asia/Kolkata", "Not/AZone")
#: Pieces that texts are made of: case, accents composed or not, quotes, other planes.
PIECES = (
    *("a", "A", "b", "z", "Ä", "ä", "ö", "Å", "é", "e\u0301", "ß", "ẞ", "İ", "ı", "Σ"),
    *(
        "ς",
        "σ",
        "Ж",
        "ж",
        "\u1100\u1161",
        "한",
        "ﬁ",
        "½",
        "😀",
        "\U0001d400",
        "%",
        "%s",
    ),
    *(
        "'",
        '"',
        "\\",
        "_",
        " ",
        "\n",
        "\t",
        "\u200d",
        "\ufeff",
        "{0}",
        "$",
        "Ω",
        "\u2126",
    ),
)
#: Moments at which clocks change in Helsinki and New York, and edges of the calendar.
MOMENTS = (
    *(datetime(2024, 3, 31, hour) for hour in (0, 1, 2)),
    *(datetime(2024, 10, 27, hour, 30) for hour in (0, 1, 2)),
    *(
        datetime(2024, 3, 10, 7),
        datetime(2024, 11, 3, 6),
        datetime(2024, 2, 29, 23, 59),
    ),
    *(datetime(1970, 1, 1), datetime(2200, 12, 31, 23, 59, 59, 999999)),
    *(datetime(1899, 12, 31, 23, 59, 59), datetime(2201, 1, 1), datetime(1985, 6, 1)),
)
DAYS = (date(1900, 1, 1), date(1899, 12, 31), date(2200, 12, 31), date(2250, 1, 1))
NUMBERS = (
    *("0", "1", "2", "3", "-1", "-7", "0.1", "0.2", "0.3", "2.5", "0.000001"),
    *("0.0000005", "-0.0000005", "1.0000015", "33.333333", "999999999999.999999"),
    *("1000000000000", "1000000000000.000001", "-1000000000000", "123456.789", "1e15"),
)


def texts():
    return st.lists(st.sampled_from(PIECES), max_size=4).map("".join)


def moments():
    near = st.builds(
        lambda base, seconds: base + timedelta(seconds=seconds),
        st.sampled_from(MOMENTS),
        st.integers(-90000, 90000),
    )
    return st.one_of(st.sampled_from(MOMENTS), near)


class People:
    """Random contacts: drawn from one seed, because that is fast."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def group(self, size):
        """So many contacts, about a third of whose values are missing."""
        return [
            {name: self.value(fact.type) for name, fact in FACTS.items()}
            # The column holds zones that PostgreSQL knows.
            | {"contact.timezone": self.random.choice((None, *ZONES[:-1]))}
            for _ in range(size)
        ]

    def value(self, type_):
        return getattr(self, f"_{type_}")() if self.random.random() > 0.3 else None

    def _number(self):
        if self.random.random() < 0.5:
            return Decimal(self.random.choice((*NUMBERS, "NaN")))
        return Decimal(self.random.randint(-(10**9), 10**9)).scaleb(-3)

    def _text(self):
        return "".join(self.random.choices(PIECES, k=self.random.randint(0, 4)))

    def _boolean(self):
        return self.random.random() < 0.5

    def _datetime(self):
        moment = self.random.choice(MOMENTS)
        if self.random.random() < 0.5:
            return moment
        return moment + timedelta(seconds=self.random.randint(-90000, 90000))

    def _date(self):
        return self.random.choice((self._datetime().date(), *DAYS))

    def _text_list(self):
        return [self.value("text") for _ in range(self.random.randint(0, 3))]

    def _number_list(self):
        return [self.value("number") for _ in range(self.random.randint(0, 3))]


def groups(size=10):
    """Strategy of lists of contacts."""
    return st.integers(0, 2**32).map(lambda seed: People(seed).group(size))


def quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + escaped.replace("\n", "\\n").replace("\t", "\\t") + '"'


class Writer:
    """Writes one random expression of a wanted type."""

    def __init__(self, draw):
        self.draw = draw
        self.item = None  # type of the loop variable, inside a comprehension

    def pick(self, *options):
        return self.draw(st.sampled_from(options))

    def write(self, type_, depth):
        """An expression of that type, at most ``depth`` operators deep."""
        form = self.pick(*self._forms(type_, depth))
        return form(depth - 1)

    def _forms(self, type_, depth):
        forms = [lambda depth: self._leaf(type_)]
        if depth > 0:
            forms += getattr(self, f"_{type_}")()
            forms += [
                lambda d: f"({self.write(type_, d)} ?? {self.write(type_, d)})",
                lambda d: (
                    f"({self.write('boolean', d)} ? {self.write(type_, d)}"
                    f" : {self.pick(self.write(type_, d), 'null')})"
                ),
            ]
        return forms

    def _leaf(self, type_):
        if self.item == type_ and self.draw(st.booleans()):
            return "x"
        if self.draw(st.booleans()):
            names = [name for name, fact in FACTS.items() if fact.type == type_]
            names += {"date": ["$today"], "datetime": ["$now"]}.get(type_, [])
            if names:
                return self.pick(*names)
        return self._literal(type_)

    def _literal(self, type_):
        if type_ == "number":
            return self.pick(
                "0", "1", "2", "3", "0.1", "0.3", "2.5", "999999999999.999"
            )
        if type_ == "text":
            return quoted(self.draw(texts()))
        if type_ == "boolean":
            return self.pick("true", "false")
        if type_ == "duration":
            return self.pick('t"P30D"', 't"PT1H"', 't"P1DT0.5S"', 't"P1W"', 't"P0D"')
        moment = self.draw(moments())
        if not 1900 <= moment.year <= 2200:
            moment = datetime(2024, 3, 31, 3, 30)
        if type_ == "date":
            return f'd"{moment.date()}"'
        ending = self.pick("", "Z", "+02:00")
        if ending and (moment.year, ending) == (2200, "+02:00"):
            ending = "Z"
        return f'd"{moment.isoformat(timespec="seconds")}{ending}"'

    def _call(self, template, *types):
        """A form with one expression of each type in the places of the template."""
        return lambda depth: template.format(
            *(self.write(type_, depth) for type_ in types)
        )

    def _number(self):
        pair, call = ("number", "number"), self._call
        forms = [call(f"({{}} {sign} {{}})", *pair) for sign in "+-*/%"]
        return [
            *forms,
            call("({} // {})", *pair),
            call("(-{})", "number"),
            call("$abs({})", "number"),
            call("$lower({}).length", "text"),
            call("({}).year", self.pick("date", "datetime")),
            call("({}).month", self.pick("date", "datetime")),
            call("({}).day", "date"),
            call("({}).hour", "datetime"),
            call("({}).minute", "datetime"),
            call("$local({}).hour", "datetime"),
            call("$local({}).day", "datetime"),
            lambda depth: "$local_hour",
            call("({}).days", "duration"),
            call("({}).total_seconds", "duration"),
            call("({} / {})", "duration", "duration"),
            call("({}).length", "text"),
            call("$local({}).minute", "datetime"),
            lambda depth: "contact.tags.length",
            lambda depth: self.pick(
                "$count(contact.tags)", "$count(nps.scores)", "nps.scores.length"
            ),
            lambda depth: self._each("$count", depth),
        ]

    def _text(self):
        call = self._call
        return [
            call("$lower({})", "text"),
            call("({}).as_lower", "text"),
            call("({}).weekday", "date"),
            call("({}).weekday", "datetime"),
            call("$local({}).weekday", "datetime"),
        ]

    def _date(self):
        call = self._call
        return [
            call("({} + {})", "date", "duration"),
            call("({} - {})", "date", "duration"),
            call("({}).date", "datetime"),
            call("$local({}).date", "datetime"),
            lambda depth: "$local_today",
        ]

    def _datetime(self):
        call = self._call
        return [
            call("({} + {})", "datetime", "duration"),
            call("({} - {})", "datetime", "duration"),
        ]

    def _duration(self):
        call = self._call
        return [
            call("({} - {})", "datetime", "datetime"),
            call("({} - {})", "date", "date"),
            call("({} - {})", "datetime", "date"),
            call("({} + {})", "duration", "duration"),
            call("({} - {})", "duration", "duration"),
            call("({} * {})", "duration", "number"),
            call("({} * {})", "number", "duration"),
            call("({} / {})", "duration", "number"),
            call("(-{})", "duration"),
        ]

    def _boolean(self):
        call, ordered = self._call, ("number", "text", "date", "datetime", "duration")
        forms = []
        for type_ in ordered:
            sign = self.pick("==", "!=", "<", "<=", ">", ">=")
            forms.append(call(f"({{}} {sign} {{}})", type_, type_))
            forms.append(call("$between({}, {}, {})", type_, type_, type_))
            forms.append(call(self.pick("({} == null)", "(null != {})"), type_))
        word = self.pick("in", "not in")
        return [
            *forms,
            call("({} < {})", "date", "datetime"),
            call(f"({{}} {word} [{{}}, {{}}])", "number", "number", "number"),
            call(f"({{}} {word} {{{{{{}}, {{}},}}}})", "text", "text", "text"),
            call(f"({{}} {word} [{{}}])", "date", "date"),
            call(f"({{}} {word} contact.tags)", "text"),
            call(f"({{}} {word} param.words)", "text"),
            call(f"({{}} {word} nps.scores)", "number"),
            call(f"({{}} {word} {{}})", "text", "text"),
            call("$contains(contact.tags, {})", "text"),
            call("$contains({}, {})", "text", "text"),
            call("$starts_with({}, {})", "text", "text"),
            call("({} == {})", "boolean", "boolean"),
            call("({} != {})", "boolean", "boolean"),
            call("(not {})", "boolean"),
            call("({} and {})", "boolean", "boolean"),
            call("({} or {})", "boolean", "boolean"),
            call("({} and {} and {})", "boolean", "boolean", "boolean"),
            lambda depth: self.pick(*MACROS),
            lambda depth: self.pick(
                "contact.tags.is_empty",
                "nps.scores.is_empty",
                "(nps.scores == null)",
                "(contact.tags != null)",
                "(contact.is_company != null)",
                "([mail.last_click] == null)",
            ),
            call(f"({{}} {word} [{{}}, $now])", "datetime", "datetime"),
            call("$contains(nps.scores, {})", "number"),
            call("$between({}, {}, {})", "date", "datetime", "date"),
            call("(({} ? {} : {}) == {})", *["boolean"] * 4),
            lambda depth: self._each("$any", depth),
            lambda depth: self._each("$all", depth),
        ]

    def _each(self, function, depth):
        if self.item:
            return self._leaf("number" if function == "$count" else "boolean")
        name, self.item = self.pick(
            ("contact.tags", "text"), ("param.words", "text"), ("nps.scores", "number")
        )
        test = self.write("boolean", depth)
        ending = ""
        if function == "$count":
            ending, test = f" if {test}", "x"
        elif self.draw(st.booleans()):
            ending = f" if {self.write('boolean', depth)}"
        self.item = None
        return f"{function}([{test} for x in {name}{ending}])"


@st.composite
def rules(draw, depth=4):
    """The text of a rule."""
    return Writer(draw).write("boolean", depth)
