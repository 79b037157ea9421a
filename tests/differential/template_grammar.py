"""Small templates for comparison with jinja2: every filter, test, operator and method on every kind
of value, tags with every mark of whitespace control, and random programs of all of them."""

import itertools

CONTEXT = {
    "n": 7,
    "zero": 0,
    "minus": -3,
    "x": 2.5,
    "yes": True,
    "no": False,
    "nothing": None,
    "empty": [],
    "void": "",
    "nodict": {},
    "text": "Hello, World",
    "lines": "one\n  two\r\n\nthree ",
    "greek": "Οδυσσεύς ßtraße ǆ",
    "emoji": "a😀b👨‍👩‍👧c",
    "digits": " 42 ",
    "html": "<b>\"A\" & 'B'</b>",
    "words": ["delta", "Alpha", "charlie", "bravo"],
    "numbers": [3, 1, 2, 5, 4, 3],
    "reals": [1.5, -0.0, 1e16, 1e-7, 3.0],
    "mixed": [1, 1.5, True, None, "s", [1], {"k": 2}],
    "pairs": [["b", 1], ["a", 2], ["B", 0]],
    "point": {"x": 1, "y": {"z": [10, 20, 30]}},
    "keys": {"pop": 1, "items": 2, "a b": 3, "_p": 4, "B": [5]},
    "users": [
        {"name": "Ann", "age": 31, "city": "Oslo", "tags": ["a", "b"]},
        {"name": "bob", "age": 25, "city": "bergen", "tags": []},
        {"name": "Cid", "age": 31, "city": "Oslo"},
    ],
    "big": 18446744073709551615,
}

VALUES = [*CONTEXT, "absent", "('a', 1)", "range(4)", "users[0]", "users[9]", "point.items()",
          "namespace(a=1)", "text.upper", "numbers|map('string')", "'%s-%d'", "'{0} {a}'",
          "html|safe", "1e300", "-1", "'é'", "'_'", "' , '"]

# Arguments that filters are tried with.
FILTERS = {
    "abs": [""], "attr": ["", "'x'", "'name'", "'upper'", "n"],
    "batch": ["", "2", "3, '-'", "0", "-1", "'2'", "linecount=2"], "capitalize": [""],
    "center": ["", "20", "3", "-5", "width=15", "'9'"], "count": [""],
    "d": ["", "1", "'z', true", "default_value='q'", "boolean=true"],
    "dictsort": ["", "true", "false, 'value'", "by='value'", "reverse=true", "by='other'"],
    "e": [""], "filesizeformat": ["", "true", "binary=false"], "first": [""],
    "float": ["", "1.5", "default='d'"], "forceescape": [""],
    "format": ["", "1", "1, 2", "a=1", "'a', 5", "1.5, 2.5"],
    "groupby": ["'city'", "'age'", "0", "'name', default='?'", "'city', case_sensitive=true", ""],
    "indent": ["", "2", "2, true", "2, false, true", "'> '", "first=true", "width=0", "blank=true"],
    "int": ["", "5", "0, 16", "default=-1", "base=2", "'x'"],
    "items": [""], "join": ["", "', '", "'-', attribute='name'", "attribute='x'", "1", "'|', 0"],
    "last": [""], "length": [""], "list": [""], "lower": [""],
    "map": ["", "'upper'", "'length'", "attribute='name'", "attribute='tags', default=[]", "'first'",
            "attribute=0", "'default', 'd'", "attribute='y.z.1'", "'nofilter'", "attribute='0'",
            "attribute='name', default='d', x=1", "'join', '-'"],
    "max": ["", "true", "attribute='age'", "case_sensitive=true"],
    "min": ["", "true", "attribute='name'"], "pprint": [""],
    "reject": ["", "'odd'", "'none'", "'eq', 1", "'string'", "'nothing'"],
    "rejectattr": ["'tags'", "'age', 'gt', 30", "'tags', 'defined'", "", "'name', 'in', ['bob']"],
    "replace": ["'l', 'L'", "'', '-'", "'o', '', 1", "'a', 'b', -1", "'l', 'L', count=1", "'x'",
                "'<', '>'", "1, 2"],
    "reverse": [""], "round": ["", "1", "-1", "0, 'floor'", "1, 'ceil'", "method='common'", "'1'",
                               "0, 'other'", "precision=2"],
    "safe": [""], "select": ["", "'even'", "'number'", "'gt', 2", "'in', [1, 's']", "'mapping'",
                             "'test'", "5"],
    "selectattr": ["'tags'", "'age', 'eq', 31", "'city', 'equalto', 'Oslo'", "'none', 'defined'",
                   "'name', 'in', 'Annbob'", "0"],
    "slice": ["", "2", "3, '-'", "0", "slices=2", "-1"],
    "sort": ["", "true", "false, true", "attribute='name'", "attribute='age,name'", "reverse=true",
             "case_sensitive=true", "attribute='0'", "attribute=1"],
    "string": [""], "striptags": [""], "sum": ["", "'age'", "start=10", "attribute='age', start=1",
                                               "start=[]", "start=''"],
    "title": [""],
    "tojson": ["", "indent=2", "indent=0", "ensure_ascii=true", "separators=(',', ':')", "sort_keys=true",
               "indent='\t'", "true", "false, 1, (';', '='), true", "indent=none", "indent=-1",
               "indent=true", "separators=[1, 2]", "indent=1.5", "separators=(',',)"],
    "trim": ["", "'H'", "'xd '", "chars='H'", "none", "1"],
    "truncate": ["", "5", "5, true", "6, false, '~'", "5, true, '', 0", "5, leeway=10", "length=3",
                 "2", "end='>>>>>>>>'"],
    "unique": ["", "true", "attribute='city'", "false, 'age'"], "upper": [""],
    "urlencode": [""], "wordcount": [""],
    "wordwrap": ["", "5", "5, false", "3, true, '|'", "4, wrapstring='~'", "0", "6, break_on_hyphens=false"],
    "xmlattr": ["", "false"], "nofilter": [""],
}

TESTS = ["boolean", "callable", "defined", "divisibleby 3", "divisibleby(0)", "divisibleby", "eq 7", "equalto 'é'",
         "escaped", "even", "false", "filter", "float", "ge 2", "gt 2.5", "in [7, 'é', none]",
         "in 'xé'", "in point", "integer", "iterable", "le 3", "lower", "lt 3", "mapping", "ne 7",
         "none", "number", "odd", "sameas none", "sameas n", "sequence", "string", "test", "true", "undefined",
         "upper", "not string", "nosuch", "eq", "number == true", "not none and yes"]

METHODS = {
    "capitalize": [""], "casefold": [""], "center": ["9", "9, '*'", "''", ""],
    "count": ["'l'", "''", "'o', 5", "'o', 0, 5", "1", ""],
    "endswith": ["'d'", "('x', 'd')", "'o', 0, 5", "['d']", "''"], "expandtabs": ["", "4", "tabsize=2"],
    "find": ["'o'", "'o', 5", "'zz'", "'', 3", "'l', -4", "'l', none, 3", "none"],
    "format": ["", "1", "'a', a=2", "a='z'"], "index": ["'l'", "'zz'", "1", "3, 1", "3, 1, 2"],
    "isalnum": [""], "isalpha": [""], "isascii": [""], "isdecimal": [""], "isdigit": [""],
    "isidentifier": [""], "islower": [""], "isnumeric": [""], "isprintable": [""], "isspace": [""],
    "istitle": [""], "isupper": [""], "join": ["words", "'abc'", "numbers", "[]", "point", ""],
    "ljust": ["15, '.'", "2", "15"], "lower": [""], "lstrip": ["", "'H '", "none"],
    "partition": ["','", "''", "'zz'"], "removeprefix": ["'He'", "'x'"], "removesuffix": ["'ld'"],
    "replace": ["'l', 'LL'", "'', '.'", "'l', '', 1", "'l'", "'l', 1", "'a', 'b', count=1"],
    "rfind": ["'o'", "'', 0, 2"], "rindex": ["'o'", "'zz'"], "rjust": ["15, '0'"],
    "rpartition": ["'o'"], "rsplit": ["", "',', 1", "none, 1", "'l', maxsplit=1", "''"],
    "rstrip": ["", "'dl'"], "split": ["", "','", "'l', 1", "none, 1", "sep='o'", "' '", "'\\n'", "''"],
    "splitlines": ["", "true", "keepends=true"], "startswith": ["'H'", "('a', 'He')", "'l', 2", "1"],
    "strip": ["", "'Hd'", "' \\n'"], "swapcase": [""], "title": [""], "translate": ["{72: 'J'}"],
    "upper": [""], "zfill": ["10", "-1", "'1'"], "copy": [""], "get": ["'x'", "'q', 5", "1", ""],
    "items": [""], "keys": [""], "values": [""], "append": ["1"], "pop": ["", "'x'"], "update": ["{}"],
    "nomethod": [""], "real": [""],
}

BINARY = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", "in", "not in",
          "and", "or"]
OPERANDS = ["n", "zero", "minus", "x", "yes", "nothing", "text", "void", "words", "empty", "point",
            "('a', 1)", "range(3)", "absent", "'l'", "[3, 1]", "2", "-0.5", "'%s|%r'", "big",
            "'a%5.1fb'", "{'x': 1}", "point.keys()", "html|safe"]
SLICES = ["", "1", "-2", "n", "-9", "'a'", "none"]
SLICED = ["text", "emoji", "words", "(n, 'a', 2)", "range(9)", "n", "point"]

FORMATS = ["%d", "%5d|", "%-5d|", "%05d", "%+d", "% d", "%x", "%X", "%#o", "%s", "%r", "%.2f", "%8.3f|",
           "%e", "%g", "%G", "%c", "%%", "%i", "%u", "%5s|", "%-5s|", "%.2s", "%(a)s", "%", "%y", "%*d",
           "%a", "%#x", "%+.1e", "%.0f", "%#.3g"]
BRACES = ["{}", "{0}", "{:5}|", "{:<5}|", "{:^9}|", "{:>9}|", "{:*^9}", "{:+}", "{:05}", "{:x}", "{:#x}",
          "{:b}", "{:,}", "{:_}", "{:.2f}", "{:e}", "{:%}", "{:g}", "{!r}", "{!s:>5}", "{0[0]}", "{0.real}",
          "{{}}", "{", "}", "{:d}", "{:s}", "{:c}", "{:z}", "{:.3}", "{:=+7}", "{a}", "{:{}}", "{!a}", "{:n}",
          "{0.__class__}", "{:_x}", "{:#b}", "{: }", "{:08.2f}", "{:,.1f}"]
ARGUMENTS = ["n", "minus", "x", "text", "nothing", "yes", "words", "big", "65", "1234567.891", "('a', 1)",
             "{'a': 'A'}", "-0.0", "1e100"]


def filters():
    for name, arguments in FILTERS.items():
        for given, value in itertools.product(arguments, VALUES):
            call = f"{name}({given})" if given else name
            yield "{{ %s|%s }}" % (value, call)
            if name in ("batch", "slice", "map", "select", "reject", "selectattr", "rejectattr",
                        "unique", "reverse", "items", "groupby"):
                yield "{{ %s|%s|list }}" % (value, call)


def tests():
    for test, value in itertools.product(TESTS, VALUES):
        yield "{{ %s is %s }}" % (value, test)


def methods():
    for name, arguments in METHODS.items():
        for given, value in itertools.product(arguments, VALUES):
            yield "{{ %s.%s(%s) }}" % (value if value[0] not in "-1" else f"({value})", name, given)


def operators():
    for operator, a, b in itertools.product(BINARY, OPERANDS, OPERANDS):
        if operator == "**" and "big" in (a, b):
            continue
        yield "{{ %s %s %s }}" % (a, operator, b)
    for operator, a in itertools.product(["-", "+", "not ", "- -"], OPERANDS):
        yield "{{ %s%s }}" % (operator, a)


def slices():
    for value, start, stop, step in itertools.product(SLICED, SLICES, SLICES, ["", "2", "-1", "0", "-3"]):
        yield "{{ %s[%s:%s:%s] }}" % (value, start, stop, step)
    for value, index in itertools.product(VALUES, ["0", "-1", "99", "'x'", "'name'", "none", "1.0", "true", "n", "[1]"]):
        yield "{{ %s[%s] }}" % (value if value[0] != "-" else f"({value})", index)


def formats():
    for pattern, value in itertools.product(FORMATS, ARGUMENTS):
        yield "{{ '%s' %% %s }}" % (pattern, value)
    for pattern, value in itertools.product(BRACES, ARGUMENTS):
        yield "{{ '%s'.format(%s) }}" % (pattern, value)
    for pattern in BRACES:
        yield "{{ '%s'.format(n, 6, a=x) }}" % pattern


MARKS = ["", "-", "+"]
TAGS = [("{%", "if yes", "%}"), ("{%", "set q = 1", "%}"), ("{{", "n", "}}"), ("{#", "c", "#}"),
        ("{%", "for i in [1, 2]", "%}"), ("{%", "raw", "%}"), ("{%", "generation", "%}")]
ENDS = {"if yes": "endif", "for i in [1, 2]": "endfor", "raw": "endraw", "generation": "endgeneration"}
AROUND = ["", " ", "\n", "  \n  ", "a", "a \n\n\t", "\r\n", "\n\n"]


def whitespace():
    """Every tag with every mark, and every kind of space around it."""
    for (start, words, end), a, b, before, after in itertools.product(TAGS, MARKS, MARKS, AROUND, AROUND):
        tag = f"{start}{a} {words} {b}{end}"
        close = ENDS.get(words)
        for mark in (["", "-"] if close else [""]):
            tail = "{%" + mark + f" {close} " + mark + "%}" if close else ""
            yield f"x{before}{tag}{after}y{before}{tail}{after}z"


class Random:
    """Programs drawn from the grammar of statements and expressions."""

    def __init__(self, rng):
        self.rng = rng
        self.names = list(CONTEXT)
        self.macros = []

    def pick(self, *choices):
        return self.rng.choice(choices)

    def literal(self):
        return self.pick("1", "0", "-2", "2.5", "'ab'", "''", "\"q'\"", "true", "none", "[]", "[1, 'a']",
                         "{'k': 1, 'j': [2]}", "(1,)", "(1, 'b')", "'x' * 3", "range(3)", "1e3", "0x1f")

    def name(self):
        return self.rng.choice(self.names)

    def expression(self, depth=3):
        """Most of them have a value: an error hides what would come after it."""
        if depth == 0 or self.rng.random() < 0.2:
            return self.pick(self.name(), self.name(), self.literal())
        if self.rng.random() < 0.04:
            return self.risky(depth)
        inner = lambda: self.expression(depth - 1)
        kind = self.rng.randrange(16)
        if kind == 0:
            return f"({inner()} {self.pick('==', '!=', 'and', 'or', '~', '~')} {inner()})"
        if kind == 1:
            return f"({inner()} if {inner()} else {inner()})" if self.rng.random() < 0.8 else f"({inner()} if {inner()})"
        if kind == 2:
            filters = ("string", "tojson", "default(1)", "default('d', true)", "pprint", "trim", "upper",
                       "title", "capitalize", "lower", "escape", "safe", "int", "float", "wordcount", "striptags",
                       "forceescape", "center(9)", "indent(1)", "replace('a', 'b')", "truncate(9)", "urlencode")
            return f"({inner()})|{self.pick(*filters)}"
        if kind == 3:
            values = self.pick("words", "numbers", "mixed", "users", "text", "point", "emoji", "range(5)", "pairs")
            filters = ("list", "length", "first", "last", "join('-')", "batch(2)|list", "slice(2)|list", "reverse|list",
                       "unique|list", "map('string')|list", "map('upper')|join", "select|list", "reject('none')|list",
                       "map('length')|first", "tojson(indent=1)", "select('string')|map('trim')|list", "count")
            return f"({values}|{self.pick(*filters)})"
        if kind == 4:
            tests = ("defined", "none", "string", "number", "mapping", "iterable", "sequence", "true", "boolean",
                     "eq 7", "integer", "float", "sameas none", "in [1, 'a', none]", "callable", "undefined")
            return f"({inner()} is {self.pick('', 'not ')}{self.pick(*tests)})"
        if kind == 5:
            name = self.pick("upper", "strip", "title", "split", "splitlines", "swapcase", "capitalize", "isdigit",
                             "lstrip", "islower", "casefold", "isalpha", "expandtabs")
            call = self.pick(f"{name}()", "replace('l', 'L')", "split('o')", "startswith('a')", "find('b')", "count('')",
                             "zfill(8)", "center(8, '*')", "partition(' ')", "rsplit(none, 1)", "format(1)")
            return f"({inner()}|string).{call}"
        if kind == 6:
            return f"({self.pick('text', 'words', 'users', 'numbers', 'point', 'mixed')})[{inner()}]"
        if kind == 7:
            start, stop, step = (self.pick("", "1", "-2", "n", "minus", "3") for _ in range(3))
            return f"({self.pick('text', 'words', 'numbers', 'emoji', 'range(9)')})[{start}:{stop}:{step}]"
        if kind == 8:
            return self.pick("point.x", "point.y.z", "users[0].name", "users[2].tags", "keys.items()|list", "point['y']['z'][-1]",
                             "users|selectattr('tags')|map(attribute='name')|list", "users|groupby('city')|length", "keys.pop",
                             "users|sort(attribute='age')|map(attribute='name')|join", "point.get('q', n)", "words|sort",
                             "numbers|sum", "numbers|max", "users|map(attribute='tags', default=[])|list", "point|dictsort")
        if kind == 9:
            return f"[{inner()}, {inner()}]" if self.rng.random() < 0.5 else f"{{'a': {inner()}, 'b': {inner()}}}"
        if kind == 10:
            return f"(not {inner()})"
        if kind == 11 and self.macros:
            return f"{self.rng.choice(self.macros)}({self.arguments(depth - 1)})"
        if kind == 12:
            return f"({inner()} ~ {inner()} ~ '{self.pick(' ', 'z', '-')}')"
        if kind == 13:
            return f"({self.pick('n', 'x', '2', 'minus', 'yes')} {self.pick('+', '-', '*', '/', '//', '%', '<', '>=')} {self.pick('3', '-2', '0.5', 'n')})"
        if kind == 14:
            return f"({inner()} in {self.pick('mixed', 'words', 'point', '[none, 1]')})"
        return f"(n {self.pick('<', '==', '!=', '>=')} x {self.pick('<', '==', '>')} {self.pick('n', 'zero', 'big')})"

    def risky(self, depth):
        inner = lambda: self.expression(depth - 1)
        kind = self.rng.randrange(6)
        if kind == 0:
            return f"({inner()} {self.rng.choice([b for b in BINARY if b != '**'])} {inner()})"
        if kind == 1:
            name = self.rng.choice(list(FILTERS))
            return f"({inner()})|{name}({self.rng.choice(FILTERS[name])})"
        if kind == 2:
            name = self.rng.choice(list(METHODS))
            return f"({inner()}).{name}({self.rng.choice(METHODS[name])})"
        if kind == 3:
            return f"({self.name()})[{inner()}]"
        if kind == 4:
            return f"{self.name()}[{self.rng.choice(SLICES)}:{self.rng.choice(SLICES)}]"
        return f"({inner()}).{self.pick('x', 'name', 'y.z', 'items', 'k', '0')}"

    def arguments(self, depth):
        parts = [self.expression(depth) for _ in range(self.rng.randrange(3))]
        if self.rng.random() < 0.3:
            parts.append(f"b={self.expression(depth)}")
        if self.rng.random() < 0.1:
            parts.append(f"*{self.pick('[]', '[n]', 'point')}")
        if self.rng.random() < 0.1:
            parts.append("**{'c': 1}")
        return ", ".join(parts)

    def space(self):
        return self.pick("", "", " ", "\n", "text", "\n  ", " \n\n", "\t", "{# note #}", "{#- note -#}")

    def tag(self, words):
        return "{%" + self.pick("", "", "-", "+") + f" {words} " + self.pick("", "", "-", "+") + "%}"

    def loop_use(self):
        return self.pick("{{ loop.index }}", "{{ loop.index0 }}{{ loop.revindex }}", "{{ loop.first }}|{{ loop.last }}",
                         "{{ loop.length }}", "{{ loop.previtem }}<{{ loop.nextitem }}", "{{ loop.cycle('a', 'b') }}",
                         "{{ loop.changed(i) }}", "{{ loop.depth }}{{ loop.depth0 }}", "{% if loop.first %}F{% endif %}",
                         "{{ loop }}", "{{ loop.nosuch }}", "{{ loop.nextitem is defined }}", "{% if loop.index > 1 %}{% break %}{% endif %}",
                         "{% if loop.index0 is even %}{% continue %}{% endif %}")

    def statement(self, depth):
        kind = self.rng.randrange(13)
        body = lambda: self.body(depth - 1)
        if kind <= 2 or depth == 0:
            return "{{" + self.pick("", "", "-", "+") + f" {self.expression()} " + self.pick("", "", "-") + "}}"
        if kind == 3:
            chain = "".join(self.tag(f"elif {self.expression(1)}") + body() for _ in range(self.rng.randrange(2)))
            other = self.tag("else") + body() if self.rng.random() < 0.5 else ""
            return self.tag(f"if {self.expression(2)}") + body() + chain + other + self.tag("endif")
        if kind in (4, 5):
            items = self.pick("numbers", "words", "users", "mixed", "point.items()", "range(4)", "empty", "text",
                              "numbers|reverse", "words|batch(2)", "pairs", self.expression(2))
            target = "i"
            if items in ("pairs", "point.items()"):
                target = self.pick("i, j", "i")
            extra = self.pick("", "", "", f" if {self.expression(1)}", " recursive")
            self.names.append("i")
            inside = body() + self.loop_use() + body()
            if "recursive" in extra and self.rng.random() < 0.5:
                inside += "{{ loop(i) if i is iterable and i is not string }}"
            other = self.tag("else") + body() if self.rng.random() < 0.4 else ""
            self.names.pop()
            return self.tag(f"for {target} in {items}{extra}") + inside + other + self.tag("endfor")
        if kind == 6:
            name = self.pick("v", "w", "n", "text")
            self.names.append(name)
            return self.tag(f"set {name} = {self.expression()}")
        if kind == 7:
            self.names.append("v")
            return self.tag(self.pick("set v", "set v | upper", "set v | trim | length")) + body() + self.tag("endset")
        if kind == 8:
            name = self.pick("m", "f")
            head = self.pick("", "a", "a, b=2", "a, b=a", "a=1, b='z'", "b=n")
            self.names += ["a", "b"]
            inside = body() + self.pick("", "{{ varargs }}", "{{ kwargs }}", "{{ caller() if caller }}", "{{ m.name }}{{ m.arguments }}")
            del self.names[-2:]
            self.macros.append(name)
            return self.tag(f"macro {name}({head})") + inside + self.tag("endmacro")
        if kind == 9 and self.macros:
            return self.tag(f"call{self.pick('', '', '(a=2)', '(a=n, b=1)')} {self.rng.choice(self.macros)}({self.arguments(1)})") + body() + self.tag("endcall")
        if kind == 10:
            chain = self.pick("upper", "trim", "indent(2)", "replace('a', 'b')", "upper|lower", "title|trim")
            return self.tag(f"filter {chain}") + body() + self.tag("endfilter")
        if kind == 11:
            target = self.pick("set ns = namespace(a=1, b=[])", "set ns.a = n", f"set ns = namespace(b={self.expression(1)})",
                               "set ns = namespace(a=1) %}{% set ns.a = ns.a + n", "set ns = namespace(a=n) %}{% set i, j = (1, 2)",
                               "set ns = namespace({'a': 2}, c=3)")
            self.names.append("ns")
            return self.tag(target) + "{{ ns.a }}{{ ns.b|default(0)|string }}"
        return self.pick(lambda: self.tag(f"with q = {self.expression(1)}, r = 2") + body() + self.tag("endwith"),
                         lambda: self.tag("generation") + body() + self.tag("endgeneration"),
                         lambda: self.tag("raw") + "{{ raw }} {% if %}" + self.tag("endraw"),
                         lambda: self.tag("autoescape true") + body() + self.tag("endautoescape"),
                         lambda: self.tag("block b") + body() + self.tag("endblock"))()

    def body(self, depth):
        return "".join(self.space() + self.statement(depth) for _ in range(self.rng.randrange(1, 3))) + self.space()

    def template(self):
        return self.body(3)
