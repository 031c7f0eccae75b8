// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

source::Result<void> write_stream(const std::string& path, std::string_view bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  file.close();
  if (!file)
    return source::failure(path + ": cannot be written: " + std::generic_category().message(errno));
  return {};
}

}  // namespace

source::Result<void> write_file(const std::string& path, std::string_view bytes) {
  std::error_code error;
  fs::path target = path;
  // What a link leads to is replaced, not the link.
  if (fs::is_symlink(target, error)) target = fs::weakly_canonical(target, error);
  const fs::file_status status = fs::status(target, error);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    if (fs::is_directory(status)) return source::failure(path + ": is a folder");
    return write_stream(path, bytes);
  }
  const std::string beside = target.string() + ".polreach-" + std::to_string(getpid());
  if (auto written = write_stream(beside, bytes); !written) {
    fs::remove(beside, error);
    return source::failure(path + ": cannot be written");
  }
  if (fs::exists(status)) fs::permissions(beside, status.permissions(), error);
  fs::rename(beside, target, error);
  if (error) {
    const std::string why = error.message();
    fs::remove(beside, error);
    return source::failure(path + ": cannot be written: " + why);
  }
  return {};
}

}  // namespace polreach::cli
