// SPDX-License-Identifier: Apache-2.0
#include "tests/support/second_solver.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

namespace polreach::support {

namespace fs = std::filesystem;

std::vector<std::string> answers_of_cvc5(const std::string& script) {
  const fs::path file =
      fs::temp_directory_path() / ("polreach-" + std::to_string(::getpid()) + ".smt2");
  std::ofstream(file) << script;
  const std::string command = "cvc5 --incremental --lang=smt2 " + file.string() + " 2>&1";
  FILE* const pipe = ::popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::vector<std::string> answers;
  std::array<char, 4096> line{};
  while (std::fgets(line.data(), line.size(), pipe) != nullptr) {
    answers.emplace_back(line.data());
    answers.back().pop_back();
  }
  ::pclose(pipe);
  fs::remove(file);
  return answers;
}

std::vector<std::string> statuses_of(const std::string& script) {
  const std::string mark = "(set-info :status ";
  std::vector<std::string> statuses;
  for (std::size_t at = script.find(mark); at != std::string::npos; at = script.find(mark, at)) {
    at += mark.size();
    statuses.push_back(script.substr(at, script.find(')', at) - at));
  }
  return statuses;
}

}  // namespace polreach::support
