// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <fmt/format.h>

#include <ostream>
#include <utility>

#include "cli/profile.h"
#include "cli/report/diagnostics.h"
#include "cli/report/json.h"

namespace polreach::cli {

Session::Session(const Arguments& arguments, const Streams& streams, std::string schema)
    : arguments_(arguments), streams_(streams), schema_(std::move(schema)) {}

InputOptions Session::input_options(const std::string& default_namespace) const {
  InputOptions options;
  options.kustomize = arguments_.all("kustomize");
  options.helm = arguments_.all("helm");
  options.parameters = arguments_.all("parameters");
  options.service_tags = arguments_.all("service-tags");
  options.default_namespace = default_namespace;
  options.keep_going = arguments_.has("keep-going");
  options.engine = engine_of(arguments_);
  options.cluster = arguments_.value("cluster");
  return options;
}

bool Session::read(const InputOptions& options) {
  auto input = read_input(options, streams_.in);
  if (!input) {
    refuse("input", input.error().message, "");
    return false;
  }
  return accept(std::move(*input));
}

bool Session::accept(std::unique_ptr<Input> input) {
  own_ = std::move(input);
  input_ = own_.get();
  lap("read");
  write_diagnostics(streams_.err, error_style(), input_->sources, input_->diagnostics, !is_quiet());
  if (input_->diagnostics.errors() == 0) return true;
  say_no_verdict(true);
  return false;
}

bool Session::accept(const source::SourceMap& sources, const source::Diagnostics& problems,
                     const std::string& name) {
  write_diagnostics(streams_.err, error_style(), sources, problems, !is_quiet());
  if (problems.errors() == 0) return true;
  const std::string why = fmt::format("{} {} in {}", problems.errors(),
                                      problems.errors() == 1 ? "error" : "errors", printable(name));
  streams_.err << "no verdict: " << why << "\n";
  if (is_json()) write_json_error(streams_.out, schema_, nullptr, "config", why, "");
  return false;
}

void Session::warn(const std::vector<source::Diagnostic>& warnings) {
  source::Diagnostics more;
  for (const source::Diagnostic& warning : warnings) {
    more.add(warning);
    input_->diagnostics.add(warning);
  }
  write_diagnostics(streams_.err, error_style(), input_->sources, more, !is_quiet());
}

bool Session::check(const std::vector<source::Diagnostic>& mistakes) {
  warn(mistakes);
  if (input_->diagnostics.errors() == 0) return true;
  say_no_verdict(false);
  return false;
}

bool Session::is_proven(std::size_t proofs, std::size_t unproven) {
  if (unproven == 0 || !arguments_.has("require-proof")) return true;
  refuse(
      "unproven",
      fmt::format("Z3 gave up on {} of {} proofs (--require-proof)", unproven, proofs + unproven),
      "ask about a part of it, or leave the option out: then the set engine alone answers there, "
      "and the answer says so");
  return false;
}

int Session::refuse(const std::string& code, const std::string& message, const std::string& help) {
  const Style style = error_style();
  streams_.err << style.red("error[" + code + "]") << ": " << style.bold(printable(message))
               << "\n";
  if (!help.empty()) streams_.err << "  help: " << printable(help) << "\n";
  // A wrong command line is no answer.
  const bool answers = is_json() && code != "usage";
  if (answers) write_json_error(streams_.out, schema_, input_, code, message, help);
  answered_ = false;
  return kNoVerdict;
}

/// `can_go_on`: what was read without errors can be asked about.
void Session::say_no_verdict(bool can_go_on) {
  const std::size_t errors = input_->diagnostics.errors();
  streams_.err << fmt::format("no verdict: {} {} in the input", errors,
                              errors == 1 ? "error" : "errors");
  if (can_go_on && !arguments_.has("keep-going") && input_->ledger.read() > 0) {
    streams_.err << "; mend them, or use --keep-going to see what does not depend on them";
  }
  streams_.err << "\n";
  if (is_json()) write_json_error(streams_.out, schema_, input_, "", "", "");
  answered_ = false;
}

void Session::lap(std::string_view stage) {
  const auto now = Clock::now();
  const std::chrono::duration<double, std::milli> spent = now - last_;
  if (arguments_.has("stats")) {
    streams_.err << fmt::format("stats: {:<10} {:9.2f} ms\n", stage, spent.count());
  }
  last_ = now;
}

Style Session::style() const {
  return Style(wants_colour(arguments_.value("color"), streams_.out_is_terminal));
}

Style Session::error_style() const {
  return Style(wants_colour(arguments_.value("color"), streams_.err_is_terminal));
}

}  // namespace polreach::cli
