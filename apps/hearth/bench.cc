// hearth bench
#include <hearth/genai/benchmark.hpp>

#include <cstdio>

#include "hearth/command.h"

namespace hearth::cli {
namespace {

struct Options {
  ModelOptions model;
  std::string prompts = "512", answers = "128", depths = "0", batches = "1";
  size_t repetitions = 5;
  bool json = false;
};

double megabytes(size_t bytes) { return static_cast<double>(bytes) / 1e6; }

void print_table(const genai::BenchmarkReport& r) {
  std::printf("%s\n", r.device.c_str());
  std::printf("load %.0f ms, first token after 4 %.0f ms\n", r.load_ms, r.ttft_ms);
  std::printf("peak memory %.0f MB: private %.0f MB, mapped files %.0f MB\n",
              megabytes(r.peak_rss_bytes), megabytes(r.peak_private_bytes),
              megabytes(r.peak_file_bytes));
  std::printf("limits: reads %.1f GB/s; multiplies f32 %.0f, bf16 %.0f, int8 %.0f GOP/s\n",
              r.read_gb_s, r.f32_gflops, r.bf16_gflops, r.int8_gops);
  std::printf("%-8s %7s %6s %10s %10s %10s %16s\n", "test", "depth", "batch", "tok/s", "min", "max",
              "of the limit");
  for (const genai::BenchmarkRow& row : r.rows) {
    std::printf("%-8s %7zu %6zu %10.1f %10.1f %10.1f ", row.test.c_str(), row.depth, row.batch,
                row.tok_s, row.min, row.max);
    if (!row.floor.empty()) std::printf("%4.0f %% %s", row.floor_fraction * 100, row.floor.c_str());
    std::printf("\n");
  }
}

nlohmann::ordered_json to_json(const genai::BenchmarkReport& r) {
  nlohmann::ordered_json rows = nlohmann::ordered_json::array();
  for (const genai::BenchmarkRow& row : r.rows) {
    nlohmann::ordered_json item = {{"test", row.test},   {"depth", row.depth}, {"batch", row.batch},
                                   {"tok_s", row.tok_s}, {"min", row.min},     {"max", row.max}};
    if (!row.floor.empty()) {
      item["floor"] = row.floor;
      item["floor_tok_s"] = row.floor_tok_s;
      item["floor_fraction"] = row.floor_fraction;
    }
    rows.push_back(std::move(item));
  }
  return {{"rows", std::move(rows)},
          {"load_ms", r.load_ms},
          {"ttft_ms", r.ttft_ms},
          {"peak_rss_bytes", r.peak_rss_bytes},
          {"peak_private_bytes", r.peak_private_bytes},
          {"peak_file_bytes", r.peak_file_bytes},
          {"read_gb_s", r.read_gb_s},
          {"f32_gflops", r.f32_gflops},
          {"bf16_gflops", r.bf16_gflops},
          {"int8_gops", r.int8_gops},
          {"device", r.device}};
}

void run(const Options& o) {
  genai::BenchmarkOptions what;
  what.model = o.model.model;
  what.device = o.model.device;
  what.properties = o.model.device_properties();
  what.prompts = parse_sizes(o.prompts, "-p");
  what.answers = parse_sizes(o.answers, "-n");
  what.depths = parse_sizes(o.depths, "--depth");
  what.batches = parse_sizes(o.batches, "--batch");
  what.repetitions = o.repetitions;
  catch_interrupts();
  genai::BenchmarkReport report;
  {
    TerminalProgress progress("bench");
    report = genai::benchmark(what, &progress);
  }
  if (o.json) return print_json(to_json(report));
  print_table(report);
}

}  // namespace

void add_bench_command(CLI::App& app) {
  auto o = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand(
      "bench", "Measure speed: prompts (pp) and answers (tg), beside the machine's limits");
  o->model.add_to(*command);
  command->add_option("-p", o->prompts, "Prompt lengths; 0 leaves them out")->capture_default_str();
  command->add_option("-n", o->answers, "Answer lengths; 0 leaves them out")->capture_default_str();
  command->add_option("--depth", o->depths, "Tokens already in the context")->capture_default_str();
  command->add_option("--batch", o->batches, "Sequences at the same time")->capture_default_str();
  command->add_option("--repetitions", o->repetitions, "Runs of each, after one to warm up")
      ->capture_default_str();
  command->add_flag("--json", o->json, "Print JSON");
  command->footer("Example:\n  hearth bench smollm2 -p 512,2048 -n 128 --depth 0,2048 --batch 1,8");
  command->callback([o] { run(*o); });
}

}  // namespace hearth::cli
