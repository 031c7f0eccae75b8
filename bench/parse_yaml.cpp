// SPDX-License-Identifier: Apache-2.0
// What the event parser of yaml-cpp alone takes for files of YAML, with a handler that does
// nothing. Each file is read whole, then parsed document by document.
//
// usage: parse_yaml FILE...

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <cstdio>
#include <fstream>
#include <sstream>

namespace {

class Nothing : public YAML::EventHandler {
 public:
  void OnDocumentStart(const YAML::Mark&) override { ++documents; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

  std::size_t documents = 0;
};

}  // namespace

int main(int count, char** words) {
  Nothing nothing;
  for (int i = 1; i < count; ++i) {
    std::ifstream file(words[i]);
    std::stringstream text;
    text << file.rdbuf();
    if (!file) {
      std::perror(words[i]);
      return 2;
    }
    try {
      YAML::Parser parser(text);
      while (parser.HandleNextDocument(nothing)) {
      }
    } catch (const YAML::Exception& error) {
      std::fprintf(stderr, "%s: %s\n", words[i], error.what());
      return 1;
    }
  }
  std::printf("%zu documents\n", nothing.documents);
  return 0;
}
