// SPDX-License-Identifier: Apache-2.0
#include "cli/output_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "cli/ending.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;

source::Failure failure_of(const std::string& path, int error) {
  return {path + ": cannot be written: " + std::generic_category().message(error)};
}

/// Writes all bytes; the number of the error, or 0.
int write_all(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// What a new file may be, as the process creates files.
mode_t usual_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666U & ~mask;
}

source::Result<void> write_through(const std::string& path, std::string_view bytes) {
  const int file = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) return tl::unexpected(failure_of(path, errno));
  const int error = write_all(file, bytes);
  close(file);
  if (error != 0) return tl::unexpected(failure_of(path, error));
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
    return write_through(path, bytes);
  }
  std::string beside = target.string() + ".XXXXXX";
  int file = -1;
  const ending::UnfinishedFile unfinished(beside,
                                          [&] { return (file = mkstemp(beside.data())) >= 0; });
  if (file < 0) return tl::unexpected(failure_of(path, errno));
  const mode_t mode =
      fs::exists(status) ? static_cast<mode_t>(status.permissions()) & 0777U : usual_mode();
  int failed = write_all(file, bytes);
  if (failed == 0 && fchmod(file, mode) != 0) failed = errno;
  if (close(file) != 0 && failed == 0) failed = errno;
  if (failed == 0 && std::rename(beside.c_str(), target.c_str()) != 0) failed = errno;
  if (failed == 0) return {};
  fs::remove(beside, error);
  return tl::unexpected(failure_of(path, failed));
}

}  // namespace polreach::cli
