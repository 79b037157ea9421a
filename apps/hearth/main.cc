// hearth: the command line. Finds the command, runs it, and turns what goes wrong into a sentence
// and an exit code.
#include <hearth/core.hpp>
#include <hearth/exception.hpp>
#include <hearth/log.hpp>
#include <hearth/version.hpp>

#include <cstdlib>
#include <iostream>

#include "hearth/command.h"

namespace {

int exit_code(hearth::ErrorKind kind) {
  switch (kind) {
    case hearth::ErrorKind::bad_input:
      return 2;
    case hearth::ErrorKind::interrupted:
      return 130;
    default:
      return 1;
  }
}

void log_to_stderr() {
  using hearth::LogLevel;
  static constexpr std::pair<const char*, LogLevel> kLevels[] = {{"error", LogLevel::error},
                                                                 {"warning", LogLevel::warning},
                                                                 {"info", LogLevel::info},
                                                                 {"debug", LogLevel::debug}};
  const char* asked = std::getenv("HEARTH_LOG");
  LogLevel level = LogLevel::warning;
  for (const auto& [name, value] : kLevels)
    if (asked != nullptr && std::string(asked) == name) level = value;
  hearth::set_log_sink(level, [](LogLevel at, std::string_view text) {
    std::cerr << "hearth: " << kLevels[static_cast<size_t>(at)].first << ": " << text << '\n';
  });
}

std::string version_text() {
  return std::string("hearth ") + hearth::kVersion + "\n" +
         hearth::Core().get_property("CPU", "FULL_DEVICE_NAME").as<std::string>();
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Runs generative AI on the processor you own: export a Hugging Face model to OpenVINO IR, "
      "talk "
      "to it, measure it."};
  app.name("hearth");
  app.footer(
      "Example:\n  hearth export -m SmolLM2-135M-Instruct.gguf smollm2\n"
      "  hearth generate smollm2 \"What is the capital of France?\"");
  app.set_help_all_flag("--help-all", "Print the help of all commands and exit");
  app.require_subcommand(1);
#define HEARTH_COMMAND(name) hearth::cli::add_##name##_command(app);
#include "hearth/commands.inc"
#undef HEARTH_COMMAND
  log_to_stderr();
  std::cout.sync_with_stdio(false);
  try {
    app.set_version_flag("--version", version_text);
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    std::cerr << "hearth: " << error.what()
              << "\nRun `hearth --help` or `hearth COMMAND --help`.\n";
    return 2;
  } catch (const hearth::Exception& error) {
    std::cout.flush();
    std::cerr << "hearth: " << error.what() << '\n';
    return exit_code(error.kind());
  } catch (const std::bad_alloc&) {
    std::cerr << "hearth: out of memory\n";
    return 1;
  } catch (const std::exception& error) {
    std::cerr << "hearth: " << error.what() << '\n';
    return 1;
  }
  std::cout.flush();
  if (!std::cout) {
    std::cerr << "hearth: the output could not be written\n";
    return 1;
  }
  return hearth::cli::interrupted() ? 130 : 0;
}
