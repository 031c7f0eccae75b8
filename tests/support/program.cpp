// SPDX-License-Identifier: Apache-2.0
#include "tests/support/program.h"

#include <sstream>

#include "cli/run.h"

namespace polreach::support {

Run run(const std::vector<std::string>& words, const std::string& in) {
  std::istringstream input(in);
  return run(words, input);
}

Run run(const std::vector<std::string>& words, std::istream& in) {
  std::ostringstream out;
  std::ostringstream err;
  const int status = cli::run(words, {in, out, err});
  return {status, out.str(), err.str()};
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

}  // namespace polreach::support
