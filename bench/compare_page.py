"""The tables and the plot of docs/performance.md, from what bench/compare.py measured."""

import statistics
from xml.sax.saxutils import escape

BEGIN, END = "<!-- compare:begin -->", "<!-- compare:end -->"
PROGRAMS = {"hearth": "Hearth", "openvino": "OpenVINO GenAI", "llama": "llama.cpp"}

WIDTH, LEFT, RIGHT, TOP, LINE = 820, 330, 30, 52, 22
STYLE = """text { font: 11px sans-serif; fill: #424a53 } .grid { stroke: #8c959f55 } .limit { stroke: #8c959f }
.hearth { fill: #0969da } .openvino { fill: none; stroke: #bc4c00; stroke-width: 1.5 }
.llama { fill: none; stroke: #1a7f37; stroke-width: 1.5 }
@media (prefers-color-scheme: dark) {
  text { fill: #c9d1d9 } .hearth { fill: #58a6ff } .openvino { stroke: #f0883e } .llama { stroke: #3fb950 }
}"""


def median(runs, key):
    values = [run[key] for run in runs if run.get(key) is not None]
    return statistics.median(values) if values else None


def summary(row, runs):
    """Of {program: figures of each round}: medians, the limit and the machine's rates."""
    told = {"programs": {name: {key: median(figures, key) for key in (row.figure, "private_mb")}
                         for name, figures in runs.items()}}
    ours = runs.get("hearth", [])
    told["limit"], told["bound"] = median(ours, "floor_tok_s"), ours[0].get("floor") if ours else None
    machines = [run["machine"] for run in ours if "machine" in run]
    told["machine"] = {key: median(machines, key) for key in machines[0]} if machines else None
    return told


def number(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def figure_of(row, told, name):
    return told["programs"].get(name, {}).get(row.figure)


def advantage(row, told, name):
    """How many times better Hearth is."""
    ours, theirs = figure_of(row, told, "hearth"), figure_of(row, told, name)
    if not ours or not theirs:
        return None
    return ours / theirs if row.higher_is_better else theirs / ours


def cell(row, told, name):
    value = figure_of(row, told, name)
    if value is None:
        return "—"
    text = number(value)
    if told["limit"]:
        text += f" ({100 * value / told['limit']:.0f} %)"
    elif row.kind == "memory" and name == "hearth":
        text += f" ({number(told['programs'][name]['private_mb'])} private)"
    times = advantage(row, told, name) if name != "hearth" else None
    return text + (f", {times:.2f}x" if times else "")


def limit(told):
    return f"{number(told['limit'])} ({told['bound']})" if told["limit"] else ""


def line(row, told):
    """One row for the terminal."""
    cells = "; ".join(f"{PROGRAMS[name]} {cell(row, told, name)}" for name in told["programs"])
    return f"{row.title}: limit {limit(told)}; {cells}" if told["limit"] else f"{row.title}: {cells}"


def table(rows, measured):
    there = [name for name in PROGRAMS if any(name in told["programs"] for told in measured.values())]
    lines = [["work", "limit", *(PROGRAMS[name] for name in there)], ["---", "--:", *["--:"] * len(there)]]
    for row in rows:
        if told := measured.get(row.name):
            lines.append([row.title, limit(told), *(cell(row, told, name) for name in there)])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def machine(cpu, told):
    """The processor, and the limits that were measured with the rows: the median of them all."""
    rates = [row["machine"] for rows in told.values() for row in rows.values() if row["machine"]]
    text = (f"{cpu['name']} (family {cpu['family']}, model {cpu['model']}; {', '.join(cpu['has'])}), "
            f"{cpu['cores']} cores")
    if rates:
        middle = {key: sorted(rate[key] for rate in rates)[len(rates) // 2] for key in rates[0]}
        text += (f"; reads {middle['read_gb_s']:.1f} GB/s; multiplies int8 {middle['int8_gops'] / 1000:.2f} TOPS, bf16 "
                 f"{middle['bf16_gflops'] / 1000:.2f} and f32 {middle['f32_gflops'] / 1000:.2f} TFLOPS")
    return text + "."


def versions(results):
    names = {"hearth": "Hearth", "openvino": "OpenVINO GenAI", "llama": "llama-cpp-python"}
    return ", ".join(f"{names[key]} {value}" for key, value in results["versions"].items()) + "."


class Plot:
    """Rows downwards, the share of the limit to the right."""

    def __init__(self, rows, measured):
        self.rows = [(row, measured[row.name]) for row in rows if measured.get(row.name, {}).get("limit")]
        shares = [self.share(row, told, name) for row, told in self.rows for name in told["programs"]]
        self.most = max([1.0, *shares]) * 1.02
        self.height = TOP + LINE * len(self.rows) + 34

    @staticmethod
    def share(row, told, name):
        return figure_of(row, told, name) / told["limit"]

    def x(self, share):
        return LEFT + share / self.most * (WIDTH - LEFT - RIGHT)

    def grid(self):
        bottom = TOP + LINE * len(self.rows)
        for percent in range(0, int(self.most * 100) + 1, 20):
            at, kind = self.x(percent / 100), "limit" if percent == 100 else "grid"
            yield f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{bottom}"/>'
            yield f'<text x="{at:.1f}" y="{bottom + 18}" text-anchor="middle">{percent} %</text>'

    def marks(self):
        for i, (row, told) in enumerate(self.rows):
            y = TOP + LINE * i + LINE / 2
            text = f"{row.title}, {number(figure_of(row, told, 'hearth'))} tok/s"
            yield f'<text x="{LEFT - 12}" y="{y + 4}" text-anchor="end">{escape(text)}</text>'
            for name in reversed(list(told["programs"])):
                at, radius = self.x(self.share(row, told, name)), 4 if name == "hearth" else 5
                yield f'<circle class="{name}" cx="{at:.1f}" cy="{y}" r="{radius}"/>'

    def legend(self):
        for i, (name, title) in enumerate(PROGRAMS.items()):
            at = LEFT + 130 * i
            yield f'<circle class="{name}" cx="{at + 6}" cy="32" r="{4 if name == "hearth" else 5}"/>'
            yield f'<text x="{at + 16}" y="36">{title}</text>'

    def svg(self, title):
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}" role="img">',
            f"<title>{escape(title)}</title><style>{STYLE}</style>", f'<text x="12" y="18">{escape(title)}</text>',
            *self.legend(), *self.grid(), *self.marks(), "</svg>\n"])


def write(results, rows, page):
    cpu = results["processor"]
    told = {isa: {row.name: summary(row, measured[row.name]) for row in rows if row.name in measured}
            for isa, measured in results["rows"].items()}
    parts = [f"{BEGIN}\n`bench/compare.py` writes this. {machine(cpu, told)} {versions(results)}"]
    for isa, measured in sorted(told.items(), key=lambda item: item[0] != "native"):
        title = "All instructions of the processor" if isa == "native" else f"Capped to {isa}"
        parts.append(f"**{title}**: tokens a second (share of the limit), and how many times better Hearth is\n\n"
                     + table(rows, measured))
    text = page.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    page.write_text(before + "\n\n".join(parts) + "\n" + END + rest.split(END, 1)[1], encoding="utf-8")
    plot = Plot(rows, told.get("native", {})).svg("Tokens a second, as a share of what the machine allows")
    page.with_suffix(".svg").write_text(plot, encoding="utf-8")
