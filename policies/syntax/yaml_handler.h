// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/mark.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "policies/syntax/builder.h"
#include "policies/syntax/input.h"
#include "policies/syntax/yaml_composer.h"
#include "policies/syntax/yaml_documents.h"

namespace polreach::syntax {

/// Thrown through yaml-cpp to end a document whose error has been added.
struct StopYaml {};

/// Receives the events of yaml-cpp for one document: finds their places in the file, gives scalars
/// their types, and guards against the faults of yaml-cpp 0.7.0.
class YamlHandler final : public YAML::EventHandler {
 public:
  YamlHandler(const Input& input, ObjectBuilder& builder)
      : input_(input), builder_(builder), composer_(input, builder) {}

  void begin(const YamlDocuments::Document& document);
  /// After the last event: delivers the document.
  void finish();

  /// Where the last event was.
  [[nodiscard]] std::size_t last_event() const { return last_; }
  /// The innermost flow collection that is open, if any.
  [[nodiscard]] source::Span open_flow() const {
    return flows_.empty() ? source::Span::none() : flows_.back();
  }
  /// Where a mark of this document is in the file.
  [[nodiscard]] std::size_t offset(const YAML::Mark& mark) const;

  void OnDocumentStart(const YAML::Mark& mark) override;
  void OnDocumentEnd() override;
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override;
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override;
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override;
  void OnSequenceEnd() override;
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override;
  void OnMapEnd() override;

 private:
  void require(bool good) const {
    if (!good) throw StopYaml();
  }
  void pass(const Event& event, YAML::anchor_t anchor);
  void flush_end();
  void open(Event::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YAML::EmitterStyle::value style);
  [[nodiscard]] std::size_t skip_properties(std::size_t at) const;
  [[nodiscard]] std::size_t end_of_scalar(std::size_t at, const std::string& value) const;
  [[nodiscard]] std::size_t end_of_quoted(std::size_t at) const;
  void resolve(Event& event, const std::string& tag, const std::string& value);

  const Input& input_;
  ObjectBuilder& builder_;
  YamlComposer composer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t last_ = 0;
  std::uint64_t events_ = 0;
  bool started_ = false;
  bool null_root_ = false;
  bool end_pending_ = false;
  std::vector<bool> is_flow_;
  std::vector<source::Span> flows_;
  std::string buffer_;
  std::string key_buffer_;
};

}  // namespace polreach::syntax
