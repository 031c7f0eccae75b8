// SPDX-License-Identifier: Apache-2.0
#include "cli/smtlib.h"

#include <sstream>

#include "cli/output_file.h"

namespace polreach::cli {

SmtLibFile::SmtLibFile(Session& session) : session_(session) {
  if (session.arguments().has("smtlib")) transcript_.emplace();
}

bool SmtLibFile::write() {
  if (!transcript_) return true;
  const Arguments& arguments = session_.arguments();
  std::string about = "polreach can";
  for (std::size_t i = 0; i < 2; ++i) about += " " + arguments.positional[i];
  for (const char* option : {"port", "protocol"}) {
    for (const std::string& value : arguments.all(option)) {
      about += " --" + std::string(option) + " " + value;
    }
  }
  std::ostringstream text;
  transcript_->write(text, about);
  const auto written = write_file(arguments.value("smtlib"), text.str());
  if (!written) session_.refuse("output", written.error().message, "");
  return written.has_value();
}

}  // namespace polreach::cli
