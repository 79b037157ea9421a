"""Literals, operators, lookups, calls."""


def show(*expressions):
    return ["{{ " + e + " }}" for e in expressions]


CASES = show(
    # literals
    "1", "1_000", "0x1F", "0b101", "0o17", "00", "1.5", "1e3", "1.5e-10", "1_0.2_5", "2.", "1e400",
    "170141183460469231731687303715884105727", "'a' 'b' \"c\"", "'\\n\\t\\\\\\x41\\u00e9\\101'",
    "'\\q\\é'", "'it''s'", '"it\'s"', "true", "True", "false", "none", "None", "[]", "[1, 2,]",
    "()", "(1,)", "(1, 2)", "1, 2", "1,", "{}", "{'a': 1, 'b': [2]}", "{1: 2, 1.0: 3, true: 4}",
    "{(1, 2): 3}", "{[1]: 2}", "{'a': 1,}", "'😀'", "'\\U0001F600'",
    # str and repr
    "[none, true, 1.0, 'x']", "['a\\'b', 'a\"b', 'a\\'\"b', 'a\\nb', '\\x00\\x7f\\xad']",
    "['é', '\\u200b', '😀']", "{'k': 'v'}", "(none,)", "1e16", "1e15", "123456789012345678.0",
    "0.0001", "0.00001", "1.0", "-0.0", "1e22", "x", "tiny", "huge", "big", "[big]", "1/3", "100.0",
    "mixed", "point", "users[0]", "emoji", "[emoji]", "range(3)", "range(1, 10, 3)",
    "[range(0)]", "point.items()", "point.keys()", "point.values()", "[undef]", "'%r' % 'a'",
    # arithmetic
    "1 + 2", "1 - 2", "7 / 2", "8 / 2", "7 // 2", "-7 // 2", "7 // -2", "7 % 3", "-7 % 3", "7 % -3",
    "7.5 // 2", "-7.5 // 2", "7.5 % 2", "-7.5 % 2", "7.5 % -2", "2 ** 10", "2 ** -1", "2 ** 0.5",
    "2 ** 3 ** 2", "-2 ** 2", "(-2) ** 3", "0 ** 0", "2 ** 100", "10 ** 30", "10 ** 30 // 10 ** 29",
    "1.5 + 1", "true + true", "-true", "+5", "- 5", "--5", "1 - -1", "'a' * 3", "3 * 'a'", "'a' * -1",
    "[1] * 2", "(1, 2) * 2", "[1] + [2]", "(1,) + (2,)", "'a' + 'b'", "1 + 2 * 3", "(1 + 2) * 3",
    "9007199254740993 + 0", "1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "0 ** -1", "1 + 'a'", "'a' + 1",
    "'a' - 'b'", "[1] + (2,)", "none + 1", "-'a'", "{} + {}", "1e308 * 10", "-1e308 * 10",
    "10.0 ** 400", "1e400 - 1e400", "undef + 1", "1 + undef", "-undef", "undef * 2", "'a' * undef",
    # concatenation
    "1 ~ 2", "'a' ~ 1 ~ none ~ 1.0", "1 + 2 ~ 3", "undef ~ 'x'", "[1] ~ {'a': 1}", "1 ~ 2 * 3",
    # comparison
    "1 < 2", "2 < 1", "1 < 2 < 3", "1 < 3 < 2", "1 == 1.0", "1 == true", "'1' == 1", "[1] == [1.0]",
    "[1] == (1,)", "{'a': 1} == {'a': 1.0}", "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "none == none",
    "none == false", "'a' < 'b'", "'a' < 'B'", "'é' > 'z'", "[1, 2] < [1, 3]", "[1] < [1, 0]",
    "(1, 'a') <= (1, 'b')", "1 != 2", "1 >= 1", "1 <= 0", "1 < 'a'", "none < 1", "[1] < (2,)",
    "{} < {}", "undef == undef", "undef == none", "undef != 1", "undef < 1", "1 < undef",
    "9007199254740993 == 9007199254740992.0", "9007199254740993 > 9007199254740992.0",
    "1 < 2 == true", "range(3) == range(0, 3)", "point.keys() == {'y': 1, 'x': 2}.keys()", "point.keys() < {'y': 1, 'x': 2, 'z': 3}.keys()", "point.keys() <= point.keys()", "point.keys() < point.keys()", "point.keys() > {'x': 1}.keys()", "point.keys() >= {'z': 1}.keys()", "point.items() > {'x': point.x}.items()", "point.items() > {'x': 'no'}.items()", "{}.keys() < point.items()", "{}.keys() < {}.values()", "point.keys() < ['x']", "{'x': []}.items() <= {'x': []}.items()",
    "[none] == [none]", "'a' == 'a'|safe", "1 in [1.0]", "true in [1]",
    # membership
    "'a' in 'abc'", "'' in 'abc'", "'d' not in 'abc'", "1 in [1, 2]", "3 not in [1]", "'x' in point",
    "1 in point", "1 in range(3)", "1.5 in range(3)", "1 in (1, 2)", "[1] in [[1]]", "[1] in point",
    "1 in 'abc'", "'a' in none", "'a' in 5", "'a' in undef", "undef in [1]", "'x' in point.keys()",
    "('x', 1) in point.items()", "1 in point.values()", "not 'a' in 'abc'", "'a' in 'abc' == true",
    # logic
    "1 and 2", "0 and 2", "0 or 'x'", "'' or [] or {}", "none or undef", "not none", "not 1", "not not 1",
    "not 1 == 2", "yes and not no", "1 if yes else 2", "1 if no else 2", "1 if no", "(1 if no) is defined",
    "1 if yes if no else 3", "'a' if no else 'b' if no else 'c'", "[1 if yes else 2, 3]",
    "undef and 1", "undef or 1", "0.0 or 'z'", "range(0) or 'empty'", "(1 and 0) or 3",
    # attributes and items
    "point.x", "point['x']", "point.y.z[1]", "point.y['z'][-1]", "point.q", "point.q is defined",
    "point.q.r", "point['q']['r']", "undef.x", "undef['x']", "nothing.x", "nothing.x.y", 
    "text[0]", "text[-1]", "text[100]", "text[100] is defined", "text['upper']()", "emoji[1]", "emoji[-1]",
    "greek[2]", "numbers.0", "numbers.9", "numbers['0']", "numbers[1.0]", "numbers[true]", "point[[1]]",
    "keys.pop", "keys['pop']", "keys['items']", "keys.items()", "keys['a b']", "keys._p",
    "keys.update", "keys.get('update')", "users[0].name", "users[-1].tags", "users[5]", "users[5].name",
    "point.__class__", "point.__class__.x", "point['__class__']", "''.__class__", "numbers.append",
    "numbers.append(1)", "point.update({})", "point.clear()", "n.real", "n.imag", "x.real", "yes.real",
    "n.bogus", "n.bogus.more", "(1, 2).0", "{'a': {'b': 1}}.a.b", "numbers.0.real", "1.real",
    "range(5)[2]", "range(5)[-1]", "range(5)[9]", "range(5).start", "range(2, 9, 3).stop", "range(9).step",
    # slices
    "text[1:4]", "text[:-1]", "text[::2]", "text[::-1]", "text[-3:]", "text[5:1]", "text[5:1:-1]",
    "text[100:]", "text[:100]", "text[-100:3]", "emoji[::-1]", "emoji[1:3]", "greek[1:-1:3]", "numbers[1:3]",
    "numbers[::-1]", "numbers[-2:]", "numbers[:2]", "numbers[4:0:-2]", "numbers[:]", "(1, 2, 3)[1:]",
    "range(10)[2:5]", "range(10)[::-1]", "range(10)[::3]", "range(9)[::2]|list", "numbers[none:2]",
    "numbers['a':]", "numbers[1.0:]", "numbers[::0]", "point[1:]", "nothing[1:]", "undef[1:]", "text[true:]",
    "numbers[undef:]", "''[1:]", "users[1:][0].name", "numbers[1:2, 3]", "numbers[99999999999999999999:]",
    # calls
    "range(3)|list", "range(1, 4)|list", "range(5, 0, -2)|list", "range(0)|list", "range()", "range('a')",
    "range(1, 2, 0)", "range(100001)", "range(100000)|length", "range(start=1)", "range(*[1, 3])|list",
    "dict(a=1, b=2)", "dict({'a': 1}, b=2)", "dict([('a', 1), ['b', 2]])", "dict(**{'k': 1})", "dict(1)",
    "dict(**point)", "dict([1])", "namespace(a=1)", "namespace(a=1).a", "namespace({'a': 1}).a",
    "namespace(a=1).b", "namespace(a=1)['a']", "namespace(_a=1)._a", "namespace(items=3).items",
    "namespace()", "undef()", "n()", "text()", "point.x()", "text.upper(1)", "text.split(',', maxsplit=1)",
    "text.split(sep='o')", "text.strip(chars='d')", "[].copy()", "[1, 2, 1].count(1)", "[1, 2].index(2)",
    "[1, 2].index(3)", "(1, 2, 2).count(2)", "point.get('x')", "point.get('q')", "point.get('q', 5)",
    "point.get()", "point.get('a', 'b', 'c')", "point.get(key='x')", "point.copy()", "keys.values()|list",
    "point.items()|list", "point.items()[0]", "point.items()[:1]", "point.items()|length", "cycler('a').next()",
    "cycler()", "joiner()()", "joiner('-')()", "raise_exception('stop here')", "raise_exception()",
    "strftime_now('fixed %% text')", "strftime_now(1)", "strftime_now('%Y')|length", "strftime_now('%f')|length",
    "strftime_now('%z%Z')", "lipsum is defined", "range is callable", "undefined_function is callable",
    "text|upper|lower|title", "-1|abs", "(-1)|abs", "2 * 3|string", "'a'|upper ~ 'b'", "not no|string",
    "[1, 2]|first + 1", "text.upper()|lower", "('a' ~ 'b')|upper", "range(3).index(2)", "range(3).count(1)",
) + [
    # print statements
    "{% print 1 %}", "{% print 1, 2, 'a' %}", "{% print %}", "{{ }}", "{{", "{{ 1", "{{ 1 }", "{{ 1 2 }}",
    "{{ (1 }}", "{{ [1) }}", "{{ 1) }}", "{{ 'a }}", "{{ a! }}", "{{ a b }}", "{{ 01 }}", "{{ 1 + }}",
    "{{ * 1 }}", "{{ a. }}", "{{ a.'b' }}", "{{ a..b }}", "{{ a[ }}", "{{ a[] is defined }}", "{{ f(a=1, 2) }}",
    "{{ f(*a, *b) }}", "{{ f(**a, b) }}", "{{ f(**a, **b) }}", "{{ f(a=1, a=2) }}", "{{ f(,) }}",
    "{{ range(3,)|list }}", "{{ a if }}", "{{ if }}", "{{ for }}", "{{ x is }}", "{{ x is not }}", "{{ x| }}",
    "{{ x|nope }}", "{{ x is nope }}", "{{ x|upper|nope }}", "{{ 1 if x is defined else x|nope }}",
    "{{ 1 if no|nope else 2 }}", "{{ x is defined is string }}", "{{ 'a' is in 'abc' }}", "{{ 4 is divisibleby 2 }}",
    "{{ 4 is divisibleby(2) }}", "{{ 4 is not divisibleby 3 }}", "{{ 4 is divisibleby 2 and yes }}",
    "{{ {'a': 1}['a'] }}", "{{ {'a': 1}}}", "{{{'a': 1}}}", "{{ {} }}", "{{'}}'}}", "{{ '%}' }}", "{{ \"{{\" }}",
    "{{ é }}", "{{ _x }}", "{{ 1a }}", "{{ ² }}", "{{ a\\b }}", "{{ $ }}", "{{ a; b }}", "{{ a ?? b }}", "{{ a && b }}",
    "{{ true.x }}", "{{ none|default('d') }}", "{{ 1|int is integer }}", "{{ a.b.c.d }}", "{{ -}}", "{{-}}",
]
