// SPDX-License-Identifier: Apache-2.0
#include <boost/process.hpp>
#include <cstdio>
#include <memory>
#include <thread>

#include "cli/render.h"

namespace polreach::cli {
namespace {

namespace bp = boost::process;

constexpr std::size_t kLargestSvg = 1ULL << 30U;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

/// Files without names in place of pipes: neither side waits for the other, and a program that
/// ends before it has read everything ends nobody else.
using Scratch = std::unique_ptr<std::FILE, CloseFile>;

bool write_all(std::FILE* file, const std::string& text) {
  return std::fwrite(text.data(), 1, text.size(), file) == text.size() && std::fflush(file) == 0 &&
         std::fseek(file, 0, SEEK_SET) == 0;
}

std::string content_of(std::FILE* file, std::size_t most) {
  std::string text;
  std::array<char, 1U << 16U> buffer{};
  std::rewind(file);
  for (std::size_t got = 1; got > 0 && text.size() <= most;) {
    got = std::fread(buffer.data(), 1, buffer.size(), file);
    text.append(buffer.data(), got);
  }
  return text;
}

/// False where the time is over, and the program ended.
bool wait_for(bp::child& child, std::chrono::milliseconds limit) {
  // The waiting of Boost.Process with a limit (1.74) takes signals from the whole program.
  const auto end = std::chrono::steady_clock::now() + limit;
  for (auto pause = std::chrono::milliseconds(1); child.running();) {
    if (std::chrono::steady_clock::now() >= end) {
      child.terminate();
      return false;
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  return true;
}

bool is_svg(const std::string& text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.find("<svg") != std::string::npos && last != std::string::npos &&
         std::string_view(text).substr(0, last + 1).ends_with("</svg>");
}

}  // namespace

source::Result<std::string> svg(const std::string& dot, std::chrono::milliseconds limit) {
  const std::string instead = "use --format dot";
  try {
    const auto program = bp::search_path("dot");
    if (program.empty()) {
      return source::failure(
          "--format svg needs dot, which is not on the PATH: install graphviz, or " + instead);
    }
    const Scratch in(std::tmpfile());
    const Scratch out(std::tmpfile());
    const Scratch err(std::tmpfile());
    if (!in || !out || !err || !write_all(in.get(), dot)) {
      return source::failure("dot: temporary files cannot be written");
    }
    bp::child child(program, bp::args({"-Tsvg"}), bp::std_in<in.get(), bp::std_out> out.get(),
                    bp::std_err > err.get());
    if (!wait_for(child, limit)) {
      return source::failure("dot has not drawn the graph within " +
                             std::to_string(limit.count() / 1000) +
                             " seconds: ask for less of it (--from, --to), or " + instead +
                             " and another layout (sfdp -Tsvg)");
    }
    child.wait();
    if (child.exit_code() != 0) {
      const std::string said = content_of(err.get(), 1000);
      return source::failure("dot -Tsvg failed with exit status " +
                             std::to_string(child.exit_code()) + ": " +
                             said.substr(0, said.find('\n')) + "; " + instead);
    }
    std::string text = content_of(out.get(), kLargestSvg);
    if (text.size() > kLargestSvg || !is_svg(text)) {
      return source::failure("dot -Tsvg wrote no SVG document; " + instead);
    }
    return text;
  } catch (const std::exception& error) {
    return source::failure(std::string("dot -Tsvg: ") + error.what() + "; " + instead);
  }
}

}  // namespace polreach::cli
