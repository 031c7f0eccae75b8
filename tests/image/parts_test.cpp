// SPDX-License-Identifier: Apache-2.0
// What a question reads of a compiled file is all that it needs, and little else.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "cli/compiled.h"
#include "policies/image/find.h"
#include "tests/image/scratch.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::image {
namespace {

constexpr int kSpaces = 12;
constexpr int kPods = 30;  // of each

std::string pod(int space, int number) {
  const std::string name = "p" + std::to_string(number);
  return "---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + "-x, namespace: n" +
         std::to_string(space) + ", labels: {app: " + name +
         "}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: " + name +
         ", controller: true, uid: u}]}\nspec: {containers: [{name: c}]}\nstatus: {podIPs: [{ip: "
         "10." +
         std::to_string(space) + ".0." + std::to_string(number) + "}]}\n";
}

/// In each namespace a policy for its first pod, a Service of all, and a default deny.
std::string policies(int space) {
  const std::string ns = "n" + std::to_string(space);
  const std::string head = "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: ";
  return head + "{name: deny, namespace: " + ns +
         "}\nspec: {podSelector: {}, policyTypes: [Ingress]}\n" + head +
         "{name: first, namespace: " + ns +
         "}\nspec: {podSelector: {matchLabels: {app: p1}}, ingress: [{from: "
         "[{namespaceSelector: {}}], ports: [{port: 80}]}]}\n---\napiVersion: v1\nkind: "
         "Service\nmetadata: {name: all, namespace: " +
         ns + "}\nspec: {clusterIP: 10.200.0." + std::to_string(space) +
         ", selector: {app: p1}, ports: [{port: 80}]}\n";
}

std::string cluster() {
  std::string text =
      "apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: "
      "all}\nspec: {priority: 1, subject: {namespaces: {}}, egress: [{action: Deny, to: "
      "[{networks: [10.9.0.0/16]}]}]}\n";
  for (int space = 0; space < kSpaces; ++space) {
    for (int number = 1; number <= kPods; ++number) text += pod(space, number);
    text += policies(space);
  }
  return text;
}

/// A compiled cluster, and how it answers.
class Compiled {
 public:
  Compiled() {
    options.paths = {scratch.path("compiled")};
    texts = scratch.write("cluster.yaml", cluster());
    REQUIRE(support::run({"compile", texts, "-o", options.paths[0]}).status == 0);
  }

  [[nodiscard]] std::unique_ptr<cli::Input> part(const std::string& source,
                                                 const std::string& destination) const {
    return cli::read_compiled_part(options, {source, destination}, "default");
  }
  [[nodiscard]] support::Run ask(const std::string& source, const std::string& destination,
                                 const std::string& path) const {
    return support::run({"can", source, destination, path, "--no-config", "-f", "json"});
  }

  Scratch scratch;
  std::string texts;
  cli::InputOptions options;
};

std::vector<std::string> names_of(const model::Model& model) {
  std::vector<std::string> result;
  for (const model::Policy& each : model.policies) {
    const bool is_network = each.tier == model::Tier::Network;
    result.push_back((is_network ? std::string(model.text(model[each.ns].name)) + "/" : "") +
                     std::string(model.text(each.name)));
  }
  return result;
}

}  // namespace

TEST_CASE("a question reads the policies of the namespaces of its ends, and of the tiers") {
  const Compiled compiled;
  const auto part = compiled.part("n3/p1", "n10/p2");
  REQUIRE(part != nullptr);
  // By names: n10 comes before n3.
  CHECK(names_of(part->model) ==
        std::vector<std::string>{"all", "n10/deny", "n10/first", "n3/deny", "n3/first"});
  // One Service and one pod for the families of all addresses.
  CHECK(part->model.services.size() == 1);
  CHECK(part->model.endpoints.size() == 3);
  CHECK(part->ledger.used == kSpaces * (kPods + 3) + 1);
}

TEST_CASE("pods are found by their names, by their owners and by their addresses") {
  const Compiled compiled;
  const auto by_name = compiled.part("n3/p7-x", "n4/p8");
  REQUIRE(by_name != nullptr);
  CHECK(by_name->model.endpoints.size() == 3);
  const auto by_address = compiled.part("10.3.0.7", "10.4.0.0/29");
  REQUIRE(by_address != nullptr);
  // 1 to 7 of the block, the source, and one for the families.
  CHECK(by_address->model.endpoints.size() == 9);
  const auto service = compiled.part("10.200.0.4/30", "svc/n2/all:80");
  REQUIRE(service != nullptr);
  CHECK(service->model.endpoints.size() == kPods + 1);
  // That of the question, those of the addresses, and one for the families.
  CHECK(service->model.services.size() == 6);
  CHECK(compiled.part("n3/p7-x", "n4/p99") == nullptr);
  CHECK(compiled.part("n3/p7-x", "n99/p1") == nullptr);
}

TEST_CASE("the answers from parts are those from the texts") {
  const Compiled compiled;
  const std::vector<std::string> ends{
      "n3/p1",         "n3/p1-x", "n0/*",          "n11/pod/p1-x", "10.3.0.7", "10.4.0.0/29",
      "10.200.0.0/28", "1.1.1.1", "svc/n2/all:80", "10.200.0.5",   "internet", "n3/none"};
  for (const std::string& source : ends) {
    for (const std::string& destination : {ends[0], ends[3], ends[5], ends[8], ends[9]}) {
      CAPTURE(source);
      CAPTURE(destination);
      const auto texts = compiled.ask(source, destination, compiled.texts);
      const auto image = compiled.ask(source, destination, compiled.options.paths[0]);
      CHECK(image.status == texts.status);
      CHECK(image.out == texts.out);
      CHECK(image.err == texts.err);
    }
  }
}

TEST_CASE("a question about a file that was changed has the right answer, or none") {
  const Compiled compiled;
  const std::string bytes = support::content_of(compiled.options.paths[0]);
  REQUIRE(bytes.size() > 10 * kPage);
  const auto right = compiled.ask("n3/p7", "n4/p1", compiled.options.paths[0]);
  REQUIRE(right.status == 1);
  std::size_t answered = 0;
  std::size_t refused = 0;
  const std::size_t step = 1 + bytes.size() / support::cases(1'200);
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    std::string spoilt = bytes;
    spoilt[i] = static_cast<char>(spoilt[i] ^ (1 << (i % 8)));
    const auto run = compiled.ask("n3/p7", "n4/p1", compiled.scratch.write("spoilt", spoilt));
    if (run.status == right.status && run.out == right.out && run.err == right.err) {
      ++answered;
      continue;
    }
    ++refused;
    // What does not start as a compiled file is read as a manifest.
    const std::string code = i < kMagic.size() ? "error[" : "error[compiled-";
    const bool is_named = run.err.find(code) != std::string::npos;
    if (run.status != 2 || !is_named) FAIL_CHECK("byte " << i << ": " << run.out << run.err);
  }
  // Most pages are of other namespaces.
  CHECK(answered > refused);
  CHECK(refused > 10);
}

TEST_CASE("names and addresses are found where they are") {
  const Compiled compiled;
  auto text = source::Text::map(compiled.options.paths[0]);
  REQUIRE(text);
  const auto opened = Image::open(std::move(*text));
  REQUIRE(opened);
  const Image& image = **opened;
  for (int space = 0; space < kSpaces; ++space) {
    const auto ns = find_namespace(image, "n" + std::to_string(space));
    REQUIRE(ns);
    const Range workloads = workloads_in(image, *ns);
    CHECK(workloads.last - workloads.first == kPods);
    CHECK(services_in(image, *ns).last - services_in(image, *ns).first == 1);
    const auto named = workloads_named(image, workloads, "p5");
    REQUIRE(named.size() == 1);
    const auto address = net::Address::parse("10." + std::to_string(space) + ".0.5");
    const auto found = endpoints_at(image, net::AddressSet(*address, *address));
    REQUIRE(found.size() == 1);
    CHECK(workload_of(image, found[0]) == named[0]);
    CHECK(pods_named(image, workloads, "p5-x") == found);
  }
  for (const char* name : {"", "n", "n00", "n12", "zzz"}) CHECK_FALSE(find_namespace(image, name));
  CHECK(endpoints_at(image, net::all_addresses()).size() == kSpaces * kPods);
  CHECK(services_at(image, net::internet_addresses()).empty());
  CHECK_FALSE(image.is_damaged());
  // What is not there is damage, never something else.
  CHECK(image.word(SectionId::Namespaces, image.size(SectionId::Namespaces)) == 0);
  CHECK(image.is_damaged());
}

}  // namespace polreach::image
