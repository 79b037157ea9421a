"""Macros, callers, call blocks."""

CASES = [
    "{% macro m() %}x{% endmacro %}{{ m() }}{{ m }}", "{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(1) }}{{ m(a=2) }}{{ m() }}",
    "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, b=4) }} {{ m(b=1, a=0) }}",
    "{% macro m(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}", "{% macro m(a=n, b=a ~ 'x') %}{{ a }}{{ b }}{% endmacro %}{{ m() }}", "{% macro m(a=1, b) %}{% endmacro %}",
    "{% macro m(a, a) %}{% endmacro %}", "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}", "{% macro m(a) %}{{ a.b }}{% endmacro %}{{ m() }}", "{% macro m() %}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{% endmacro %}{{ m(a=1) }}", "{% macro m(a) %}{% endmacro %}{{ m(1, a=2) }}", "{% macro m() %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, a=3) }}",
    "{% macro m(a) %}{{ a }}{{ varargs }}{% endmacro %}{{ m(1, 2, 3) }}", "{% macro m(a) %}{{ kwargs.b }}{% endmacro %}{{ m(1, b=2) }}", "{% macro m(varargs) %}{{ varargs }}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}body{% endcall %}", "{% macro m() %}{{ caller(1, b=2) }}{% endmacro %}{% call(a, b) m() %}{{ a }}{{ b }}{% endcall %}",
    "{% macro m() %}{{ caller() }}{% endmacro %}{{ m() }}", "{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}{% call m() %}{% endcall %}", "{% macro m() %}x{% endmacro %}{% call m() %}body{% endcall %}",
    "{% macro m(caller=none) %}{{ caller }}{% endmacro %}{{ m() }}", "{% macro m(caller) %}{{ caller }}{% endmacro %}{{ m(1) }}", "{% macro m() %}{{ caller(1) }}{% endmacro %}{% call m() %}{% endcall %}",
    "{% macro m() %}{% for i in [1, 2] %}{{ caller(i) }}{% endfor %}{% endmacro %}{% call(x) m() %}<{{ x }}{{ n }}>{% endcall %}", "{% call 1 %}{% endcall %}", "{% call m|upper %}{% endcall %}", "{% call undef() %}{% endcall %}",
    "{% macro fact(k) %}{{ 1 if k < 2 else k * fact(k - 1)|int }}{% endmacro %}{{ fact(5) }}", "{% macro m() %}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}", "{% macro m() %}{{ m2() }}{% endmacro %}{% macro m2() %}2{% endmacro %}{{ m() }}",
    "{{ m() }}{% macro m() %}{% endmacro %}", "{% macro m(a) %}{{ a|upper }}{% endmacro %}{{ ['a', 'b']|map('upper')|join }}{{ m('q')|lower }}", "{% macro m() %} x {% endmacro %}{{ m()|trim }}.", "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(x) }}{{ x }}",
    "{% macro m(a, b) %}{{ a }}{{ b }}{% endmacro %}{{ m(*[1, 2]) }}{{ m(**{'a': 3, 'b': 4}) }}{{ m(1, *[2]) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(**{1: 2}) }}", "{% macro m(a) %}{{ a }}{% endmacro %}{{ m(*5) }}",
    "{% macro m(a, b=1) %}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.catch_kwargs }}{{ m.catch_varargs }}{{ m.caller }}", "{% if yes %}{% macro m() %}1{% endmacro %}{% else %}{% macro m() %}2{% endmacro %}{% endif %}{{ m() }}",
    "{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}", "{% set ns = namespace() %}{% for i in [1, 2] %}{% macro m() %}{{ i }}{% endmacro %}{% set ns.m = m %}{% endfor %}[{{ ns.m is callable }}]",
    "{% macro a(x) %}{% macro b(y) %}{{ x }}{{ y }}{% endmacro %}{{ b(2) }}{% endmacro %}{{ a(1) }}", "{% macro m(a={}) %}{{ a }}{% endmacro %}{{ m() }}", "{% macro m %}{% endmacro %}", "{% macro m(1) %}{% endmacro %}", "{% macro true() %}{% endmacro %}",
    "{% macro m() %}{% call q() %}{{ caller() }}{% endcall %}{% endmacro %}{% macro q() %}({{ caller() }}){% endmacro %}{% call m() %}in{% endcall %}", "{% macro m(x) %}{% if x %}{{ x[0] }}{{ m(x[1:]) }}{% endif %}{% endmacro %}{{ m('abc') }}",
    "{% macro m() %}{{ loop is defined }}{% endmacro %}{% for i in [1] %}{{ m() }}{% endfor %}", "{% macro m(a, b) %}{{ a }}-{{ b }}{% endmacro %}{{ m(b=1) }}", "{% macro _m() %}p{% endmacro %}{{ _m() }}", "{% call range(3) %}{% endcall %}",
    "{% set c = cycler('a', 'b', 'c') %}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.next() }}", "{% set j = joiner('|') %}{% for i in numbers %}{{ j() }}{{ i }}{% endfor %}", "{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() -%} x {%- endcall %}",
    "{% macro json(v, d=0) %}{% if v is mapping %}{{ '{' }}{% for k, w in v.items() %}{{ k }}:{{ json(w, d + 1) }}{% if not loop.last %},{% endif %}{% endfor %}{{ '}' }}{% else %}{{ v }}@{{ d }}{% endif %}{% endmacro %}{{ json(point) }}",
]
