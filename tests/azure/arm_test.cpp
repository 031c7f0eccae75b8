// SPDX-License-Identifier: Apache-2.0
// Resources of ARM templates: what follows from "ARM template syntax", "Resource iteration",
// "Conditional deployment" and "Linked and nested templates".
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include "policies/azure/arm/template.h"
#include "tests/azure/read_node.h"

namespace polreach::azure::test {
namespace {

struct Deployed {
  std::string text;
  Resources resources;
  std::vector<std::string> problems;

  /// "type name/name", in order, with the conditions that are open.
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> result;
    for (const Resource& resource : resources) {
      std::string line = resource.id.type.substr(resource.id.type.find('/') + 1) + " ";
      for (std::size_t i = 0; i < resource.id.names.size(); ++i) {
        line += (i > 0 ? "/" : "") + resource.id.names[i];
      }
      for (const Node& condition : resource.conditions) line += " if " + show(condition);
      result.push_back(line);
    }
    return result;
  }
  [[nodiscard]] std::string at(const Span& span) const {
    return text.substr(span.begin, span.end - span.begin);
  }
  [[nodiscard]] std::string value(std::size_t i, std::string_view name) const {
    const Node* found = property(resources.at(i).body, name);
    return found == nullptr ? "nothing" : show(*found);
  }
};

using Lines = std::vector<std::string>;

Deployed deploy(const std::string& text, const arm::TemplateOptions& options = {}) {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  Deployed result;
  result.text = text;
  const Node root = read_node(text, sources);
  arm::read_template(root, options, diagnostics, result.resources);
  result.problems = codes(diagnostics);
  return result;
}

/// Resources of Microsoft.Network, with what stands before them in the template.
Deployed deploy(const std::string& head, const std::string& resources,
                const arm::TemplateOptions& options = {}) {
  return deploy("{" + head + "\"resources\": [" + resources + "]}", options);
}

Node value_of(const std::string& json) {
  source::SourceMap sources;
  return *read_node("{\"v\":" + json + "}", sources).find("v");
}

arm::TemplateOptions with(const char* name, const std::string& json) {
  arm::TemplateOptions options;
  options.parameters.push_back({name, value_of(json), Span::none()});
  return options;
}

const std::string kNsg = R"("type": "Microsoft.Network/networkSecurityGroups")";
const std::string kRule = R"("type": "Microsoft.Network/networkSecurityGroups/securityRules")";

}  // namespace

TEST_CASE("a parameter has the value that is given, else its default, else it is unknown") {
  const std::string head = R"("parameters": {"p": {"type": "string", "defaultValue": "d"},
                                             "q": {"type": "string"},
                                             "r": {"type": "string",
                                                   "defaultValue": "[parameters('p')]"}},)";
  const std::string resource = "{" + kNsg + R"(, "name": "n", "properties": {
      "p": "[parameters('p')]", "q": "[parameters('q')]", "r": "[parameters('r')]"}})";
  const Deployed plain = deploy(head, resource);
  CHECK(plain.value(0, "p") == "\"d\"");
  CHECK(plain.value(0, "q") == "?(parameters('q'))");
  CHECK(property(plain.resources[0].body, "q")->settle == "give its value with --parameters FILE");
  CHECK(plain.value(0, "r") == "\"d\"");
  const Deployed given = deploy(head, resource, with("P", "\"[given]\""));
  CHECK(given.value(0, "p") == "\"[given]\"");  // data is not evaluated
  CHECK(given.value(0, "r") == "\"[given]\"");
  CHECK(given.problems.empty());
}

TEST_CASE("values of parameters are checked against type and allowedValues, used or not") {
  const std::string head = R"("parameters": {
      "s": {"type": "string", "allowedValues": ["Allow", "Deny"]}, "i": {"type": "int"},
      "l": {"type": "array", "allowedValues": ["a", "b"]}},)";
  CHECK(deploy(head, "", with("s", "\"allow\"")).problems.empty());
  CHECK(deploy(head, "", with("s", "\"Maybe\"")).problems == Lines{"bad-parameter"});
  CHECK(deploy(head, "", with("i", "\"1\"")).problems == Lines{"bad-parameter"});
  CHECK(deploy(head, "", with("i", "1")).problems.empty());
  CHECK(deploy(head, "", with("l", "[\"a\"]")).problems.empty());
  CHECK(deploy(head, "", with("l", "[\"c\"]")).problems == Lines{"bad-parameter"});
}

TEST_CASE("parameter files") {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  const Node root = read_node(
      R"({"parameters": {"a": {"value": [1]}, "b": {"reference": {"keyVault": {"id": "x"},
          "secretName": "s"}}, "c": {}}})",
      sources);
  const auto values = arm::read_parameters(root, diagnostics);
  REQUIRE(values.size() == 2);
  CHECK(values[0].name == "a");
  CHECK(show(values[0].value) == "[1]");
  CHECK(values[1].value.is(Node::Type::Unknown));
  CHECK(codes(diagnostics) == Lines{"bad-parameter"});
  source::Diagnostics others;
  CHECK(arm::read_parameters(value_of("[]"), others).empty());
  CHECK(codes(others) == Lines{"bad-parameter"});
}

TEST_CASE("cycles are errors") {
  const Deployed variables =
      deploy(R"("variables": {"a": "[variables('b')]", "b": "[variables('a')]"},)",
             "{" + kNsg + R"(, "name": "n", "tags": "[variables('a')]"})");
  CHECK(variables.problems == Lines{"template-cycle"});
  CHECK(variables.resources.size() == 1);
  const Deployed defaults =
      deploy(R"("parameters": {"a": {"type": "string", "defaultValue": "[parameters('a')]"}},)",
             "{" + kNsg + R"(, "name": "[parameters('a')]"})");
  CHECK(defaults.problems == Lines{"template-cycle"});
}

TEST_CASE("a false condition leaves a resource out, an unknown one stays with it") {
  const Deployed result = deploy(R"("parameters": {"on": {"type": "bool"}},)",
                                 "{" + kNsg + R"(, "name": "yes", "condition": true}, {)" + kNsg +
                                     R"(, "name": "no", "condition": "[not(true())]"}, {)" + kNsg +
                                     R"(, "name": "open", "condition": "[parameters('on')]"})");
  CHECK(result.names() ==
        Lines{"networksecuritygroups yes", "networksecuritygroups open if ?(parameters('on'))"});
}

TEST_CASE("loops make a resource for every index") {
  const Deployed result = deploy(R"("variables": {"ports": [22, 80]},)",
                                 "{" + kRule + R"(, "name": "[concat('web/r', copyIndex())]",
               "copy": {"name": "loop", "count": "[length(variables('ports'))]"},
               "properties": {"priority": "[copyIndex('loop', 100)]",
                              "destinationPortRange": "[string(variables('ports')[copyIndex()])]"}})");
  CHECK(result.names() == Lines{"networksecuritygroups/securityrules web/r0",
                                "networksecuritygroups/securityrules web/r1"});
  CHECK(result.value(1, "priority") == "101");
  CHECK(result.value(1, "destinationPortRange") == "\"80\"");
  CHECK(result.value(1, "name") == "\"r1\"");
  CHECK(result.problems.empty());
  const std::string empty = "{" + kNsg + R"(, "name": "n", "copy": {"name": "l", "count": 0}})";
  CHECK(deploy("", empty).resources.empty());
  const std::string many = "{" + kNsg + R"(, "name": "n", "copy": {"name": "l", "count": 801}})";
  CHECK(deploy("", many).problems == Lines{"bad-template"});
}

TEST_CASE("a loop of unknown count is one resource of which nothing is known") {
  const Deployed result = deploy(
      R"("parameters": {"rules": {"type": "array"}},)",
      "{" + kRule + R"(, "name": "[format('web/{0}', parameters('rules')[copyIndex()].name)]",
               "copy": {"name": "loop", "count": "[length(parameters('rules'))]"},
               "properties": {"access": "Allow"}})");
  REQUIRE(result.resources.size() == 1);
  CHECK(result.resources[0].id.names.front() == "web");
  CHECK(result.resources[0].body.is(Node::Type::Unknown));
  REQUIRE(result.resources[0].conditions.size() == 1);
  CHECK(show(result.resources[0].conditions[0]) == "?(parameters('rules'))");
  CHECK(result.problems.empty());
}

TEST_CASE("loops of properties") {
  const Deployed result = deploy(R"("parameters": {"open": {"type": "int"}},)",
                                 "{" + kNsg + R"(, "name": "n", "properties": {"other": 1, "copy": [
        {"name": "securityRules", "count": 2,
         "input": {"name": "[concat('r', copyIndex('securityRules'))]"}},
        {"name": "subnets", "count": "[parameters('open')]", "input": "x"}]}})");
  CHECK(result.value(0, "other") == "1");
  CHECK(result.value(0, "securityRules") == R"([{name: "r0"}, {name: "r1"}])");
  CHECK(result.value(0, "subnets") == "[?(parameters('open'))]");
  CHECK(result.value(0, "copy") == "nothing");
}

TEST_CASE("child resources, inside of their parent and beside it") {
  const Deployed result =
      deploy("", "{" + kNsg + R"(, "name": "web", "resources": [
            {"type": "securityRules", "name": "in", "properties": {"priority": 100}},
            {"type": "Microsoft.Network/networkSecurityGroups/securityRules", "name": "web/full"},
            {"type": "providers/locks", "name": "Microsoft.Authorization/keep"}]}, {)" +
                     kRule + R"(, "name": "web/out"}, {)" + kNsg + R"(, "name": "last"})");
  CHECK(result.names() ==
        Lines{"networksecuritygroups web", "networksecuritygroups/securityrules web/in",
              "networksecuritygroups/securityrules web/full", "locks keep",
              "networksecuritygroups/securityrules web/out", "networksecuritygroups last"});
  CHECK(result.resources[1].id.to_string() ==
        "/subscriptions//resourceGroups//providers/microsoft.network/networksecuritygroups/web/"
        "securityrules/in");
  CHECK(result.value(1, "name") == "\"in\"");
  CHECK(result.value(1, "priority") == "100");
  CHECK(result.problems.empty());
}

TEST_CASE("a name must fit its type") {
  CHECK(deploy("", "{" + kRule + R"(, "name": "alone"})").problems == Lines{"bad-template"});
  CHECK(deploy("", "{" + kNsg + R"(, "name": "a/b"})").problems == Lines{"bad-template"});
  CHECK(deploy("", R"({"name": "x"})").problems == Lines{"bad-template"});
  CHECK(deploy("", "{" + kNsg + "}").problems == Lines{"bad-template"});
  // It is not known whose rule this is, so that it cannot be left out either.
  CHECK(deploy(R"("parameters": {"n": {"type": "string"}},)",
               "{" + kRule + R"(, "name": "[parameters('n')]"})")
            .problems == Lines{"bad-template"});
}

TEST_CASE("unknown names are the same where they come from the same expressions") {
  const Deployed result = deploy(
      R"("parameters": {"env": {"type": "string"}, "other": {"type": "string"}},
         "variables": {"nsg": "[concat('nsg-', parameters('env'))]"},)",
      "{" + kNsg + R"(, "name": "[variables('nsg')]"}, {)" + kNsg +
          R"(, "name": "[format('nsg-{0}', parameters('other'))]"}, {)" + kNsg +
          R"(, "name": "[toLower(variables('nsg'))]"},
          {"type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {"subnets": [
            {"name": "[concat('s-', parameters('env'))]", "properties": {"networkSecurityGroup": {
              "id": "[resourceId('Microsoft.Network/networkSecurityGroups', format('nsg-{0}', parameters('env')))]"}}}]}})");
  REQUIRE(result.resources.size() == 4);
  CHECK(result.resources[0].id.name() == "nsg-{parameters('env')}");
  CHECK(result.resources[1].id.name() == "nsg-{parameters('other')}");
  CHECK(result.resources[2].id.name() == "{toLower('nsg-{parameters('env')}')}");
  const Node& subnet = property(result.resources[3].body, "subnets")->items.front();
  CHECK(show(*subnet.find("name")) == "\"s-{parameters('env')}\"");
  const Node* id = subnet.find("properties")->find("networkSecurityGroup")->find("id");
  REQUIRE(id->is(Node::Type::String));
  const auto parsed = ResourceId::parse(id->text);
  REQUIRE(parsed.has_value());
  CHECK(may_be_same(*parsed, result.resources[0].id));
  CHECK_FALSE(may_be_same(*parsed, result.resources[1].id));
}

TEST_CASE("ids say where they are where that is known") {
  arm::TemplateOptions options;
  options.subscription = "S1";
  options.group = "rg";
  options.location = "westeurope";
  const Deployed result =
      deploy("", "{" + kNsg + R"(, "name": "n", "location": "[resourceGroup().location]",
                     "properties": {"id": "[resourceId('A.B/c', 'd')]",
                                    "g": "[resourceGroup().id]"}})",
             options);
  CHECK(result.resources[0].id.to_string() ==
        "/subscriptions/s1/resourceGroups/rg/providers/microsoft.network/networksecuritygroups/n");
  CHECK(result.value(0, "location") == "\"westeurope\"");
  CHECK(result.value(0, "id") == "\"/subscriptions/S1/resourceGroups/rg/providers/A.B/c/d\"");
  CHECK(result.value(0, "g") == "\"/subscriptions/S1/resourceGroups/rg\"");
}

namespace {

/// A deployment of a template with one NSG, whose name is what the parameter `p` of that template
/// is, and which has that as an output.
std::string nested(const std::string& scope, const std::string& more = "") {
  return R"({"type": "Microsoft.Resources/deployments", "name": "inside", )" + more +
         R"("properties": {"expressionEvaluationOptions": {"scope": ")" + scope +
         R"("}, "parameters": {"p": {"value": "[concat(parameters('p'), '-passed')]"}},
             "template": {"parameters": {"p": {"type": "string"}},
               "variables": {"v": "inner"},
               "resources": [{"type": "Microsoft.Network/networkSecurityGroups",
                              "name": "[parameters('p')]", "tags": "[variables('v')]"}],
               "outputs": {"name": {"type": "string", "value": "[parameters('p')]"},
                 "id": {"type": "string", "value": "[resourceId('Microsoft.Network/networkSecurityGroups', parameters('p'))]"}}}}})";
}

const std::string kOuter = R"("parameters": {"p": {"type": "string", "defaultValue": "outer"},
    "on": {"type": "bool"}, "on2": {"type": "bool"}}, "variables": {"v": "outside"},)";

}  // namespace

TEST_CASE("expressions of nested templates mean the inner or the outer scope") {
  const Deployed inner = deploy(kOuter, nested("inner"));
  CHECK(inner.names() == Lines{"networksecuritygroups outer-passed"});
  CHECK(inner.value(0, "tags") == "\"inner\"");
  const Deployed outer = deploy(kOuter, nested("outer"));
  CHECK(outer.names() == Lines{"networksecuritygroups outer"});
  CHECK(outer.value(0, "tags") == "\"outside\"");
}

TEST_CASE("outputs of nested templates, by name, by id, and before the deployment stands there") {
  const std::string vnet =
      R"({"type": "Microsoft.Network/virtualNetworks", "name": "v", "properties": {
        "a": "[reference('inside').outputs.name.value]",
        "b": "[reference(resourceId('Microsoft.Resources/deployments', 'inside'), '2022-09-01').outputs.id.value]",
        "c": "[reference('inside').outputs.nope.value]",
        "d": "[reference('inside', '2022-09-01', 'full').properties.outputs.name.value]"}},)";
  const Deployed result = deploy(kOuter, vnet + nested("inner"));
  CHECK(result.value(0, "a") == "\"outer-passed\"");
  CHECK(result.value(0, "b") ==
        "\"/subscriptions//resourceGroups//providers/microsoft.network/networksecuritygroups/"
        "outer-passed\"");
  CHECK(property(result.resources[0].body, "c")->is(Node::Type::Unknown));
  CHECK(result.value(0, "d") == "\"outer-passed\"");
  CHECK(result.problems.empty());
}

TEST_CASE("conditions of deployments around a resource add up") {
  std::string text = nested("inner", R"("condition": "[parameters('on')]", )");
  const std::string name = R"("name": "[parameters('p')]")";
  text.insert(text.find(name), R"("condition": "[parameters('p2')]", )");
  text.insert(text.find(R"("parameters": {"p": {"type")") + 15, R"("p2": {"type": "bool"}, )");
  text.insert(text.find(R"("parameters": {"p": {"value")") + 15,
              R"("p2": {"value": "[parameters('on2')]"}, )");
  CHECK(deploy(kOuter, text).names() ==
        Lines{"networksecuritygroups outer-passed if ?(parameters('on')) if ?(parameters('on2'))"});
  CHECK(deploy(kOuter, text, with("on", "false")).resources.empty());
  CHECK(deploy(kOuter, text, with("on", "true")).names() ==
        Lines{"networksecuritygroups outer-passed if ?(parameters('on2'))"});
}

TEST_CASE("a deployment may go to another resource group") {
  const Deployed result =
      deploy(kOuter, nested("inner", R"("resourceGroup": "hub", "subscriptionId": "s9", )"));
  CHECK(result.resources.at(0).id.group == "hub");
  CHECK(result.resources.at(0).id.subscription == "s9");
}

TEST_CASE("two unknown groups are not one, and the own group may be any") {
  const Deployed result = deploy(
      R"("parameters": {"hub": {"type": "string"}},)",
      "{" + kNsg + R"(, "name": "n"}, {"type": "Microsoft.Resources/deployments", "name": "d",
        "resourceGroup": "[parameters('hub')]", "properties": {
        "expressionEvaluationOptions": {"scope": "inner"}, "template": {"resources": [{)" +
          kNsg + R"(, "name": "n", "tags": "[resourceId('A.B/c', 'd')]"}]}}}, {)" + kNsg +
          R"(, "name": "m", "tags": "[resourceId(parameters('hub'), 'A.B/c', 'd')]"})");
  REQUIRE(result.resources.size() == 3);
  CHECK(result.resources[0].id.group.empty());
  CHECK(result.resources[1].id.group == "{parameters('hub')}");
  CHECK(result.value(1, "tags") == result.value(2, "tags"));
}

TEST_CASE("a reference that could mean several resources, or one that is not deployed, is open") {
  const std::string two = "{" + kNsg + R"(, "name": "x", "properties": {"a": 1}},
      {"type": "Microsoft.Network/virtualNetworks", "name": "x", "properties": {"a": 2}},)";
  const std::string ask = "{" + kNsg + R"(, "name": "ask", "properties": {
      "v": "[reference('x').a]",
      "w": "[reference(resourceId('Microsoft.Network/virtualNetworks', 'x')).a]",
      "u": "[reference(resourceId('hub', 'Microsoft.Network/virtualNetworks', 'x')).a]"}})";
  const Deployed result = deploy("", two + ask);
  CHECK(property(result.resources[2].body, "v")->is(Node::Type::Unknown));
  CHECK(result.value(2, "w") == "2");
  CHECK(property(result.resources[2].body, "u")->is(Node::Type::Unknown));
  const Deployed off = deploy("", "{" + kNsg + R"(, "name": "x", "condition": false,
      "properties": {"a": 1}},)" + ask);
  CHECK(property(off.resources[0].body, "v")->is(Node::Type::Unknown));
  CHECK(off.problems.empty());
}

TEST_CASE("parameters of a deployment may be one expression") {
  std::string text = nested("inner");
  const std::string written = R"({"p": {"value": "[concat(parameters('p'), '-passed')]"}})";
  text.replace(text.find(written), written.size(),
               R"("[createObject('p', createObject('value', 'made'))]")");
  CHECK(deploy(kOuter, text).names() == Lines{"networksecuritygroups made"});
}

TEST_CASE("a linked template is not known") {
  const Deployed result =
      deploy("", R"({"type": "Microsoft.Resources/deployments", "name": "far",
      "properties": {"templateLink": {"uri": "https://example.org/x.json"}}}, {)" +
                     kNsg + R"(, "name": "n", "tags": "[reference('far').outputs.x.value]"})");
  CHECK(result.problems == Lines{"linked-template"});
  CHECK(result.names() == Lines{"networksecuritygroups n"});
  CHECK(property(result.resources[0].body, "tags")->is(Node::Type::Unknown));
}

TEST_CASE("resources by symbolic names") {
  const Deployed result = deploy(R"({"languageVersion": "2.0", "resources": {
      "nsg": {"type": "Microsoft.Network/networkSecurityGroups", "name": "web",
              "location": "here", "properties": {"flushConnection": true}},
      "old": {"existing": true, "type": "Microsoft.Network/virtualNetworks", "name": "v"},
      "many": {"type": "Microsoft.Network/networkSecurityGroups/securityRules",
               "name": "[format('web/{0}', copyIndex())]", "copy": {"name": "many", "count": 2},
               "properties": {"priority": "[add(200, copyIndex())]"}},
      "other": {"type": "Microsoft.Network/routeTables", "name": "t", "properties": {
        "a": "[reference('nsg').flushConnection]",
        "b": "[reference('nsg').resourceGuid]",
        "c": "[reference('many[1]').priority]",
        "d": "[reference('nsg', '2023-01-01', 'full').location]",
        "e": "[reference('old').addressSpace]",
        "f": "[resourceInfo('nsg').name]"}}}})");
  CHECK(result.names() == Lines{"networksecuritygroups web",
                                "networksecuritygroups/securityrules web/0",
                                "networksecuritygroups/securityrules web/1", "routetables t"});
  CHECK(result.value(3, "a") == "true");
  CHECK(property(result.resources[3].body, "b")->is(Node::Type::Unknown));
  CHECK(result.value(3, "c") == "201");
  CHECK(result.value(3, "d") == "\"here\"");
  CHECK(property(result.resources[3].body, "e")->is(Node::Type::Unknown));
  CHECK(result.value(3, "f") == "\"web\"");
  CHECK(result.problems.empty());
}

TEST_CASE("places are those of the template's text") {
  const Deployed result =
      deploy(R"("parameters": {"list": {"type": "array", "defaultValue": [{"name": "deep"}]}},)",
             "{" + kNsg + R"(, "name": "[concat('a', 'b')]", "properties": {
          "securityRules": "[parameters('list')]"}})");
  const Resource& nsg = result.resources.at(0);
  CHECK(result.at(nsg.where) == "\"[concat('a', 'b')]\"");
  CHECK(result.at(nsg.body.find("name")->where) == "\"[concat('a', 'b')]\"");
  const Node* rules = property(nsg.body, "securityRules");
  CHECK(result.at(rules->where) == "\"[parameters('list')]\"");
  CHECK(result.at(rules->items.at(0).find("name")->where) == "\"deep\"");
}

TEST_CASE("what is wrong in resources that are not of networks is not said") {
  const Deployed result =
      deploy("", R"({"type": "Microsoft.Web/sites", "name": "w", "tags": "[surprise(1)]",
                     "properties": {"x": "[div(1, 0)]"}}, {)" +
                     kNsg + R"(, "name": "n", "tags": "[surprise(1)]"})");
  CHECK(result.problems == Lines{"unsupported-template-function"});
  CHECK(result.resources.size() == 2);
}

TEST_CASE("what was silent once is said where it counts") {
  const Deployed result =
      deploy(R"("variables": {"bad": "[div(1, 0)]"},)",
             R"({"type": "Microsoft.Web/sites", "name": "w", "tags": "[variables('bad')]"}, {)" +
                 kNsg + R"(, "name": "n", "tags": "[variables('bad')]"})");
  CHECK(result.problems == Lines{"bad-template-expression"});
}

TEST_CASE("hostile templates end soon, with an error") {
  const auto start = std::chrono::steady_clock::now();
  const auto limited = [](const Deployed& result) {
    CHECK(result.problems == Lines{"template-limit"});
  };
  // Each variable is twice the one before.
  std::string doubling = R"("variables": {"v0": "xxxxxxxxxxxxxxxx")";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "variables('v" + std::to_string(i - 1) + "')";
    doubling += ", \"v" + std::to_string(i) + "\": \"[concat(" + before + ", " + before + ")]\"";
  }
  limited(deploy(doubling + "},", "{" + kNsg + R"(, "name": "n", "tags": "[variables('v59')]"})"));
  std::string arrays = R"("variables": {"v0": [1, 2])";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "variables('v" + std::to_string(i - 1) + "')";
    arrays += ", \"v" + std::to_string(i) + "\": \"[createArray(" + before + ", " + before + ")]\"";
  }
  limited(deploy(arrays + "},", "{" + kNsg + R"(, "name": "n", "tags": "[variables('v59')]"})"));
  // A chain of variables.
  std::string chain = R"("variables": {"v0": "x")";
  for (int i = 1; i < 3000; ++i) {
    chain += ", \"v" + std::to_string(i) + "\": \"[variables('v" + std::to_string(i - 1) + "')]\"";
  }
  limited(deploy(chain + "},", "{" + kNsg + R"(, "name": "n", "tags": "[variables('v2999')]"})"));
  // Loops in loops of lambdas.
  limited(deploy(
      "",
      "{" + kNsg +
          R"(, "name": "n", "tags": "[map(range(0, 10000), lambda('a', map(range(0, 10000), lambda('b', add(lambdaVariables('a'), lambdaVariables('b'))))))]"})"));
  // A function that calls itself.
  limited(deploy(R"("functions": [{"namespace": "f", "members": {"g": {"parameters": [],
      "output": {"type": "int", "value": "[f.g()]"}}}}],)",
                 "{" + kNsg + R"(, "name": "n", "tags": "[f.g()]"})"));
  // A value as deep as a loop is long.
  limited(deploy(
      "",
      "{" + kNsg +
          R"(, "name": "n", "tags": "[reduce(range(0, 9000), 0, lambda('a', 'b', createArray(lambdaVariables('a'))))]"})"));
  // Unknown names that double.
  std::string open =
      R"("parameters": {"p": {"type": "string"}}, "variables": {"v0": "[parameters('p')]")";
  for (int i = 1; i < 60; ++i) {
    const std::string before = "variables('v" + std::to_string(i - 1) + "')";
    open += ", \"v" + std::to_string(i) + "\": \"[concat(" + before + ", 'x', " + before + ")]\"";
  }
  CHECK(deploy(open + "},", "{" + kNsg + R"(, "name": "[variables('v59')]"})").problems.empty());
  // Loops of deployments of loops.
  limited(deploy("", R"({"type": "Microsoft.Resources/deployments", "name": "[string(copyIndex())]",
      "copy": {"name": "a", "count": 800}, "properties": {"template": {"resources": [{)" +
                         kNsg + R"(, "name": "n", "copy": {"name": "b", "count": 800}}]}}})"));
  const auto taken = std::chrono::steady_clock::now() - start;
  CHECK(std::chrono::duration_cast<std::chrono::seconds>(taken).count() < 60);
}

TEST_CASE("documents that are no templates are refused or empty") {
  CHECK(deploy("{}").resources.empty());
  CHECK(deploy(R"({"resources": "x"})").problems == Lines{"bad-template"});
  CHECK(deploy(R"({"resources": [1, null, {}]})").problems ==
        Lines{"bad-template", "bad-template", "bad-template"});
  CHECK(deploy("", "{" + kNsg + R"(, "name": "n", "condition": 3})").problems ==
        Lines{"bad-template"});
  CHECK(deploy("", "{" + kNsg + R"(, "name": "n", "copy": {}})").problems == Lines{"bad-template"});
  CHECK(deploy("", "{" + kNsg + R"(, "name": "n", "copy": 3, "resources": 7})").problems ==
        Lines{"bad-template"});
}

}  // namespace polreach::azure::test
