// SPDX-License-Identifier: Apache-2.0
#include "cli/snapshot.h"

#include <array>
#include <filesystem>
#include <fstream>
#include <utility>

#include "cli/render.h"

namespace polreach::cli {
namespace {

namespace fs = std::filesystem;
using source::Text;

constexpr const char* kStandardInput = "<stdin>";

/// What is kept under the key, or what `read` gives, which is kept then.
template <typename T, typename Read>
source::Result<T> once(std::map<std::string, T>& kept, const std::string& key, Read read) {
  if (const auto found = kept.find(key); found != kept.end()) return found->second;
  source::Result<T> value = read();
  if (value) kept.emplace(key, *value);
  return value;
}

}  // namespace

source::Result<std::string> read_stream(std::istream& in, const std::string& name) {
  std::string bytes;
  std::array<char, 1U << 16U> buffer{};
  while (in.read(buffer.data(), buffer.size()) || in.gcount() > 0) {
    bytes.append(buffer.data(), static_cast<std::size_t>(in.gcount()));
    if (bytes.size() > Text::kLargestFile) {
      return source::failure(name + ": is larger than 4 GiB; split it");
    }
  }
  return bytes;
}

source::Result<std::unique_ptr<Text>> read_text(const std::string& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return Text::map(path);
  // A pipe: the shell's <(command), for one.
  std::ifstream stream(path, std::ios::binary);
  if (!stream) return source::failure(path + ": cannot be opened");
  auto bytes = read_stream(stream, path);
  if (!bytes) return tl::unexpected(bytes.error());
  return Text::own(std::move(*bytes));
}

source::Result<FoundFiles> Snapshot::find(const std::string& path) {
  return once(found_, path, [&] { return find_files(path); });
}

source::Result<std::string> Snapshot::text(const std::string& path) {
  return once(texts_, path, [&]() -> source::Result<std::string> {
    const auto text = read_text(path);
    if (!text) return tl::unexpected(text.error());
    return std::string((*text)->bytes());
  });
}

source::Result<std::string> Snapshot::standard_input(std::istream& in) {
  return once(texts_, kStandardInput, [&] { return read_stream(in, kStandardInput); });
}

source::Result<std::vector<std::string>> Snapshot::kustomizations(const std::string& folder) {
  return once(kustomizations_, folder, [&] { return find_kustomizations(folder); });
}

source::Result<std::string> Snapshot::kustomized(const std::string& folder) {
  return once(texts_, "<kustomize " + folder + ">", [&] { return kustomize(folder); });
}

source::Result<std::string> Snapshot::rendered(const std::string& chart) {
  return once(texts_, "<helm " + chart + ">", [&] { return helm_template(chart); });
}

void Snapshot::put(const std::string& folder, const std::map<std::string, std::string>& files) {
  FoundFiles found;
  for (const auto& [name, bytes] : files) {
    const std::string path = folder + "/" + name;
    found.files.push_back({path, false});
    texts_[path] = bytes;
  }
  found_[folder] = std::move(found);
}

void Snapshot::keep_standard_input_of(const Snapshot& other) {
  const auto found = other.texts_.find(kStandardInput);
  if (found != other.texts_.end()) texts_[kStandardInput] = found->second;
}

}  // namespace polreach::cli
