"""Time over the number of contacts as an SVG picture, both axes logarithmic."""

import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 70, 190, 40, 50
INK, GRID = "#333333", "#dddddd"
COLOURS = ("#0b6e99", "#c2571a", "#4d7c0f")


def draw(path, title, series):
    """Write the picture.

    :param series: per line its name and its points, of contacts and seconds
    """
    points = [point for _name, line in series for point in line]
    across = _Axis([x for x, _y in points], LEFT, WIDTH - RIGHT)
    upward = _Axis([y for _x, y in points], HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="13" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
        _text(LEFT, 22, title, size=15),
    ]
    for x in across.ticks:
        place = across.place(x)
        parts.append(_line(place, TOP, place, HEIGHT - BOTTOM))
        parts.append(_text(place, HEIGHT - BOTTOM + 20, f"{x:,.0f}", "middle"))
    for y in upward.ticks:
        place = upward.place(y)
        parts.append(_line(LEFT, place, WIDTH - RIGHT, place))
        parts.append(_text(LEFT - 8, place + 4, f"{y:g} s", "end"))
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(_text(middle, HEIGHT - 10, "contacts", "middle"))
    for (name, line), colour in zip(series, COLOURS, strict=False):
        places = [(across.place(x), upward.place(y)) for x, y in line]
        path_ = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        parts.append(
            f'<polyline points="{path_}" fill="none" stroke="{colour}"'
            ' stroke-width="2.5"/>'
        )
        parts += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>'
            for x, y in places
        ]
        x, y = places[-1]
        parts.append(_text(x + 10, y + 4, name, colour=colour))
    parts.append("</svg>")
    with open(path, "w") as handle:
        handle.write("\n".join(parts) + "\n")


class _Axis:
    """Powers of ten from below the least to above the greatest value."""

    def __init__(self, values, start, end):
        low, high = math.log10(min(values)), math.log10(max(values))
        self.low = math.floor(low + 0.001)
        self.high = max(math.ceil(high - 0.001), self.low + 1)
        self.start, self.end = start, end
        self.ticks = [10.0**power for power in range(self.low, self.high + 1)]

    def place(self, value):
        share = (math.log10(value) - self.low) / (self.high - self.low)
        return self.start + share * (self.end - self.start)


def _line(x1, y1, x2, y2):
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
        f' stroke="{GRID}"/>'
    )


def _text(x, y, text, anchor="start", size=13, colour=INK):
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}"'
        f' fill="{colour}">{escape(text)}</text>'
    )
