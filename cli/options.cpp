// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <algorithm>
#include <boost/program_options.hpp>

#include "policies/source/nearest.h"

namespace polreach::cli {
namespace {

namespace po = boost::program_options;

const OptionSpec* find_option(const CommandSpec& command, std::string_view name) {
  const auto found = std::find_if(command.options.begin(), command.options.end(),
                                  [&](const OptionSpec& o) { return o.name == name; });
  return found == command.options.end() ? nullptr : &*found;
}

po::options_description described(const CommandSpec& command) {
  po::options_description result;
  for (const OptionSpec& option : command.options) {
    std::string name(option.name);
    if (option.letter != '\0') name += std::string(",") + option.letter;
    if (option.argument.empty()) {
      result.add_options()(name.c_str(), "");
    } else {
      result.add_options()(name.c_str(), po::value<std::vector<std::string>>()->composing(), "");
    }
  }
  return result;
}

bool is_choice(std::string_view choices, std::string_view value) {
  std::size_t start = 0;
  while (start <= choices.size()) {
    const std::size_t end = std::min(choices.find('|', start), choices.size());
    if (choices.substr(start, end - start) == value) return true;
    start = end + 1;
  }
  return false;
}

source::Result<void> check_choices(const CommandSpec& command, const Arguments& arguments) {
  for (const auto& [name, values] : arguments.values) {
    const OptionSpec* option = find_option(command, name);
    if (option == nullptr || option->choices.empty()) continue;
    for (const std::string& value : values) {
      if (is_choice(option->choices, value)) continue;
      std::string choices(option->choices);
      std::replace(choices.begin(), choices.end(), '|', ' ');
      return source::failure("--" + name + " cannot be " + (value.empty() ? "empty" : value) +
                             "; it is one of: " + choices);
    }
  }
  return {};
}

std::string unknown_option(const CommandSpec& command, const std::string& written) {
  std::vector<std::string> names;
  for (const OptionSpec& option : command.options) names.push_back("--" + std::string(option.name));
  return "there is no option " + written + source::did_you_mean(source::nearest(written, names));
}

}  // namespace

std::string Arguments::value(std::string_view option) const {
  const auto given = values.find(option);
  if (given != values.end() && !given->second.empty()) return given->second.back();
  for (const OptionSpec& spec : options) {
    if (spec.name == option) return std::string(spec.fallback);
  }
  return "";
}

std::vector<std::string> Arguments::all(std::string_view option) const {
  const auto given = values.find(option);
  return given == values.end() ? std::vector<std::string>{} : given->second;
}

source::Result<Arguments> parse(const CommandSpec& command, const std::vector<std::string>& words) {
  Arguments arguments;
  arguments.options = command.options;
  try {
    po::positional_options_description positional;
    positional.add("arguments", -1);
    po::options_description options = described(command);
    options.add_options()("arguments", po::value<std::vector<std::string>>(), "");
    const auto style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    const po::parsed_options parsed =
        po::command_line_parser(words).options(options).positional(positional).style(style).run();
    for (const po::option& option : parsed.options) {
      if (option.string_key == "arguments") {
        arguments.positional.insert(arguments.positional.end(), option.value.begin(),
                                    option.value.end());
      } else {
        auto& values = arguments.values[option.string_key];
        values.insert(values.end(), option.value.begin(), option.value.end());
      }
    }
  } catch (const po::unknown_option& error) {
    return source::failure(unknown_option(command, error.get_option_name()));
  } catch (const po::error& error) {
    return source::failure(error.what());
  }
  // The name that other tools use for it.
  for (std::string& format : arguments.values["format"]) {
    if (format == "txt") format = "text";
  }
  if (arguments.values["format"].empty()) arguments.values.erase("format");
  if (auto checked = check_choices(command, arguments); !checked) {
    return tl::unexpected(checked.error());
  }
  return arguments;
}

}  // namespace polreach::cli
