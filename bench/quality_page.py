"""The table of docs/compression.md and the plot docs/quality.svg, from what bench/quality.py measured."""

import importlib.metadata
import math
from xml.sax.saxutils import escape

BEGIN, END = "<!-- quality:begin -->", "<!-- quality:end -->"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 820, 560, 64, 24, 34, 48
NAMES, LINE = 130, 14  # room for names beside points: width and height
STYLE = """text { font: 11px sans-serif; fill: #424a53 } .axis { stroke: #8c959f } .grid { stroke: #8c959f55 }
.hearth { fill: #0969da } .nncf { fill: none; stroke: #bc4c00; stroke-width: 1.5 } .lead { stroke: #8c959f99 }
@media (prefers-color-scheme: dark) {
  text { fill: #c9d1d9 } .hearth { fill: #58a6ff } .nncf { stroke: #f0883e }
}"""


def megabytes(size):
    return f"{size / 1e6:.1f}" if size >= 1e7 else f"{size / 1e6:.2f}"


def cells(told):
    if told is None:
        return ["—"] * 5
    return [megabytes(told["bytes"]), f"{told['perplexity']:.2f}", f"{told['kl_mean']:.4f}", f"{told['kl_p99']:.3f}",
            f"{100 * told['top1_agreement']:.1f}"]


def complete(results, formats):
    """{name: {whose: figures}} of what has been measured for both, in the order of `formats`."""
    return {name: results["formats"][name] for name in formats if "nncf" in results["formats"].get(name, {})}


def table(results, formats):
    of_one = ["MB", "perplexity", "KL mean", "p99", "top-1"]
    rows = [["format", *of_one, *(f"NNCF: {of_one[0]}", *of_one[1:])], ["---", *["--:"] * 10]]
    rows.append(["original", *cells(results["original"]), *cells(None)])
    rows += [[name, *cells(by["hearth"]), *cells(by["nncf"])] for name, by in complete(results, formats).items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


class Plot:
    """Megabytes to the right, the mean KL upwards on a logarithmic scale."""

    def __init__(self, points):
        self.points = points  # [(name, whose, megabytes, kl)]
        sizes, kls = [p[2] for p in points], [p[3] for p in points]
        room = 0.06 * (max(sizes) - min(sizes)) or 1
        self.x_range = min(sizes) - room, max(sizes) + 4 * room
        self.y_range = math.log10(min(kls)) - 0.1, math.log10(max(kls)) + 0.1

    def x(self, size):
        low, high = self.x_range
        return LEFT + (size - low) / (high - low) * (WIDTH - LEFT - RIGHT)

    def y(self, kl):
        low, high = self.y_range
        return HEIGHT - BOTTOM - (math.log10(kl) - low) / (high - low) * (HEIGHT - TOP - BOTTOM)

    def axes(self):
        low, high = self.x_range
        step = 10 ** math.floor(math.log10((high - low) / 2))
        ticks = [step * n for n in range(math.ceil(low / step), math.floor(high / step) + 1)]
        floor = HEIGHT - BOTTOM
        for tick in ticks:
            yield f'<line class="axis" x1="{self.x(tick):.1f}" x2="{self.x(tick):.1f}" y1="{floor}" y2="{floor + 5}"/>'
            yield f'<text x="{self.x(tick):.1f}" y="{floor + 18}" text-anchor="middle">{tick:g}</text>'
        for kl in (digit * 10.0**power for power in range(-9, 3) for digit in (1, 2, 5)):
            if self.y_range[0] < math.log10(kl) < self.y_range[1]:
                at = self.y(kl)
                yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{at:.1f}" y2="{at:.1f}"/>'
                yield f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{kl:g}</text>'
        yield f'<line class="axis" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{floor}" y2="{floor}"/>'
        yield f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 10}" text-anchor="middle">MB of weights</text>'
        yield f'<text transform="translate(14 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">mean KL, nats</text>'

    def clusters(self):
        """Points from the left to the right, cut where names fit between two."""
        out = []
        for point in sorted((p for p in self.points if p[1] == "hearth"), key=lambda p: p[2]):
            if out and self.x(point[2]) - self.x(out[-1][-1][2]) < NAMES:
                out[-1].append(point)
            else:
                out.append([point])
        return out

    def labels(self, cluster):
        """The names in a column to the right, in the order of the points' heights."""
        cluster = sorted(cluster, key=lambda p: -p[3])
        column = max(self.x(p[2]) for p in cluster) + 26
        wanted, placed = [self.y(p[3]) for p in cluster], []
        for at in wanted:
            placed.append(max(at, placed[-1] + LINE) if placed else at)
        up = min(sum(placed) - sum(wanted), len(placed) * (placed[0] - TOP - LINE)) / len(placed)
        for (name, _, size, kl), at in zip(cluster, placed):
            at -= up
            yield (f'<line class="lead" x1="{self.x(size):.1f}" y1="{self.y(kl):.1f}" x2="{column - 4:.1f}" '
                   f'y2="{at:.1f}"/><text x="{column:.1f}" y="{at + 4:.1f}">{escape(name)}</text>')

    def marks(self):
        for _, whose, size, kl in self.points:
            radius = 3.5 if whose == "hearth" else 5.5
            yield f'<circle class="{whose}" cx="{self.x(size):.1f}" cy="{self.y(kl):.1f}" r="{radius}"/>'

    def svg(self, title):
        labels = [line for cluster in self.clusters() for line in self.labels(cluster)]
        legend = (f'<circle class="hearth" cx="{WIDTH - 130}" cy="16" r="3.5"/><text x="{WIDTH - 122}" y="20">Hearth'
                  f'</text><circle class="nncf" cx="{WIDTH - 66}" cy="16" r="5.5"/><text x="{WIDTH - 56}" y="20">NNCF'
                  '</text>')
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
            f"<title>{escape(title)}</title><style>{STYLE}</style>", f'<text x="{LEFT}" y="20">{escape(title)}</text>',
            legend, *self.axes(), *labels, *self.marks(), "</svg>\n"])


def points_of(results, formats):
    return [(name, whose, told["bytes"] / 1e6, told["kl_mean"]) for name, by in complete(results, formats).items()
            for whose, told in by.items() if told]


def write(measured, models, formats, docs):
    """The models in the order of `models`; the plot is of the first."""
    there = [name for name in models if measured.get(name, {}).get("formats")]
    parts = [f"{BEGIN}\n`bench/quality.py` writes this; NNCF {importlib.metadata.version('nncf')}, "
             f"OpenVINO {importlib.metadata.version('openvino')}."]
    for name in there:
        results = measured[name]
        parts.append(f"**{name}**, {results['original']['tokens']} tokens scored\n\n{table(results, formats)}")
    page = docs / "compression.md"
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    page.write_text(before + "\n\n".join(parts) + "\n" + END + rest.split(END, 1)[1], encoding="utf-8")
    plot = Plot(points_of(measured[there[0]], formats)).svg(f"{there[0]}: size and distance from the float model")
    (docs / "quality.svg").write_text(plot, encoding="utf-8")
