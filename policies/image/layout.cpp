// SPDX-License-Identifier: Apache-2.0
#include "policies/image/layout.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <utility>

#include "policies/azure/resource.h"
#include "policies/kubernetes/objects.h"
#include "policies/model/cloud.h"
#include "policies/model/model.h"
#include "policies/source/diagnostics.h"

namespace polreach::image {
namespace {

template <typename... T>
void append_sizes(std::string& bytes) {
  (append_word(bytes, static_cast<std::uint32_t>(sizeof(T))), ...);
}

template <typename Word>
Word little(Word value) {
  if constexpr (std::endian::native == std::endian::big) {
    auto* const bytes = reinterpret_cast<unsigned char*>(&value);
    for (std::size_t i = 0; i < sizeof(Word) / 2; ++i) {
      std::swap(bytes[i], bytes[sizeof(Word) - 1 - i]);
    }
  }
  return value;
}

template <typename Word>
Word read_at(std::string_view bytes, std::size_t offset) {
  Word value = 0;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return little(value);
}

template <typename Word>
void append(std::string& bytes, Word value) {
  value = little(value);
  const std::size_t at = bytes.size();
  bytes.resize(at + sizeof value);
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

}  // namespace

std::uint64_t layout_mark() {
  std::string text = POLREACH_VERSION;
  append_long_word(text, kFormat);
  append_sizes<model::Namespace, model::Workload, model::Endpoint, model::Node, model::Service,
               model::ServicePort, model::OutsideAccess, model::Entrance, model::PodPeer,
               model::BlockPeer, model::NodePeer, model::DomainPeer, model::Peer, model::PortMatch,
               model::Rule, model::Policy, model::Gap, model::LabelSet, model::Requirement,
               model::ServiceTags, model::Model, kubernetes::IgnoreNote, kubernetes::Ledger,
               azure::Resource, azure::Node, azure::ResourceId, source::Diagnostic>(text);
  return hash_of(text);
}

std::uint64_t hash_of(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::uint32_t word_at(std::string_view bytes, std::size_t offset) {
  return read_at<std::uint32_t>(bytes, offset);
}
std::uint64_t long_word_at(std::string_view bytes, std::size_t offset) {
  return read_at<std::uint64_t>(bytes, offset);
}
void append_word(std::string& bytes, std::uint32_t value) { append(bytes, value); }
void append_long_word(std::string& bytes, std::uint64_t value) { append(bytes, value); }

}  // namespace polreach::image
