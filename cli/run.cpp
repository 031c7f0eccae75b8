// SPDX-License-Identifier: Apache-2.0
#include "cli/run.h"

#include <algorithm>
#include <exception>
#include <new>
#include <optional>
#include <ostream>

#include "cli/config.h"
#include "cli/help.h"
#include "cli/limits.h"
#include "cli/options.h"
#include "cli/report/style.h"
#include "cli/report/wrap.h"
#include "policies/source/nearest.h"
#include "policies/source/result.h"

namespace polreach::cli {
namespace {

int usage(const Streams& streams, const std::string& message, const std::string& help) {
  streams.err << "error[usage]: " << printable(message) << "\n";
  if (!help.empty()) streams.err << "  help: " << help << "\n";
  return kNoVerdict;
}

/// Renderers bring in their own input: then no path is needed. A list of what polreach knows needs
/// no input at all.
std::size_t arguments_needed(const CommandSpec& command, const Arguments& arguments) {
  if (arguments.has("list")) return 0;
  const bool rendered = arguments.has("kustomize") || arguments.has("helm");
  return command.least_arguments - (rendered && command.least_arguments > 0 ? 1 : 0);
}

/// The arguments with what polreach.yaml says. Nothing: it could not be read, which has been said.
std::optional<Arguments> configured(const CommandSpec& command, const Arguments& arguments,
                                    const Streams& streams) {
  const bool has_config = std::any_of(command.options.begin(), command.options.end(),
                                      [](const OptionSpec& each) { return each.name == "config"; });
  if (!has_config || command.reads_config) return arguments;
  Session session(arguments, streams, "polreach." + std::string(command.name) + "/v1");
  const auto config = load_config(session);
  if (!config) return std::nullopt;
  Arguments result = with_config(arguments, *config, false);
  if (command.name == "verify") add_intents(result, *config);
  return result;
}

/// Of a command line that was understood.
int run_parsed(const CommandSpec& command, const Arguments& parsed, const Streams& streams) {
  const auto arguments = configured(command, parsed, streams);
  if (!arguments) return kNoVerdict;
  // What programs read, and what is cut and pasted, keeps its lines.
  const std::string format = arguments->value("format");
  const bool for_people = format.empty() || format == "text";
  if (!streams.out_is_terminal || !for_people || !command.wraps || streams.width == 0) {
    return command.run(*arguments, streams);
  }
  WrappingStream out(streams.out, streams.width);
  return command.run(*arguments, {streams.in, out, streams.err, true, streams.err_is_terminal,
                                  streams.in_is_terminal, streams.width, streams.owns_process});
}

int run_command(const CommandSpec& command, const std::vector<std::string>& words,
                const Streams& streams) {
  const auto parsed = parse(command, words);
  const std::string more = "polreach " + std::string(command.name) + " --help shows them all";
  if (!parsed) return usage(streams, parsed.error().message, more);
  if (parsed->has("help")) {
    write_help(streams.out, command);
    return kYes;
  }
  if (parsed->positional.size() < arguments_needed(command, *parsed)) {
    return usage(streams, std::string(command.name) + " needs " + std::string(command.synopsis),
                 std::string(command.missing));
  }
  const auto limits = limits_of(*parsed);
  if (!limits) return usage(streams, limits.error().message, more);
  GuardedRun guarded(command, *parsed, *limits, streams);
  const int status = run_parsed(command, *parsed, guarded.streams());
  guarded.finish();
  return status;
}

std::vector<std::string> command_names() {
  std::vector<std::string> names;
  for (const CommandSpec* const each : commands()) {
    if (!each->hidden) names.emplace_back(each->name);
  }
  return names;
}

int help_on(const std::string& word, const Streams& streams) {
  if (const CommandSpec* command = find_command(word)) {
    write_help(streams.out, *command);
    return kYes;
  }
  if (const Topic* topic = find_topic(word)) {
    write_topic(streams.out, *topic);
    return kYes;
  }
  std::vector<std::string> names = command_names();
  for (const Topic& topic : topics()) names.emplace_back(topic.name);
  return usage(streams,
               "there is no help on " + word + source::did_you_mean(source::nearest(word, names)),
               "polreach help shows the commands and topics");
}

int dispatch(const std::vector<std::string>& words, const Streams& streams) {
  if (words.empty()) {
    write_overview(streams.err);
    return kNoVerdict;
  }
  const std::string& first = words[0];
  if (first == "--version" || first == "version") {
    streams.out << "polreach " << kVersion << "\n";
    return kYes;
  }
  if (first == "--help" || first == "-h" || first == "help") {
    WrappingStream out(streams.out, streams.out_is_terminal ? streams.width : 0);
    if (words.size() > 1) return help_on(words[1], {streams.in, out, streams.err});
    write_overview(out);
    return kYes;
  }
  const CommandSpec* command = find_command(first);
  if (command != nullptr) return run_command(*command, {words.begin() + 1, words.end()}, streams);
  return usage(streams,
               "there is no command " + first +
                   source::did_you_mean(source::nearest(first, command_names())),
               "polreach help shows the commands");
}

}  // namespace

int run(const std::vector<std::string>& words, const Streams& streams) {
  try {
    const int status = dispatch(words, streams);
    streams.out.flush();
    if (!streams.out) return usage(streams, "the answer could not be written", "");
    return status;
  } catch (const std::bad_alloc&) {
    return usage(streams, "out of memory", "give polreach a part of the input at a time");
  } catch (const source::InternalError& error) {
    streams.err << "error[internal]: " << error.what()
                << ". No answer is given. Please report this with the input.\n";
    return kNoVerdict;
  } catch (const std::exception& error) {
    return usage(streams, error.what(), "");
  }
}

}  // namespace polreach::cli
