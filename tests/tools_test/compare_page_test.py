"""What bench/compare_page.py makes of measurements: medians, shares of the limit, the direction of ratios."""

import pathlib
import sys
import tempfile
import unittest
import xml.dom.minidom

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench"))

import compare_page  # noqa: E402
from compare_rows import ROWS, Row  # noqa: E402

MACHINE = {"read_gb_s": 25.0, "f32_gflops": 350.0, "bf16_gflops": 700.0, "int8_gops": 1400.0}
ANSWER = Row("m/answer", "m", "answer", answer=32, title="M: answer")
FIRST = Row("m/first", "m", "first token", prompt=4, title="M: first token, ms")
RUNS = {"hearth": [{"tok_s": rate, "floor": "bandwidth", "floor_tok_s": 50.0, "machine": MACHINE}
                   for rate in (10.0, 40.0, 30.0)],
        "llama": [{"tok_s": 20.0}]}


class ComparePage(unittest.TestCase):
    def test_medians_and_the_share_of_the_limit(self):
        told = compare_page.summary(ANSWER, RUNS)
        self.assertEqual(told["programs"]["hearth"]["tok_s"], 30.0)
        self.assertEqual((told["limit"], told["bound"]), (50.0, "bandwidth"))
        self.assertEqual(compare_page.cell(ANSWER, told, "hearth"), "30.0 (60 %)")
        self.assertEqual(compare_page.cell(ANSWER, told, "llama"), "20.0 (40 %), 1.50x")
        self.assertEqual(compare_page.cell(ANSWER, told, "openvino"), "—")

    def test_less_time_is_better(self):
        told = compare_page.summary(FIRST, {"hearth": [{"first_ms": 100.0}], "openvino": [{"first_ms": 2500.0}]})
        self.assertEqual(compare_page.cell(FIRST, told, "openvino"), "2,500, 25.00x")

    def test_the_page_keeps_what_stands_around_the_tables(self):
        results = {"processor": {"name": "A CPU", "family": "6", "model": "1", "cores": 2, "has": ["avx2"]},
                   "versions": {"hearth": "abc"}, "rows": {"native": {ANSWER.name: RUNS}, "avx2": {ANSWER.name: RUNS}}}
        with tempfile.TemporaryDirectory() as folder:
            page = pathlib.Path(folder) / "page.md"
            page.write_text(f"before\n{compare_page.BEGIN}\nold\n{compare_page.END}\nafter\n")
            compare_page.write(results, [ANSWER], page)
            text = page.read_text()
            self.assertTrue(text.startswith("before\n") and text.endswith("after\n"))
            self.assertNotIn("old", text)
            self.assertIn("| M: answer | 50.0 (bandwidth) | 30.0 (60 %) | 20.0 (40 %), 1.50x |", text)
            self.assertIn("**Capped to avx2**", text)
            xml.dom.minidom.parse(str(page.with_suffix(".svg")))

    def test_names_of_rows_are_unique(self):
        self.assertEqual(len({row.name for row in ROWS}), len(ROWS))


if __name__ == "__main__":
    unittest.main()
