// SPDX-License-Identifier: Apache-2.0
#include "solver/z3/encoding.h"

#include <bit>

namespace polreach::solver::z3 {

using compiler::AddressName;
using compiler::HeaderPort;
using compiler::Side;
using compiler::Term;
using Kind = compiler::TermPool::Kind;

namespace {

constexpr unsigned kAddressBits = 128;

/// A literal of 128 bits; Z3 takes numbers of more than 64 bits as decimal text.
::z3::expr literal(::z3::context& context, net::Uint128 value) {
  const auto high = static_cast<std::uint64_t>(value >> 64U);
  const auto low = static_cast<std::uint64_t>(value);
  return ::z3::concat(context.bv_val(high, 64), context.bv_val(low, 64));
}

std::uint64_t number(const ::z3::model& model, const ::z3::expr& expression) {
  return model.eval(expression, true).get_numeral_uint64();
}

}  // namespace

Encoding::Encoding(::z3::context& context, const compiler::TermPool& pool,
                   const QuestionAddresses* addresses)
    : context_(context),
      pool_(pool),
      question_(addresses),
      protocol_(context.bv_const("protocol", 8)),
      port_(context.bv_const("port", 16)),
      source_port_(context.bv_const("source-port", 16)) {}

void Encoding::set_ends(const Ends& ends) { ends_ = ends; }

std::string Encoding::suffix(Copy copy) const { return copy == Copy::First ? "" : ".2"; }

std::string Encoding::address_text(const AddressName& name, Copy copy) const {
  if (name.variable != 0) return "chosen-" + std::to_string(name.variable) + suffix(copy);
  const bool is_source = name.side == Side::Source;
  const bool is_packet = is_source ? ends_.source_is_packet : ends_.destination_is_packet;
  return (is_source ? "source" : "destination") + (is_packet ? std::string() : suffix(copy));
}

Encoding::AddressVariable& Encoding::address_variable(const AddressName& address, Copy copy) {
  const std::string name = address_text(address, copy);
  const auto known = addresses_.find(name);
  if (known != addresses_.end()) return known->second;
  AddressVariable variable{context_.bool_const((name + "-is-v6").c_str()),
                           context_.bv_const(name.c_str(), kAddressBits)};
  return addresses_.emplace(name, variable).first->second;
}

::z3::expr Encoding::class_variable(const AddressName& address, Copy copy) {
  if (address.variable != 0) chosen_.insert(address.variable);
  const std::string name = address_text(address, copy);
  const auto known = classes_.find(name);
  if (known != classes_.end()) return known->second.first;
  const auto last = static_cast<std::uint32_t>(question_->classes(address)->size() - 1);
  const auto bits = static_cast<unsigned>(std::bit_width(last | 1U));
  const ::z3::expr variable = context_.bv_const(name.c_str(), bits);
  classes_.emplace(name, std::pair{variable, last});
  return variable;
}

::z3::expr Encoding::in_classes(Term leaf, Copy copy) {
  const ::z3::expr variable = class_variable(pool_[leaf].address, copy);
  const unsigned bits = variable.get_sort().bv_size();
  ::z3::expr_vector any(context_);
  for (const AddressClasses::Range& range : question_->of(leaf)) {
    const ::z3::expr first = context_.bv_val(range.first, bits);
    const ::z3::expr last = context_.bv_val(range.last, bits);
    any.push_back(range.first == range.last
                      ? variable == first
                      : ::z3::uge(variable, first) && ::z3::ule(variable, last));
  }
  return ::z3::mk_or(any);
}

::z3::expr Encoding::port_variable(HeaderPort port, Copy copy) {
  switch (port) {
    case HeaderPort::Destination:
      return port_;
    case HeaderPort::Source:
      return source_port_;
    case HeaderPort::ChosenSource:
      break;
  }
  return context_.bv_const(("chosen-source-port" + suffix(copy)).c_str(), 16);
}

::z3::expr Encoding::fact_variable(const compiler::OpenFact& fact, Copy copy) {
  std::string name = "fact-" + std::to_string(static_cast<std::uint32_t>(fact.unknown));
  if (fact.of_address) {
    name += fact.address.side == Side::Source ? "-s" : "-d";
    name += std::to_string(fact.address.variable);
  }
  return context_.bool_const((name + suffix(copy)).c_str());
}

::z3::expr Encoding::label_variable(const compiler::LabelVariable& label, Copy copy) {
  const auto known = labels_.find({label, copy});
  if (known != labels_.end()) return known->second;
  const std::string name = "label-" + std::to_string(labels_.size());
  return labels_.emplace(std::pair{label, copy}, context_.bv_const(name.c_str(), 32)).first->second;
}

::z3::expr Encoding::flag_variable(compiler::Flag flag, std::uint32_t index, Copy copy) {
  const std::string name =
      "flag-" + std::to_string(static_cast<int>(flag)) + "-" + std::to_string(index) + suffix(copy);
  return context_.bool_const(name.c_str());
}

::z3::expr Encoding::in_prefix(const AddressVariable& address, const net::Prefix& prefix) {
  const bool v6 = prefix.address.family == net::Family::V6;
  const ::z3::expr family = v6 ? address.is_v6 : !address.is_v6;
  if (prefix.length == 0) return family;
  const auto width = static_cast<unsigned>(net::width(prefix.address.family));
  const unsigned low = width - static_cast<unsigned>(prefix.length);
  const ::z3::expr wanted = literal(context_, prefix.address.bits);
  return family &&
         address.bits.extract(width - 1, low) == wanted.extract(width - 1, low).simplify();
}

::z3::expr Encoding::in_prefixes(const AddressVariable& address, const net::AddressSet& set) {
  ::z3::expr_vector any(context_);
  for (const net::Prefix& prefix : net::prefixes_of(set)) any.push_back(in_prefix(address, prefix));
  return ::z3::mk_or(any);
}

::z3::expr Encoding::encode_node(Term term, Copy copy) {
  const compiler::TermPool::Node& node = pool_[term];
  auto& memo =
      memo_[ends_.source_is_packet][ends_.destination_is_packet][static_cast<std::size_t>(copy)];
  switch (node.kind) {
    case Kind::False:
      return context_.bool_val(false);
    case Kind::True:
      return context_.bool_val(true);
    case Kind::Not:
      return !memo.at(node.operands[0]);
    case Kind::And:
    case Kind::Or: {
      ::z3::expr_vector operands(context_);
      for (Term operand : node.operands) operands.push_back(memo.at(operand));
      return node.kind == Kind::And ? ::z3::mk_and(operands) : ::z3::mk_or(operands);
    }
    case Kind::Protocol:
      return protocol_ == context_.bv_val(static_cast<unsigned>(node.protocol), 8);
    case Kind::Ports: {
      const ::z3::expr port = port_variable(node.port, copy);
      const ::z3::expr first = context_.bv_val(node.first, 16);
      if (node.first == node.last) return port == first;
      return ::z3::uge(port, first) && ::z3::ule(port, context_.bv_val(node.last, 16));
    }
    case Kind::AddressIn:
      if (question_ != nullptr) return in_classes(term, copy);
      return in_prefix(address_variable(node.address, copy), node.prefix);
    case Kind::AddressOf:
      if (question_ != nullptr) return in_classes(term, copy);
      return in_prefixes(address_variable(node.address, copy), pool_.addresses(node));
    case Kind::LabelIs:
      return label_variable(node.label, copy) ==
             context_.bv_val(static_cast<unsigned>(node.value) + kFirstValue, 32);
    case Kind::LabelSet:
      return label_variable(node.label, copy) != context_.bv_val(kAbsent, 32);
    case Kind::Flag:
      flags_.emplace(node.flag, node.index);
      return flag_variable(node.flag, node.index, copy);
    case Kind::Fact:
      facts_.insert(node.fact);
      return fact_variable(node.fact, copy);
  }
  return context_.bool_val(false);
}

::z3::expr Encoding::encode(Term term, Copy copy) {
  auto& memo =
      memo_[ends_.source_is_packet][ends_.destination_is_packet][static_cast<std::size_t>(copy)];
  std::vector<Term> stack{term};
  while (!stack.empty()) {
    const Term top = stack.back();
    if (memo.contains(top)) {
      stack.pop_back();
      continue;
    }
    const std::size_t before = stack.size();
    for (Term operand : pool_[top].operands) {
      if (!memo.contains(operand)) stack.push_back(operand);
    }
    if (stack.size() != before) continue;
    stack.pop_back();
    memo.emplace(top, encode_node(top, copy));
  }
  return memo.at(term);
}

::z3::expr Encoding::well_formed(Copy copy) {
  ::z3::expr result = ::z3::ule(protocol_, context_.bv_val(2, 8)) &&
                      ::z3::uge(port_, context_.bv_val(net::kLowestPort, 16));
  for (Side side : {Side::Source, Side::Destination}) {
    const AddressVariable& address = address_variable(side, copy);
    result = result && (address.is_v6 || address.bits.extract(127, 32) == context_.bv_val(0, 96));
  }
  return result;
}

::z3::expr Encoding::well_formed_header() {
  const auto protocols = static_cast<unsigned>(net::kIpProtocols.size());
  ::z3::expr result = ::z3::ult(protocol_, context_.bv_val(protocols, 8));
  for (const auto& [name, of_one] : classes_) {
    const auto& [variable, last] = of_one;
    result = result && ::z3::ule(variable, context_.bv_val(last, variable.get_sort().bv_size()));
  }
  return result;
}

net::IpProtocol Encoding::ip_protocol(const ::z3::model& model) {
  return static_cast<net::IpProtocol>(number(model, protocol_));
}

net::Port Encoding::header_port(const ::z3::model& model, HeaderPort port, Copy copy) {
  return static_cast<net::Port>(number(model, port_variable(port, copy)));
}

std::map<std::uint32_t, net::Address> Encoding::chosen(const ::z3::model& model, Copy copy) {
  std::map<std::uint32_t, net::Address> result;
  for (std::uint32_t variable : chosen_) {
    result[variable] = address(model, AddressName(Side::Source, variable), copy);
  }
  return result;
}

std::map<compiler::OpenFact, bool> Encoding::facts(const ::z3::model& model, Copy copy) {
  std::map<compiler::OpenFact, bool> result;
  for (const compiler::OpenFact& fact : facts_) {
    result[fact] = model.eval(fact_variable(fact, copy), true).is_true();
  }
  return result;
}

net::Protocol Encoding::protocol(const ::z3::model& model) {
  return static_cast<net::Protocol>(number(model, protocol_));
}

net::Port Encoding::port(const ::z3::model& model) {
  return static_cast<net::Port>(number(model, port_));
}

net::Address Encoding::address(const ::z3::model& model, const AddressName& name, Copy copy) {
  if (question_ != nullptr) {
    const AddressClasses* classes = question_->classes(name);
    if (classes == nullptr) return net::lowest(net::Family::V4);  // any: nothing speaks of it
    return classes->example(number(model, class_variable(name, copy)));
  }
  const AddressVariable& variable = address_variable(name, copy);
  const net::Uint128 high = number(model, variable.bits.extract(127, 64));
  const net::Uint128 low = number(model, variable.bits.extract(63, 0));
  const bool v6 = model.eval(variable.is_v6, true).is_true();
  return {v6 ? net::Family::V6 : net::Family::V4, (high << 64U) | low};
}

bool Encoding::flag(const ::z3::model& model, compiler::Flag flag, Copy copy, std::uint32_t index) {
  return model.eval(flag_variable(flag, index, copy), true).is_true();
}

std::vector<std::uint32_t> Encoding::true_indices(const ::z3::model& model, compiler::Flag flag,
                                                  Copy copy) {
  std::vector<std::uint32_t> result;
  for (const auto& [known, index] : flags_) {
    if (known == flag && this->flag(model, flag, copy, index)) result.push_back(index);
  }
  return result;
}

std::vector<Encoding::LabelValue> Encoding::labels(const ::z3::model& model, Copy copy,
                                                   std::size_t symbols) {
  std::vector<LabelValue> result;
  for (const auto& [key, variable] : labels_) {
    if (key.second != copy) continue;
    const std::uint64_t code = number(model, variable);
    LabelValue value{key.first, code != kAbsent, std::nullopt};
    if (value.present && code - kFirstValue < symbols) {
      value.value = static_cast<model::Symbol>(code - kFirstValue);
    }
    result.push_back(value);
  }
  return result;
}

Transcript::Answer answer_of(::z3::check_result result) {
  switch (result) {
    case ::z3::sat:
      return Transcript::Answer::Sat;
    case ::z3::unsat:
      return Transcript::Answer::Unsat;
    case ::z3::unknown:
      break;
  }
  return Transcript::Answer::Unknown;
}

}  // namespace polreach::solver::z3
