// SPDX-License-Identifier: Apache-2.0
#include "cli/shell/names.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "cli/shell/completer.h"

namespace polreach::cli::shell {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kTwoShops = R"(apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: staging}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: redis-cart, namespace: shop}
spec: {containers: [{name: c, image: i, ports: [{name: redis, containerPort: 6379}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: cart, namespace: shop}
spec: {selector: {app: cart}, ports: [{name: tcp-redis, port: 6379, targetPort: redis}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: staging}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: cart, namespace: shop}
spec: {podSelector: {}}
)";

/// Azure's own form of a network, with two subnets.
constexpr const char* kNetwork = R"([{
  "id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub",
  "name": "hub", "type": "Microsoft.Network/virtualNetworks", "resourceGroup": "rg",
  "addressSpace": {"addressPrefixes": ["10.9.0.0/16"]},
  "subnets": [
    {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub/subnets/jump",
     "name": "jump", "addressPrefix": "10.9.1.0/24"},
    {"id": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/hub/subnets/web",
     "name": "web", "addressPrefix": "10.9.2.0/24"}]
}])";

std::unique_ptr<Input> read(const std::vector<AddedText>& texts) {
  InputOptions options;
  options.added = texts;
  std::istringstream nothing;
  auto input = read_input(options, nothing);
  REQUIRE(input.has_value());
  REQUIRE((*input)->diagnostics.errors() == 0);
  return std::move(*input);
}

std::string place(const Names& names, const std::string& text, const std::string& preferred = "") {
  const auto found = names.place(text, preferred);
  if (found) return *found;
  return "no: " + found.error().code + ": " + found.error().message + "; " + found.error().help;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("names without a namespace are found where they can mean one thing") {
  const auto input = read({{"a.yaml", kTwoShops}});
  const Names names(*input);
  CHECK(place(names, "redis-cart") == "shop/redis-cart");
  CHECK(place(names, "svc/cart:6379") == "svc/shop/cart:6379");
  CHECK(place(names, "svc/cart:tcp-redis") == "svc/shop/cart:tcp-redis");
  for (const char* as_it_is : {"internet", "any", "10.0.0.7", "10.0.0.0/8", "2001:db8::1",
                               "shop/web", "shop/*", "svc/shop/cart:6379", "shop/pod/web"}) {
    CHECK(place(names, as_it_is) == as_it_is);
  }
  const std::string two = place(names, "web");
  CHECK(has(two, "no: ambiguous-reference"));
  CHECK(has(two, "shop/web and staging/web"));
  CHECK(place(names, "web", "staging") == "staging/web");
}

TEST_CASE("a name that means nothing gets the nearest ones") {
  const auto input = read({{"a.yaml", kTwoShops}});
  const Names names(*input);
  CHECK(has(place(names, "redis-crat"), "did you mean shop/redis-cart?"));
  CHECK(has(place(names, "wbe"), "did you mean shop/web or staging/web?"));
  CHECK(has(place(names, "shop"), "write shop/*"));
  CHECK(has(place(names, "cart"), "svc/shop/cart:tcp-redis"));
  CHECK(has(place(names, "zzzzzz"), "the input has shop/redis-cart, shop/web and staging/web"));
}

TEST_CASE("subnets by their own name, and not where a workload is called so too") {
  const auto input = read({{"a.yaml", kTwoShops}, {"net.json", kNetwork}});
  const Names names(*input);
  CHECK(place(names, "jump") == "subnet/hub/jump");
  CHECK(place(names, "hub") == "vnet/hub");
  const std::string web = place(names, "web");
  CHECK(has(web, "ambiguous-reference"));
  CHECK(has(web, "subnet/hub/web"));
}

TEST_CASE("policies and other objects") {
  const auto input = read({{"a.yaml", kTwoShops}});
  const Names names(*input);
  const auto found = [&](const std::string& text, bool any_kind) {
    const auto object = names.object(text, any_kind);
    return object ? (*object)->kind + " " + (*object)->path()
                  : "no: " + object.error().message + "; " + object.error().help;
  };
  CHECK(found("netpol shop/deny", false) == "NetworkPolicy shop/deny");
  CHECK(found("cart", false) == "NetworkPolicy shop/cart");
  CHECK(found("networkpolicy cart", true) == "NetworkPolicy shop/cart");
  CHECK(found("svc cart", true) == "Service shop/cart");
  CHECK(found("po shop/web", true) == "Pod shop/web");
  CHECK(has(found("cart", true), "NetworkPolicy shop/cart and Service shop/cart"));
  CHECK(has(found("netpol deny", false), "NetworkPolicy shop/deny and NetworkPolicy staging/deny"));
  CHECK(has(found("netpol shop/deyn", false), "did you mean shop/deny"));
  CHECK(has(found("netpl shop/deny", false), "did you mean netpol?"));
  CHECK(has(found("svc shop/deny", true), "no Service is called shop/deny"));
}

TEST_CASE("completion of questions") {
  const auto input = read({{"a.yaml", kTwoShops}});
  const Names names(*input);
  const auto words = [&](std::string_view line) { return complete(line, names, 3).words; };
  CHECK(words("ex") == Words{"exit", "exposure"});
  CHECK(words("und") == Words{"undo"});
  CHECK(words("what if ") == Words{"add", "apply", "delete", "remove"});
  CHECK(words("what if d") == Words{"delete"});
  CHECK(words("help whe").empty());
  CHECK(words("help wh") == Words{"what", "who", "why"});
}

TEST_CASE("completion knows namespaces, workloads, Services, ports, policies and places") {
  const auto input = read({{"a.yaml", kTwoShops}, {"net.json", kNetwork}});
  const Names names(*input);
  const auto words = [&](std::string_view line) { return complete(line, names, 3).words; };
  CHECK(words("can red") == Words{"shop/redis-cart"});
  CHECK(words("can pod red") == Words{"shop/redis-cart"});
  CHECK(words("can shop/") == Words{"shop/*", "shop/redis-cart", "shop/web"});
  CHECK(words("can shop/web svc/shop/") == Words{"svc/shop/cart:6379", "svc/shop/cart:tcp-redis"});
  CHECK(words("can shop/web reach sub") == Words{"subnet/hub/jump", "subnet/hub/web"});
  CHECK(words("can shop/web shop/redis-cart ") ==
        Words{"6379", "8080", "http", "redis", "tcp-redis"});
  CHECK(words("can shop/web shop/redis-cart on port r") == Words{"redis"});
  CHECK(words("can a b 80 ").empty());
  CHECK(words("what does stag") == Words{"staging/*", "staging/web"});
  CHECK(words("who reaches inter") == Words{"internet"});
  CHECK(words("exposure st") == Words{"staging", "staging/web"});
  CHECK(words("map s") == Words{"shop", "staging"});
  CHECK(words("what if delete netpol shop/") == Words{"shop/cart", "shop/deny"});
  CHECK(words("what if delete net") == Words{"netpol"});
  CHECK(words("show svc ") == Words{"shop/cart"});
  CHECK(words("source ") == Words{"1", "2", "3"});
  CHECK(complete("can red", names, 0).length == 3);
  CHECK(common_start({"shop/cart", "shop/*"}) == "shop/");
}

TEST_CASE("completion of any line gives words that start with what was written, or nothing") {
  const auto input = read({{"a.yaml", kTwoShops}});
  const Names names(*input);
  for (const char* line :
       {"", " ", "\"", "can \"", "can \"a b", "what", "what if delete netpol x y ", "source x ",
        "help help help ", "can \xff\xfe", "who", "quit "}) {
    const Completion found = complete(line, names, 2);
    CHECK(found.length <= std::string_view(line).size());
  }
}

}  // namespace polreach::cli::shell
