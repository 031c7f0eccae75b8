// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <z3++.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/terms/term.h"
#include "solver/z3/address_classes.h"
#include "solver/z3/transcript.h"

namespace polreach::solver::z3 {

/// Terms as Z3 expressions. Included by solver/z3/*.cpp only.
///
/// Sorts: protocol and ports are bit-vectors (8, 16); an address is a Boolean (is IPv6) and a
/// bit-vector of 128, IPv4 in the low 32 bits with the others zero; a label is a bit-vector of 32
/// that codes kAbsent, or kFirstValue + symbol, where a code that stands for no symbol means a
/// value that no selector names.
///
/// The world may be encoded twice (copies 0 and 1), so that a question can speak of one packet in
/// two worlds. Each term is encoded once a copy.
class Encoding {
 public:
  enum class Copy : std::uint8_t { First, Second };

  /// Whether an end's address belongs to the packet (one for both copies) or to the world.
  struct Ends {
    bool source_is_packet = false;
    bool destination_is_packet = false;
  };

  /// `addresses`: addresses are the numbers of their classes there, instead of bits, which must be
  /// those of all terms that are encoded; nullptr: they are bits.
  Encoding(::z3::context& context, const compiler::TermPool& pool,
           const QuestionAddresses* addresses = nullptr);

  /// Chooses what the addresses belong to for the terms encoded from now on.
  void set_ends(const Ends& ends);

  ::z3::expr encode(compiler::Term term, Copy copy);
  /// What every packet satisfies: a protocol there is, a port from 1, IPv4 addresses of 32 bits.
  ::z3::expr well_formed(Copy copy);
  /// The same for headers: protocols of net::IpProtocol, any port, and the classes of the addresses
  /// that the terms encoded until now speak of.
  ::z3::expr well_formed_header();

  // Reading a model back.
  [[nodiscard]] net::Protocol protocol(const ::z3::model& model);
  [[nodiscard]] net::Port port(const ::z3::model& model);
  [[nodiscard]] net::IpProtocol ip_protocol(const ::z3::model& model);
  [[nodiscard]] net::Port header_port(const ::z3::model& model, compiler::HeaderPort port,
                                      Copy copy);
  [[nodiscard]] net::Address address(const ::z3::model& model, const compiler::AddressName& name,
                                     Copy copy);
  /// The chosen addresses, and the facts, that the terms encoded until now speak of.
  [[nodiscard]] std::map<std::uint32_t, net::Address> chosen(const ::z3::model& model, Copy copy);
  [[nodiscard]] std::map<compiler::OpenFact, bool> facts(const ::z3::model& model, Copy copy);
  [[nodiscard]] bool flag(const ::z3::model& model, compiler::Flag flag, Copy copy,
                          std::uint32_t index = 0);
  /// The indices of a flag that the encoded terms speak of and the model has true.
  [[nodiscard]] std::vector<std::uint32_t> true_indices(const ::z3::model& model,
                                                        compiler::Flag flag, Copy copy);
  /// The labels that the encoded terms speak of: the code that the model gives to each.
  struct LabelValue {
    compiler::LabelVariable label;
    bool present = false;
    std::optional<model::Symbol> value;  // nothing: a value that no selector names
  };
  [[nodiscard]] std::vector<LabelValue> labels(const ::z3::model& model, Copy copy,
                                               std::size_t symbols);

 private:
  static constexpr unsigned kAbsent = 0;
  static constexpr unsigned kFirstValue = 1;

  struct AddressVariable {
    ::z3::expr is_v6;
    ::z3::expr bits;
  };

  ::z3::expr encode_node(compiler::Term term, Copy copy);
  ::z3::expr in_prefix(const AddressVariable& address, const net::Prefix& prefix);
  ::z3::expr in_prefixes(const AddressVariable& address, const net::AddressSet& set);
  /// AddressIn and AddressOf, where addresses are numbers of classes.
  ::z3::expr in_classes(compiler::Term leaf, Copy copy);
  ::z3::expr class_variable(const compiler::AddressName& name, Copy copy);
  [[nodiscard]] std::string address_text(const compiler::AddressName& name, Copy copy) const;
  AddressVariable& address_variable(const compiler::AddressName& name, Copy copy);
  ::z3::expr port_variable(compiler::HeaderPort port, Copy copy);
  ::z3::expr fact_variable(const compiler::OpenFact& fact, Copy copy);
  ::z3::expr label_variable(const compiler::LabelVariable& label, Copy copy);
  ::z3::expr flag_variable(compiler::Flag flag, std::uint32_t index, Copy copy);
  [[nodiscard]] std::string suffix(Copy copy) const;

  ::z3::context& context_;
  const compiler::TermPool& pool_;
  const QuestionAddresses* question_;
  ::z3::expr protocol_;
  ::z3::expr port_;
  ::z3::expr source_port_;
  Ends ends_;
  std::map<std::string, AddressVariable> addresses_;
  std::map<std::string, std::pair<::z3::expr, std::uint32_t>> classes_;  // and the last class
  std::map<std::pair<compiler::LabelVariable, Copy>, ::z3::expr> labels_;
  std::set<std::pair<compiler::Flag, std::uint32_t>> flags_;
  std::set<std::uint32_t> chosen_;
  std::set<compiler::OpenFact> facts_;
  // The memo depends on the ends: [source_is_packet][destination_is_packet][copy].
  std::map<compiler::Term, ::z3::expr> memo_[2][2][2];
};

[[nodiscard]] Transcript::Answer answer_of(::z3::check_result result);

}  // namespace polreach::solver::z3
