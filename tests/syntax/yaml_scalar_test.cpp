// SPDX-License-Identifier: Apache-2.0
#include "policies/syntax/yaml_scalar.h"

#include <doctest/doctest.h>

#include <string>

using polreach::syntax::plain_key;
using polreach::syntax::resolve_plain;
using polreach::syntax::Type;

namespace {

struct Case {
  std::string_view text;
  Type type;
  std::string_view value;
};

// Each was given to sigs.k8s.io/yaml v1.4.0, YAMLToJSON. Floats keep their spelling here.
constexpr Case kCases[] = {
    {"", Type::Null, ""},
    {"~", Type::Null, ""},
    {"null", Type::Null, ""},
    {"NULL", Type::Null, ""},
    {"nULL", Type::String, "nULL"},
    {"y", Type::Bool, "true"},
    {"Y", Type::Bool, "true"},
    {"n", Type::Bool, "false"},
    {"N", Type::Bool, "false"},
    {"yes", Type::Bool, "true"},
    {"on", Type::Bool, "true"},
    {"Off", Type::Bool, "false"},
    {"NO", Type::Bool, "false"},
    {"TRUE", Type::Bool, "true"},
    {"False", Type::Bool, "false"},
    {"tRUE", Type::String, "tRUE"},
    {"0", Type::Integer, "0"},
    {"-0", Type::Integer, "0"},
    {"+5", Type::Integer, "5"},
    {"-17", Type::Integer, "-17"},
    {"012", Type::Integer, "10"},
    {"0o12", Type::Integer, "10"},
    {"+0o7", Type::Integer, "7"},
    {"0x1F", Type::Integer, "31"},
    {"0X1F", Type::Integer, "31"},
    {"-0x10", Type::Integer, "-16"},
    {"0b101", Type::Integer, "5"},
    {"-0b11", Type::Integer, "-3"},
    {"0b2", Type::String, "0b2"},
    {"0x", Type::String, "0x"},
    {"1_000", Type::Integer, "1000"},
    {"1__0", Type::Integer, "10"},
    {"0777_7", Type::Integer, "4095"},
    {"_1", Type::String, "_1"},
    {"18446744073709551615", Type::Integer, "18446744073709551615"},
    {"18446744073709551616", Type::Float, "18446744073709551616"},
    {"-9223372036854775808", Type::Integer, "-9223372036854775808"},
    {"-9223372036854775809", Type::Float, "-9223372036854775809"},
    {"08", Type::Float, "08"},
    {"0_8", Type::Float, "08"},
    {"09.5", Type::Float, "09.5"},
    {"1e3", Type::Float, "1e3"},
    {"1e+3", Type::Float, "1e+3"},
    {"1.", Type::Float, "1."},
    {".5", Type::Float, ".5"},
    {"+.5", Type::Float, "+.5"},
    {".5e3", Type::Float, ".5e3"},
    {"1_0.5", Type::Float, "10.5"},
    {"._5", Type::String, "._5"},
    {"1e400", Type::String, "1e400"},
    {".inf", Type::Float, ".inf"},
    {"-.INF", Type::Float, "-.INF"},
    {".nan", Type::Float, ".nan"},
    {"0.1.2", Type::String, "0.1.2"},
    {"10.0.0.0", Type::String, "10.0.0.0"},
    {"+", Type::String, "+"},
    {"-", Type::String, "-"},
    {".", Type::String, "."},
    {"1:30", Type::String, "1:30"},
    {"2001-01-01", Type::String, "2001-01-01"},
    {"app", Type::String, "app"},
    {"<<", Type::String, "<<"},
};

}  // namespace

TEST_CASE("plain scalars get the types that Kubernetes gives them") {
  std::string buffer;
  for (const Case& c : kCases) {
    CAPTURE(c.text);
    const auto plain = resolve_plain(c.text, buffer);
    CHECK(plain.type == c.type);
    CHECK(plain.text == c.value);
  }
}

TEST_CASE("numbers near the ends of what a double holds") {
  std::string buffer;
  CHECK(resolve_plain("1e308", buffer).type == Type::Float);
  CHECK(resolve_plain("1e-400", buffer).type == Type::Float);  // 0
  CHECK(resolve_plain("-1e400", buffer).type == Type::String);
  CHECK(resolve_plain(std::string(5000, '9'), buffer).type == Type::String);
  CHECK(resolve_plain("0." + std::string(5000, '0') + "1", buffer).type == Type::Float);
}

TEST_CASE("keys are written as Kubernetes' JSON has them") {
  std::string buffer;
  std::string key;
  CHECK(plain_key(resolve_plain("y", buffer), key) == "true");
  CHECK(plain_key(resolve_plain("0x10", buffer), key) == "16");
  CHECK(plain_key(resolve_plain("1.10", buffer), key) == "1.1");
  CHECK(plain_key(resolve_plain("+1.50", buffer), key) == "1.5");
  CHECK(plain_key(resolve_plain("1.2.3", buffer), key) == "1.2.3");
}
