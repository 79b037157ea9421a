// Speed and memory of one tokenizer, as JSON: what bench/text/compare.py runs in turns with the
// Rust package.
//
//   bench_text TOKENIZER TEXT... [--seconds 0.3] [--only ids]
//
// Loading comes first and cold: time, growth of the peak of resident memory (the mapped file
// included) and what stays of it in private memory. Then per text, in MB (10^6 bytes) of text a
// second: ids only; ids with offsets, type ids and masks; decoding; streamed decoding; and lines as
// a batch on all cores against the same lines on one.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "base/threads.h"
#include "text/tokenizer.h"

namespace {

using Clock = std::chrono::steady_clock;
using Json = nlohmann::ordered_json;
using hearth::text::Tokenizer;

constexpr size_t kBatchBytes = 2048;  // of a text in a batch, about

double seconds_since(Clock::time_point began) {
  return std::chrono::duration<double>(Clock::now() - began).count();
}

// A line of /proc/self/status, in bytes.
double memory(const std::string& name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return 1024 * std::atof(line.c_str() + name.size() + 1);
  return 0;
}

std::string read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// MB of text a second: the best of the rounds that fit in `seconds`, at least two, because what
// the neighbours take away is no property of the program.
double rate(size_t bytes, double seconds, const std::function<void()>& work) {
  double best = 1e99;
  const Clock::time_point began = Clock::now();
  for (int round = 0; round < 2 || seconds_since(began) < seconds; ++round) {
    const Clock::time_point start = Clock::now();
    work();
    best = std::min(best, seconds_since(start));
  }
  return static_cast<double>(bytes) / best / 1e6;
}

std::vector<hearth::text::TextInput> cut(std::string_view text) {
  std::vector<hearth::text::TextInput> out;
  for (size_t at = 0; at < text.size();) {
    size_t end = std::min(at + kBatchBytes, text.size());
    while (end < text.size() && (text[end] & 0xC0) == 0x80) ++end;
    out.push_back({text.substr(at, end - at), std::nullopt});
    at = end;
  }
  return out;
}

Json measure(const std::shared_ptr<const Tokenizer>& tokenizer, const std::string& text,
             double seconds, const std::string& only) {
  hearth::text::EncodeOptions whole;
  whole.add_special_tokens = false;
  whole.truncation.emplace(hearth::text::Truncation{text.size() * 4});  // that is, none
  const std::vector<int64_t> ids = tokenizer->encode({text, std::nullopt}, whole).ids;
  const auto batch = cut(text);
  size_t sink = 0;
  Json out = {{"bytes", text.size()}, {"tokens", ids.size()}};
  const auto time = [&](const char* what, const std::function<size_t()>& work) {
    if (only.empty() || only == what)
      out[what] = rate(text.size(), seconds, [&] { sink += work(); });
  };
  hearth::text::EncodeOptions with_offsets = whole;
  with_offsets.offsets = true;
  time("ids", [&] { return tokenizer->encode({text, std::nullopt}, whole).ids.size(); });
  time("offsets", [&] { return tokenizer->encode({text, std::nullopt}, with_offsets).ids.size(); });
  time("decode", [&] { return tokenizer->decode(ids).size(); });
  time("stream", [&] {
    hearth::text::StreamDecoder decoder(tokenizer);
    size_t bytes = 0;
    for (const int64_t id : ids) bytes += decoder.put(id).size();
    return bytes + decoder.end().size();
  });
  time("lines", [&] {
    size_t count = 0;
    for (const auto& line : batch) count += tokenizer->encode(line, whole).ids.size();
    return count;
  });
  time("batch", [&] { return tokenizer->encode_batch(batch, whole).size(); });
  if (sink == 0) throw std::runtime_error("nothing was measured");
  return out;
}

int run(const std::vector<std::string>& args) {
  std::vector<std::string> files;
  double seconds = 0.3;
  std::string only;
  for (size_t i = 0; i < args.size(); ++i) {
    if (args[i] == "--seconds" && i + 1 < args.size()) {
      seconds = std::stod(args[++i]);
    } else if (args[i] == "--only" && i + 1 < args.size()) {
      only = args[++i];
    } else {
      files.push_back(args[i]);
    }
  }
  if (files.empty()) {
    std::cerr << "usage: bench_text TOKENIZER TEXT... [--seconds 0.3] [--only ids]\n";
    return 2;
  }
  const double peak = memory("VmHWM"), kept = memory("RssAnon");
  const Clock::time_point began = Clock::now();
  const std::shared_ptr<const Tokenizer> tokenizer = Tokenizer::open(files[0]);
  Json out = {{"load_ms", seconds_since(began) * 1e3},
              {"peak_mb", (memory("VmHWM") - peak) / 1e6},
              {"kept_mb", (memory("RssAnon") - kept) / 1e6},
              {"vocabulary", tokenizer->vocab_size()},
              {"threads", hearth::ThreadPool::instance().size()}};
  for (size_t i = 1; i < files.size(); ++i)
    out["texts"][std::filesystem::path(files[i]).stem().string()] =
        measure(tokenizer, read(files[i]), seconds, only);
  std::cout << out.dump(1) << "\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    std::cerr << "bench_text: " << e.what() << "\n";
    return 1;
  }
}
