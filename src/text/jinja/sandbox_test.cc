// Hostile templates: each must end in an error, soon and without much memory.

#include "text/jinja/sandbox.h"

#include <gtest/gtest.h>

#include <chrono>
#include <string>

#include "text/jinja/error.h"
#include "text/jinja/template.h"

namespace hearth::text::jinja {
namespace {

std::string repeated(std::string_view part, size_t times) {
  std::string out;
  for (size_t i = 0; i < times; ++i) out += part;
  return out;
}

// More time than there is by default, so that a busy machine does not hide the other limits.
constexpr Limits kPatient{size_t{256} << 20, 200'000'000, std::chrono::minutes(2), 1500};

// The error that a template ends in, or its text.
std::string outcome(std::string_view source, const Limits& limits = kPatient) {
  std::string result;
  try {
    result = "rendered: " + Template(source).render(Json::object(), limits).substr(0, 80);
  } catch (const Error& error) {
    result = error.what();
  }
  return result;
}

void expect_refused(const std::string& source, const char* why) {
  const std::string result = outcome(source);
  EXPECT_NE(result.find(why), std::string::npos) << source.substr(0, 200) << "\n-> " << result;
}

constexpr const char* kMemory = "MB of memory";
constexpr const char* kDepth = "nested too deeply";

TEST(Sandbox, EndlessWork) {
  for (const char* source :
       {"{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}",
        "{% macro m() %}{% for i in range(99999) %}{{ range(99999)|list|length }}{% endfor %}"
        "{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set a = 'a' * 10000000 %}{% for i in range(100000) %}{{ 'b' in a }}{% endfor %}"}) {
    const auto start = std::chrono::steady_clock::now();
    Limits brief;
    brief.time = std::chrono::milliseconds(300);
    const std::string result = outcome(source, brief);
    EXPECT_NE(result.find("is there an endless loop?"), std::string::npos) << source << result;
    // What is over the limit is for one last step on a slow machine.
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << source;
  }
}

TEST(Sandbox, WorkThatNobodyInterruptsIsNotBegun) {
  Limits brief;
  brief.time = std::chrono::milliseconds(300);
  const std::string text = "{% set s = 'é' * 20000000 %}";  // 40 MB, at some 50 ns a byte
  for (const char* use : {"s.casefold()", "s|upper", "s|reverse", "s|striptags", "s.isalpha()"}) {
    const std::string result = outcome(text + "{{ " + use + " }}", brief);
    EXPECT_NE(result.find("takes more than 300 ms"), std::string::npos) << use << result;
  }
  expect_refused("{{ strftime_now('%Y' * 1000) }}", "more than 1000");
}

TEST(Sandbox, StepsAreBounded) {
  Limits few;
  few.steps = 1000;
  EXPECT_NE(outcome("{% for i in range(2000) %}{% endfor %}", few).find("1000 steps"),
            std::string::npos);
}

TEST(Sandbox, Memory) {
  expect_refused("{{ 'a' * 10**12 }}", kMemory);
  expect_refused("{{ [1] * 10**12 }}", kMemory);
  expect_refused("{{ 'a' * 10**30 }}", "too large to be an index");
  expect_refused("{{ 'a'.center(10**10) }}", kMemory);
  expect_refused("{{ '%1000000000000d' % 1 }}", kMemory);
  expect_refused("{{ '{:1000000000000}'.format(1) }}", kMemory);
  expect_refused("{{ '{:01000000000000,}'.format(1) }}", kMemory);
  expect_refused(
      "{% macro m() %}{{ varargs|length }}{% endmacro %}{% set l = [1] * 12000000 %}{{ m(*l) }}",
      kMemory);
  expect_refused("{{ [1]|tojson(indent=10**12) }}", kMemory);
  expect_refused("{{ 'a\nb'|indent(10**12) }}", kMemory);
  expect_refused(
      "{% set ns = namespace(s='a') %}{% for i in range(100) %}"
      "{% set ns.s = ns.s ~ ns.s %}{% endfor %}",
      kMemory);
  expect_refused("{% set a = 'x' * 1000000 %}{{ a|replace('x', a) }}", kMemory);
  expect_refused("{% for i in range(100000) %}{{ 'x' * 100000 }}{% endfor %}", kMemory);
  expect_refused(
      "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}"
      "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
      kMemory);
  expect_refused("{{ range(100000)|batch(1, 'x' * 100)|map('list')|map('string')|list * 100000 }}",
                 kMemory);
}

TEST(Sandbox, Depth) {
  expect_refused("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", kDepth);
  expect_refused(
      "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}"
      "{{ a() }}",
      kDepth);
  expect_refused("{% for i in [1] recursive %}{{ loop([1]) }}{% endfor %}", kDepth);
  expect_refused("{% block b %}{{ self.b() }}{% endblock %}", kDepth);
  expect_refused(
      "{% macro m() %}{% call m() %}{% endcall %}{{ caller() }}{% endmacro %}"
      "{% call m() %}{% endcall %}",
      kDepth);
  for (const char* use :
       {"{{ ns.x }}", "{{ ns.x|tojson }}", "{{ ns.x|pprint }}", "{{ ns.x|string }}",
        "{{ ns.x == ns.y }}", "{{ ns.x < ns.y }}", "{{ {ns.x: 1} }}"}) {
    expect_refused(std::string("{% set ns = namespace(x=(1,), y=(1,)) %}{% for i in range(9000) %}"
                               "{% set ns.x = (ns.x,) %}{% set ns.y = (ns.y,) %}{% endfor %}") +
                       use,
                   kDepth);
  }
  expect_refused(
      "{% set ns = namespace(x=[1]) %}{% for i in range(9000) %}"
      "{% set ns.x = ns.x|map('string') %}{% endfor %}{{ ns.x|list }}",
      kDepth);
}

TEST(Sandbox, ParserDepth) {
  for (const char* part : {"(", "[", "{1:", "not ", "-", "a if b else ", "f(", "a[", "a|b(", "{{",
                           "a is b(", "a.b(c="})
    expect_refused("{{ " + repeated(part, 100000), "");
  expect_refused(repeated("{% if a %}", 10000), kDepth);
  expect_refused(repeated("{% for a in b %}", 10000), kDepth);
  expect_refused("{{ a" + repeated("|upper", 10000) + " }}", "too long");
  expect_refused("{{ a" + repeated(" + a", 10000) + " }}", "too long");
  expect_refused("{{ a" + repeated(".b", 10000) + " }}", "too long");
  expect_refused("{{ a" + repeated(" or a", 10000) + " }}", "too long");
  EXPECT_EQ(outcome("{{ 'a'" + repeated(" ~ 'a'", 10000) + " }}").size(), 90u);
}

TEST(Sandbox, DeepValuesAreFreed) {
  EXPECT_EQ(outcome("{% set ns = namespace(x=[]) %}{% for i in range(100000) %}"
                    "{% set ns.x = [ns.x] %}{% endfor %}done"),
            "rendered: done");
  EXPECT_EQ(outcome("{% set ns = namespace(x=[]) %}{% for i in range(100000) %}"
                    "{% set ns.x = ns.x|map('string') %}{% endfor %}done"),
            "rendered: done");
}

TEST(Sandbox, CyclesAreFreed) {  // the leak checker of the sanitizers looks
  EXPECT_EQ(outcome("{% set ns = namespace() %}{% set ns.ns = ns %}{% macro m() %}{% endmacro %}"
                    "{% set ns.m = m %}{% for i in [ns] %}{% set ns.loop = loop %}"
                    "{{ loop.changed(loop) }}{% endfor %}{% for i in ns.z|default([1]) recursive %}"
                    "{% set ns.l = loop %}{% endfor %}{% set ns.g = [ns]|map(attribute='g') %}"),
            "rendered: True");
}

TEST(Sandbox, QuadraticSearchesAreNot) {
  const std::string haystack = "{% set a = 'a' * 2000000 %}{% set b = 'a' * 1000000 ~ 'b' %}";
  for (const char* use :
       {"{{ b in a }}", "{{ a.find(b) }}", "{{ a.rfind('b' ~ b) }}", "{{ a.count(b) }}",
        "{{ a.split(b)|length }}", "{{ a.rsplit(b)|length }}", "{{ a.replace(b, '')|length }}",
        "{{ a.partition(b)|length }}", "{{ a.rpartition(b)|length }}", "{{ a.strip(b)|length }}",
        "{{ ('<' * 1000000)|striptags|length }}", "{{ a|reverse|length }}",
        "{{ ('Σ' * 1000000).lower()|length }}", "{{ a|wordcount }}", "{{ a[::-1]|length }}",
        "{{ a|title|length }}"}) {
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(outcome(haystack + use).substr(0, 9), "rendered:") << use;
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10)) << use;
  }
}

}  // namespace
}  // namespace hearth::text::jinja
