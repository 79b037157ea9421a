"""tools/check_deps and tools/check_shape on little trees that break their rules, one at a time."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"


def check(tool, files):
    """(exit code, output) of the tool on a tree of {path: text}."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        run = subprocess.run([sys.executable, TOOLS / tool, "--root", folder],
                             capture_output=True, text=True)
        return run.returncode, run.stdout + run.stderr


class CheckDeps(unittest.TestCase):
    def accepts(self, name, line):
        self.assertEqual(check("check_deps", {name: line + "\n"}), (0, ""))

    def refuses(self, name, line, *reasons):
        code, output = check("check_deps", {name: "// first line\n" + line + "\n"})
        self.assertEqual(code, 1, output)
        for part in (f"{name}:2:", *reasons):
            self.assertIn(part, output)

    def test_a_module_sees_its_row(self):
        self.accepts("src/passes/fold.cc", '#include "ref/evaluate.h"')
        self.accepts("src/genai/engine/plan.h", '#include "hearth/genai/llm_pipeline.hpp"')
        self.accepts("src/ir/graph.h", "#include <pugixml.hpp>")
        self.accepts("src/runtime/plan_test.cc", '#include "support/tiny_checkpoint.h"')
        self.accepts("apps/hearth/main.cc", '#include "hearth/hearth.hpp"')

    def test_a_module_sees_nothing_else(self):
        self.refuses("src/base/json.h", '#include "ir/graph.h"', "base may include base; not ir")
        self.refuses("src/kernels/rope/avx2.cc", '  #  include "formats/gguf.h"', "not formats")
        self.refuses("src/ir/ops/a.inc", '#include "text/tokenizer.h"', "not text")
        self.refuses("src/text/tokenizer.cc", "#include <frontends/frontend.h>", "not frontends")

    def test_public_headers(self):
        self.refuses("src/runtime/plan.cc", '#include "hearth/genai/llm_pipeline.hpp"', "genai")
        self.refuses("include/hearth/core.hpp", '#include "base/json.h"', "public headers")
        self.refuses("include/hearth/core.hpp", '#include "shape.hpp"', "public headers")

    def test_programs(self):
        self.refuses("apps/hearth/run.cc", '#include "runtime/plan.h"', "not runtime")
        self.refuses("python/core.cc", '#include "ir/graph.h"', "not ir")

    def test_unknown(self):
        self.refuses("src/formats/gguf.cc", '#include "gguf.h"', "from src/")
        self.refuses("src/formats/gguf.cc", '#include "support/npy.h"', "from src/")
        self.refuses("src/extra/a.cc", "#include <vector>", "no row")


def source(lines, function_lines=10):
    """A file of `lines` lines made of functions of `function_lines`."""
    function = "int f(int a) {\n" + "  ++a;\n" * (function_lines - 2) + "}\n"
    text = function * (lines // function_lines)
    return text + "//\n" * (lines - text.count("\n"))


class CheckShape(unittest.TestCase):
    def tree(self, lines, function_lines=10, count=40):
        return {f"src/base/file{i}.cc": source(lines, function_lines) for i in range(count)}

    def refuses(self, files, *reasons):
        code, output = check("check_shape", files)
        self.assertEqual(code, 1, output)
        for reason in reasons:
            self.assertIn(reason, output)

    def test_the_band_is_accepted(self):
        code, output = check("check_shape", self.tree(100))
        self.assertEqual(code, 0, output)
        self.assertIn("median 100 lines", output)

    def test_median(self):
        self.refuses(self.tree(30), "the median .cc file has 30 lines")
        self.refuses(self.tree(250), "the median .cc file has 250 lines")

    def test_percentile(self):
        files = self.tree(100, count=30)
        files |= {f"src/ir/file{i}.cc": source(580) for i in range(6)}
        self.refuses(files, "one .cc file in ten has over 580 lines")

    def test_long_file_needs_a_reason(self):
        files = self.tree(100) | {"src/base/long.cc": source(601)}
        self.refuses(files, "src/base/long.cc: 601 lines")
        listed = files | {"tools/shape_exceptions.txt": "# files\nsrc/base/long.cc: a table\n"}
        self.assertEqual(check("check_shape", listed)[0], 0)
        without = files | {"tools/shape_exceptions.txt": "src/base/long.cc:\n"}
        self.refuses(without, "src/base/long.cc: 601 lines")

    def test_an_exception_goes_with_its_need(self):
        files = self.tree(100) | {"tools/shape_exceptions.txt": "src/base/file1.cc: was long\n"}
        self.refuses(files, "names src/base/file1.cc")

    def test_long_functions(self):
        files = self.tree(122, function_lines=61, count=2) | self.tree(100, count=0)
        self.refuses(files, "4 of 4 functions have over 60 lines", "file0.cc:1 f (61)")
        python = "def f(a):\n" + "    a += 1\n" * 60
        self.refuses({"tools/long.py": python}, "tools/long.py:1 f (61)")

    def test_what_a_function_is(self):
        long_body = "  if (a) { ++b; }\n" * 60
        for head in ("A::A(int a) : a_{a},\n  b_(a) {", "template <class T>\nT f(T a) const {",
                     "auto f(B b = {1, 2}) -> int {", "bool operator==(A) {", "TEST(A, B) {"):
            self.refuses({"src/base/a.cc": f"namespace a {{\n{head}\n{long_body}}}\n}}\n"},
                         "1 of 1 functions")

    def test_what_a_function_is_not(self):
        long_body = "  int a = f(1);\n" * 70
        text = 'const char* s = "f() {";\n// g() {\n'
        for head in ("struct A : B<int> {", "namespace a {", "enum class A {", "class A final {"):
            code, output = check("check_shape", {
                "src/base/a.cc": f"{text}{head}\n{long_body}}};\n", "src/base/b.cc": source(20)})
            self.assertEqual(code, 0, output)


if __name__ == "__main__":
    unittest.main()
