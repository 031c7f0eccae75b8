// SPDX-License-Identifier: Apache-2.0
// Expressions of ARM templates. Expected values are those of the examples in "ARM template
// functions", or follow from what is said there.
#include <doctest/doctest.h>

#include <string>

#include "policies/azure/arm/expression.h"
#include "policies/azure/arm/template.h"
#include "tests/azure/read_node.h"

namespace polreach::azure::test {
namespace {

struct Outcome {
  std::string value;
  std::string codes;
};

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : " ") + word;
  return all;
}

/// The value of a property in a template with a few parameters and variables.
Outcome evaluated(const std::string& json_value) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  const Node root = read_node(
      R"({"$schema": "deploymentTemplate.json#",
          "parameters": {
            "open": {"type": "string"}, "openList": {"type": "array"},
            "openFlag": {"type": "bool"}, "openObject": {"type": "object"},
            "list": {"type": "array", "defaultValue": ["one", "two", "three"]},
            "object": {"type": "object", "defaultValue": {"a": 1, "b": {"c": "deep"}}}},
          "functions": [{"namespace": "own", "members": {"twice": {
            "parameters": [{"name": "x", "type": "int"}],
            "output": {"type": "int", "value": "[mul(parameters('x'), 2)]"}}}}],
          "variables": {"copy": [{"name": "made", "count": 3,
                                  "input": "[concat('v', copyIndex('made', 1))]"}],
                        "indirect": "[variables('made')[1]]"},
          "resources": [{"type": "Microsoft.Network/networkSecurityGroups", "name": "n",
                         "properties": {"x": )" +
          json_value + "}}]}",
      sources);
  Resources resources;
  arm::read_template(root, {}, diagnostics, resources);
  REQUIRE(resources.size() == 1);
  const Node* value = resources.front().body.find("properties")->find("x");
  REQUIRE(value != nullptr);
  return {show(*value), joined(codes(diagnostics))};
}

void check_values(const std::vector<std::pair<const char*, const char*>>& cases) {
  for (const auto& [expression, expected] : cases) {
    INFO(std::string(expression));
    const Outcome outcome = evaluated("\"[" + std::string(expression) + "]\"");
    CHECK(outcome.value == std::string(expected));
    CHECK(outcome.codes == "");
  }
}

void check_refused(const std::vector<const char*>& expressions) {
  for (const char* expression : expressions) {
    INFO(std::string(expression));
    const Outcome outcome = evaluated("\"[" + std::string(expression) + "]\"");
    CHECK(outcome.value.starts_with("?("));
    CHECK(outcome.codes == "bad-template-expression");
  }
}

}  // namespace

TEST_CASE("a string is an expression by its brackets") {
  CHECK(arm::is_expression("[null()]"));
  CHECK_FALSE(arm::is_expression("[[null()]"));
  CHECK_FALSE(arm::is_expression("[null()] "));
  CHECK_FALSE(arm::is_expression("["));
  CHECK(evaluated(R"("[[demo value]")").value == R"("[demo value]")");
  CHECK(evaluated(R"("[a] and [b] c")").value == R"("[a] and [b] c")");
  CHECK(evaluated(R"("plain")").value == R"("plain")");
}

TEST_CASE("literals, white space and access") {
  check_values({
      {"'it''s'", "\"it's\""},
      {"''", "\"\""},
      {" add( 1 ,\\n 2 ) ", "3"},
      {"sub(-1, 2)", "-3"},
      {"parameters('object').b.c", "\"deep\""},
      {"parameters('OBJECT').B['c']", "\"deep\""},
      {"parameters('list')[1]", "\"two\""},
      {"parameters('list')[add(1, 1)]", "\"three\""},
      {"createArray(createArray(1, 2), 3)[0][1]", "2"},
      {"variables('made')", R"(["v1", "v2", "v3"])"},
      {"variables('indirect')", "\"v2\""},
      {"own.twice(21)", "42"},
      {"OWN.Twice(add(1, 1))", "4"},
  });
}

TEST_CASE("what is no expression is refused with its place") {
  check_refused({"concat('a'", "concat('a',)", "concat('a'))", "'a' 'b'", "'a", "foo", "1.5",
                 "concat(,'a')", "parameters('list')[0", "", "a.b", "99999999999999999999",
                 "parameters('object').", "concat('a']"});
  arm::Expression expression;
  const auto fault = arm::parse_expression("[add(1 2)]", expression);
  REQUIRE(fault.has_value());
  CHECK(fault->at == 7);
}

TEST_CASE("nesting and length of expressions are bounded") {
  arm::Expression expression;
  std::string nested = "[";
  for (int i = 0; i < 1000; ++i) nested += "not(";
  nested += "true()";
  for (int i = 0; i < 1000; ++i) nested += ")";
  const auto fault = arm::parse_expression(nested + "]", expression);
  REQUIRE(fault.has_value());
  CHECK(fault->limit);
  const auto long_fault = arm::parse_expression("['" + std::string(30'000, 'x') + "']", expression);
  REQUIRE(long_fault.has_value());
  CHECK(long_fault->limit);
}

TEST_CASE("string functions") {
  check_values({
      {"concat('a', 'b', 1)", "\"ab1\""},
      {"concat(createArray(1), createArray(2, 3))", "[1, 2, 3]"},
      {"format('{0}, {1}. Formatted number: {2}', 'Hello', 'User', 8)",
       "\"Hello, User. Formatted number: 8\""},
      {"format('{0:D3}-{1:00}-{{x}}', 7, 5)", "\"007-05-{x}\""},
      {"toLower('One Two')", "\"one two\""},
      {"toUpper('One Two')", "\"ONE TWO\""},
      {"trim('    one two three   ')", "\"one two three\""},
      {"startsWith('abcdef', 'AB')", "true"},
      {"startsWith('abcdef', 'e')", "false"},
      {"endsWith('abcdef', 'EF')", "true"},
      {"endsWith('abcdef', 'e')", "false"},
      {"substring('one two three', 4, 3)", "\"two\""},
      {"substring('one', 1)", "\"ne\""},
      {"padLeft('123', 10, '0')", "\"0000000123\""},
      {"padLeft(7, 3)", "\"  7\""},
      {"replace('123-123-1234', '-', '')", "\"1231231234\""},
      {"split('one,two,three', ',')", R"(["one", "two", "three"])"},
      {"split('one;two,three', createArray(',', ';'))", R"(["one", "two", "three"])"},
      {"split('', ',')", R"([""])"},
      {"join(createArray('one', 'two', 'three'), ',')", "\"one,two,three\""},
      {"base64('one, two, three')", "\"b25lLCB0d28sIHRocmVl\""},
      {"base64ToString('b25lLCB0d28sIHRocmVl')", "\"one, two, three\""},
      {"base64('a')", "\"YQ==\""},
      {"base64ToString('YQ==')", "\"a\""},
      {"indexOf('test', 't')", "0"},
      {"lastIndexOf('test', 't')", "3"},
      {"indexOf('abcdef', 'CD')", "2"},
      {"lastIndexOf('abcdef', 'AB')", "0"},
      {"indexOf('abcdef', 'z')", "-1"},
      {"uri('http://contoso.org/firstpath/azuredeploy.json/', 'myscript.sh')",
       "\"http://contoso.org/firstpath/azuredeploy.json/myscript.sh\""},
      {"uri('http://contoso.org/firstpath/azuredeploy.json', 'myscript.sh')",
       "\"http://contoso.org/firstpath/myscript.sh\""},
      {"string(createArray(1, 'a'))", "\"[1,\"a\"]\""},
      {"string(true())", "\"True\""},
      {"json('{\\\"a\\\": [1, null, true]}').a", "[1, null, true]"},
      {"json('null')", "null"},
      {"json('[]')", "[]"},
      {"json('12')", "12"},
      {"first('One Two Three')", "\"O\""},
      {"last('One Two Three')", "\"e\""},
      {"take('one two three', 2)", "\"on\""},
      {"skip('one two three', 4)", "\"two three\""},
      {"length('One Two Three')", "13"},
      {"empty('')", "true"},
      {"contains('OneTwoThree', 'two')", "false"},
      {"contains('OneTwoThree', 'Two')", "true"},
  });
  check_refused({"substring('abc', 2, 5)", "concat('a', createArray())", "toLower(1)", "json('{')",
                 "json('1},{\\\"value\\\":2')", "base64ToString('x')", "int('a')",
                 "format('{1}', 'a')", "split('a')", "padLeft('a', 3, 'xy')"});
}

TEST_CASE("numeric, logical and comparison functions") {
  check_values({
      {"add(5, 3)", "8"},
      {"sub(7, 3)", "4"},
      {"mul(5, 3)", "15"},
      {"div(8, 3)", "2"},
      {"mod(7, 3)", "1"},
      {"min(createArray(0, 3, 2, 5, 4))", "0"},
      {"max(0, 3, 2, 5, 4)", "5"},
      {"int('4')", "4"},
      {"bool('true')", "true"},
      {"bool(0)", "false"},
      {"and(true(), false())", "false"},
      {"or(true(), false())", "true"},
      {"not(bool('false'))", "true"},
      {"if(true(), 'yes', 'no')", "\"yes\""},
      // Only one side is evaluated.
      {"if(false(), parameters('list')[9], 'no')", "\"no\""},
      {"equals('a', 'a')", "true"},
      {"equals('a', 'A')", "false"},
      {"equals(1, 1)", "true"},
      {"equals(1, '1')", "false"},
      {"equals(createArray('a', 'b'), createArray('a', 'b'))", "true"},
      {"equals(createObject('x', 1, 'y', 2), createObject('y', 2, 'x', 1))", "true"},
      {"equals(createObject('x', 1), createObject('x', 2))", "false"},
      {"less(1, 2)", "true"},
      {"less('A', 'a')", "false"},
      {"lessOrEquals('A', 'a')", "false"},
      {"greater('A', 'a')", "true"},
      {"greaterOrEquals(2, 2)", "true"},
      {"less('a', 'b')", "true"},
      {"less('B', 'a')", "false"},
      {"coalesce(null(), null(), 'string')", "\"string\""},
      {"coalesce(null())", "null"},
  });
  check_refused({"div(1, 0)", "mod(1, 0)", "add(9223372036854775807, 1)", "not(1)", "if(1, 2, 3)",
                 "and(true(), 'x')", "less(1, 'a')"});
}

TEST_CASE("array and object functions") {
  check_values({
      {"array('a')", R"(["a"])"},
      {"array(createArray('a'))", R"(["a"])"},
      {"createObject('a', 1, 'b', createArray())", "{a: 1, b: []}"},
      {"contains(parameters('list'), 'one')", "true"},
      {"contains(parameters('object'), 'B')", "true"},
      {"contains(parameters('object'), 'z')", "false"},
      {"empty(createArray())", "true"},
      {"empty(createObject())", "true"},
      {"empty(null())", "true"},
      {"first(parameters('list'))", "\"one\""},
      {"last(parameters('list'))", "\"three\""},
      {"first(createArray())", "null"},
      {"take(parameters('list'), 2)", R"(["one", "two"])"},
      {"take(parameters('list'), 9)", R"(["one", "two", "three"])"},
      {"take(parameters('list'), -1)", "[]"},
      {"skip(parameters('list'), 2)", R"(["three"])"},
      {"length(parameters('list'))", "3"},
      {"length(parameters('object'))", "2"},
      {"range(5, 3)", "[5, 6, 7]"},
      {"union(createArray('one', 'two', 'three'), createArray('three', 'four'))",
       R"(["one", "two", "three", "four"])"},
      {"union(createObject('one', 'a', 'three', 'c1'), createObject('three', 'c2', 'four', 'd'))",
       R"({one: "a", three: "c2", four: "d"})"},
      {"union(createObject('p', createObject('a', 1)), createObject('p', createObject('b', 2)))",
       "{p: {a: 1, b: 2}}"},
      {"shallowMerge(createArray(createObject('p', createObject('a', 1)), "
       "createObject('p', createObject('b', 2))))",
       "{p: {b: 2}}"},
      {"intersection(createArray('one', 'two', 'three'), createArray('two', 'three'))",
       R"(["two", "three"])"},
      {"intersection(createObject('one', 'a', 'two', 'b'), createObject('one', 'a', 'two', 'c'))",
       R"({one: "a"})"},
      {"flatten(createArray(createArray('one', 'two'), createArray('three')))",
       R"(["one", "two", "three"])"},
      {"indexOf(parameters('list'), 'two')", "1"},
      {"lastIndexOf(createArray(1, 2, 1), 1)", "2"},
      {"items(createObject('b', 1, 'a', 2))", R"([{key: "a", value: 2}, {key: "b", value: 1}])"},
      {"objectKeys(parameters('object'))", R"(["a", "b"])"},
      {"tryGet(parameters('object'), 'b', 'c')", "\"deep\""},
      {"tryGet(parameters('object'), 'nope', 'c')", "null"},
      {"tryGet(parameters('list'), 7)", "null"},
  });
  check_refused({"createObject('a')", "union(createArray(1), 'x')", "parameters('list')[3]",
                 "parameters('object').nope", "range(0, 10001)", "length(1)"});
}

TEST_CASE("lambdas") {
  check_values({
      {"map(createArray('a', 'b'), lambda('x', concat(lambdaVariables('x'), '!')))",
       R"(["a!", "b!"])"},
      {"map(createArray('a', 'b'), lambda('x', 'i', add(10, lambdaVariables('i'))))", "[10, 11]"},
      {"filter(range(0, 6), lambda('i', greater(lambdaVariables('i'), 3)))", "[4, 5]"},
      {"reduce(range(1, 4), 0, lambda('c', 'n', add(lambdaVariables('c'), lambdaVariables('n'))))",
       "10"},
      {"sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), "
       "lambdaVariables('b'))))",
       "[1, 2, 3]"},
      {"toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', 1))",
       "{a: 1, b: 1}"},
      {"map(range(0, 2), lambda('i', map(range(0, 2), lambda('j', add(mul(10, "
       "lambdaVariables('i')), lambdaVariables('j'))))))",
       "[[0, 1], [10, 11]]"},
      {"groupBy(createArray('ab', 'c', 'ad'), lambda('x', first(lambdaVariables('x'))))",
       R"({a: ["ab", "ad"], c: ["c"]})"},
  });
  // Whatever a lambda says, sorting ends.
  CHECK(evaluated(R"("[length(sort(range(0, 50), lambda('a', 'b', true())))]")").value == "50");
}

TEST_CASE("CIDR functions") {
  check_values({
      {"cidrSubnet('10.144.0.0/20', 24, 0)", "\"10.144.0.0/24\""},
      {"cidrSubnet('10.144.0.0/20', 24, 15)", "\"10.144.15.0/24\""},
      {"cidrHost('10.144.3.0/24', 0)", "\"10.144.3.1\""},
      {"cidrHost('10.144.3.0/24', 4)", "\"10.144.3.5\""},
      {"parseCidr('10.144.0.0/20')",
       R"({network: "10.144.0.0", netmask: "255.255.240.0", broadcast: "10.144.15.255", )"
       R"(firstUsable: "10.144.0.1", lastUsable: "10.144.15.254", cidr: 20})"},
  });
  check_refused({"cidrSubnet('10.144.0.0/20', 24, 16)", "cidrSubnet('10.0.0.0/8', 4, 0)",
                 "cidrHost('10.0.0.0/30', 3)", "parseCidr('x')"});
}

TEST_CASE("what is unknown stays unknown, and says what it is") {
  check_values({
      {"parameters('open')", "?(parameters('open'))"},
      {"concat('a-', parameters('open'))", "?(parameters('open'))"},
      {"toLower(parameters('open'))", "?(parameters('open'))"},
      {"if(parameters('openFlag'), 'a', 'b')", "?(parameters('openFlag'))"},
      {"equals(parameters('open'), 'x')", "?(parameters('open'))"},
      {"parameters('openObject').x.y", "?(parameters('openObject'))"},
      {"not(parameters('openFlag'))", "?(parameters('openFlag'))"},
      {"length(parameters('openList'))", "?(parameters('openList'))"},
      {"resourceGroup().location", "?(resourceGroup().location)"},
      {"listKeys('id', '2020-01-01').keys[0].value", "?(listKeys('id', '2020-01-01'))"},
      {"dateTimeAdd('2020', 'P1D')", "?(dateTimeAdd('2020', 'P1D'))"},
      {"coalesce(parameters('open'), 'x')", "?(parameters('open'))"},
      {"reference('elsewhere').x", "?(reference('elsewhere'))"},
  });
}

TEST_CASE("what does not depend on the unknown is known") {
  check_values({
      {"and(parameters('openFlag'), false())", "false"},
      {"and(false(), parameters('openFlag'))", "false"},
      {"or(parameters('openFlag'), true())", "true"},
      {"if(true(), 'a', parameters('open'))", "\"a\""},
      {"if(parameters('openFlag'), 'a', 'a')", "\"a\""},
      {"equals(parameters('open'), parameters('open'))", "true"},
      {"equals(createArray('a', parameters('open')), createArray('b', 'c'))", "false"},
      {"createArray('a', parameters('open'))[0]", "\"a\""},
      {"createArray('a', parameters('open'))", R"(["a", ?(parameters('open'))])"},
      {"length(createArray('a', parameters('open')))", "2"},
      {"first(concat(createArray('a'), parameters('openList')))", "\"a\""},
      {"last(concat(parameters('openList'), createArray('z')))", "\"z\""},
      {"contains(concat(createArray('a'), parameters('openList')), 'a')", "true"},
      {"empty(concat(createArray('a'), parameters('openList')))", "false"},
      {"empty(concat('nsg-', parameters('open')))", "false"},
      {"createObject('a', 1, 'b', parameters('open')).a", "1"},
      {"union(createArray('a'), parameters('openList'))", R"(["a", ?(parameters('openList'))])"},
      {"coalesce('x', parameters('open'))", "\"x\""},
      {"take(concat(createArray('a'), parameters('openList')), 1)", R"(["a"])"},
  });
}

TEST_CASE("an unknown that may be any number of items hides what is behind it") {
  check_values({
      {"length(concat(createArray('a'), parameters('openList')))", "?(parameters('openList'))"},
      {"concat(parameters('openList'), createArray('a'))[0]", "?(parameters('openList'))"},
      {"concat(parameters('openList'), createArray('a'))[1]", "?(parameters('openList'))"},
      {"first(concat(parameters('openList'), createArray('a')))", "?(parameters('openList'))"},
      {"empty(concat(createArray(), parameters('openList')))", "?(parameters('openList'))"},
      {"contains(concat(createArray('a'), parameters('openList')), 'b')",
       "?(parameters('openList'))"},
      {"skip(concat(parameters('openList'), createArray('a')), 1)", "?(parameters('openList'))"},
      {"indexOf(concat(parameters('openList'), createArray('a')), 'a')",
       "?(parameters('openList'))"},
      {"join(concat(createArray('a'), parameters('openList')), ',')", "?(parameters('openList'))"},
      {"concat(createArray('a'), parameters('openList'))[5]", "?(parameters('openList'))"},
  });
}

TEST_CASE("of two objects, what both have is certain") {
  check_values({
      {"union(createObject('x', 1), if(parameters('openFlag'), createObject('y', 2), "
       "createObject()))",
       "{x: 1, y: ?(parameters('openFlag'))}"},
      {"if(parameters('openFlag'), createObject('x', 1, 'y', 2), createObject('x', 1, 'y', 3))",
       "{x: 1, y: ?(parameters('openFlag'))}"},
      {"union(createObject('y', 1), if(parameters('openFlag'), createObject('y', 2), "
       "createObject()))",
       "{y: ?(parameters('openFlag'))}"},
      // A member that may not be there.
      {"contains(if(parameters('openFlag'), createObject('y', 2), createObject()), 'y')",
       "?(parameters('openFlag'))"},
      {"empty(if(parameters('openFlag'), createObject('y', 2), createObject()))",
       "?(parameters('openFlag'))"},
      {"length(if(parameters('openFlag'), createObject('y', 2), createObject()))",
       "?(parameters('openFlag'))"},
      {"concat(createArray('a'), if(parameters('openFlag'), createArray('b'), createArray()))",
       R"(["a", ?(parameters('openFlag'))])"},
      // An object that is not known could have any member.
      {"union(createObject('x', 1), parameters('openObject'))", "?(parameters('openObject'))"},
      {"filter(createArray('a', 'b'), lambda('i', or(equals(lambdaVariables('i'), 'a'), "
       "parameters('openFlag'))))",
       R"(["a", ?(parameters('openFlag'))])"},
  });
}

TEST_CASE("what an unknown condition may leave out is not held against the template") {
  const Outcome outcome =
      evaluated(R"("[if(parameters('openFlag'), parameters('list')[9], 'x')]")");
  CHECK(outcome.value == "?(parameters('openFlag'))");
  CHECK(outcome.codes == "");
}

TEST_CASE("ids have empty segments for what is not known") {
  check_values({
      {"resourceId('Microsoft.Network/networkSecurityGroups', 'web')",
       "\"/subscriptions//resourceGroups//providers/microsoft.network/networksecuritygroups/web\""},
      {"resourceId('Microsoft.Network/networkSecurityGroups/', 'web')",
       "\"/subscriptions//resourceGroups//providers/microsoft.network/networksecuritygroups/web\""},
      {"resourceId('g', 'Microsoft.Network/virtualNetworks/subnets', 'v', 's')",
       "\"/subscriptions//resourceGroups/g/providers/microsoft.network/virtualnetworks/v/subnets/"
       "s\""},
      {"concat(resourceId('Microsoft.Network/virtualNetworks', 'v'), '/subnets/s')",
       "\"/subscriptions//resourceGroups//providers/microsoft.network/virtualnetworks/v/subnets/"
       "s\""},
      {"format('{0}/subnets/{1}', resourceId('Microsoft.Network/virtualNetworks', "
       "parameters('open')), 's')",
       "\"/subscriptions//resourceGroups//providers/microsoft.network/virtualnetworks/"
       "{parameters('open')}/subnets/s\""},
      {"resourceId('Microsoft.Network/networkSecurityGroups', concat('nsg-', "
       "uniqueString(resourceGroup().id)))",
       "\"/subscriptions//resourceGroups//providers/microsoft.network/networksecuritygroups/"
       "nsg-{uniqueString(resourceGroup().id)}\""},
      {"concat(parameters('open'), '/subnets/s')", "?(parameters('open'))"},
      {"equals(resourceGroup().name, 'x')", "?(resourceGroup().name)"},
      {"last(split(resourceId('Microsoft.Network/virtualNetworks', 'v'), '/'))", "\"v\""},
      {"split(parameters('open'), '/')[0]", "?(parameters('open'))"},
      {"tenantResourceId('Microsoft.Authorization/roleDefinitions', 'r')",
       "\"/providers/Microsoft.Authorization/roleDefinitions/r\""},
  });
}

TEST_CASE("an unknown function is a warning, once, and an unknown value") {
  const Outcome outcome =
      evaluated(R"(["[surprise('x')]", "[Surprise('y')]", "[last(variables('made'))]"])");
  CHECK(outcome.value == R"([?(surprise('x')), ?(Surprise('y')), "v3"])");
  CHECK(outcome.codes == "unsupported-template-function");
}

TEST_CASE("a place is the text of the expression") {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  const std::string text =
      R"({"variables": {"v": ["a"]}, "resources": [{"type": "Microsoft.Network/x", "name": "n",)"
      R"( "properties": {"p": "[concat('a', variables('nope'))]", "q": "[variables('v')]"}}]})";
  const Node root = read_node(text, sources);
  Resources resources;
  arm::read_template(root, {}, diagnostics, resources);
  REQUIRE(diagnostics.all().size() == 1);
  const Span where = diagnostics.all().front().where;
  CHECK(text.substr(where.begin, where.end - where.begin) == "variables('nope')");
  const Node* q = resources.front().body.find("properties")->find("q");
  CHECK(text.substr(q->where.begin, q->where.end - q->where.begin) == "\"[variables('v')]\"");
  const Node& item = q->items.front();
  CHECK(text.substr(item.where.begin, item.where.end - item.where.begin) == "\"a\"");
}

}  // namespace polreach::azure::test
