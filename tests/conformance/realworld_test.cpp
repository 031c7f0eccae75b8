// SPDX-License-Identifier: Apache-2.0
// Questions about manifests that real projects published. The answers were derived by hand from
// the manifests and the Kubernetes documentation.
#include <doctest/doctest.h>

#include <filesystem>

#include "tests/support/can_answer.h"
#include "tests/support/environment.h"
#include "tests/support/program.h"

namespace polreach::conformance {
namespace {

namespace fs = std::filesystem;

struct Question {
  const char* folder;
  const char* words;
  const char* verdict;
  const char* allowed;  // the traffic, or nullptr where any will do
};

constexpr Question kQuestions[] = {
    // The frontend may call everything; the services name their callers.
    {"online-boutique", "frontend cartservice --port 7070", "allowed", "TCP 7070"},
    {"online-boutique", "frontend redis-cart", "denied", "no traffic"},
    {"online-boutique", "cartservice redis-cart", "partly", "TCP 6379"},
    {"online-boutique", "checkoutservice paymentservice", "partly", "TCP 50051"},
    {"online-boutique", "frontend paymentservice", "denied", "no traffic"},
    {"online-boutique", "frontend emailservice", "denied", "no traffic"},
    {"online-boutique", "checkoutservice emailservice", "partly", "TCP 8080"},
    {"online-boutique", "recommendationservice productcatalogservice", "partly", "TCP 3550"},
    {"online-boutique", "loadgenerator frontend", "allowed", "all traffic"},
    {"online-boutique", "internet frontend --port 8080", "allowed", "TCP 8080"},
    {"online-boutique", "internet cartservice", "denied", "no traffic"},
    {"online-boutique", "redis-cart internet", "allowed", "all traffic"},
    // Without its policies everything is open.
    {"online-boutique/cartservice.yaml", "cartservice redis-cart --port 6379", "allowed", nullptr},
    {"online-boutique/cartservice.yaml", "internet redis-cart", "allowed", "all traffic"},
    // No policy at all.
    {"aks-store-demo/aks-store-quickstart.yaml", "store-front order-service --port 3000", "allowed",
     nullptr},
    {"aks-store-demo/aks-store-quickstart.yaml", "internet rabbitmq --port 15672", "allowed",
     nullptr},
    {"aks-store-demo", "store-front rabbitmq", "allowed", "all traffic"},
};

/// The segments of the regulated baseline, which kustomize puts into their namespaces.
constexpr Question kRegulated[] = {
    {"aks-baseline-regulated", "a0005-i/web-frontend a0005-o/microservice-a", "partly", "TCP 8080"},
    {"aks-baseline-regulated", "a0005-i/web-frontend a0005-i/microservice-c", "denied",
     "no traffic"},
    {"aks-baseline-regulated", "a0005-o/microservice-b a0005-i/microservice-c", "partly",
     "TCP 8080"},
    {"aks-baseline-regulated", "a0005-o/microservice-a a0005-i/microservice-c", "denied",
     "no traffic"},
    {"aks-baseline-regulated", "internet a0005-i/web-frontend", "denied", "no traffic"},
};

void check(const fs::path& root, const Question& question, bool kustomize) {
  std::vector<std::string> words{"can"};
  for (const std::string& word : support::words_of(question.words)) words.push_back(word);
  if (kustomize) words.emplace_back("--kustomize");
  words.push_back((root / question.folder).string());
  words.insert(words.end(), {"--format", "json"});
  const support::Run run = support::run(words);
  INFO(std::string(question.folder) << ": " << std::string(question.words));
  INFO(run.err);
  const support::CanAnswer answer = support::read_can_answer(run.out);
  CHECK(answer.verdict == std::string(question.verdict));
  if (question.allowed != nullptr)
    CHECK(net::to_string(answer.allowed) == std::string(question.allowed));
}

std::optional<fs::path> realworld() {
  const auto conformance = support::conformance_folder();
  if (!conformance) return std::nullopt;
  const fs::path folder = conformance->parent_path() / "realworld" / "kubernetes";
  if (!fs::exists(folder)) return std::nullopt;
  return folder;
}

}  // namespace

TEST_CASE("published manifests get the answers that follow from them") {
  const auto root = realworld();
  if (!root) return;
  for (const Question& question : kQuestions) check(*root, question, false);
}

TEST_CASE("a tree of kustomizations is rendered, or refused") {
  const auto root = realworld();
  if (!root) return;
  const fs::path folder = *root / "aks-baseline-regulated";
  const support::Run plain = support::run({"can", "any", "any", folder.string()});
  CHECK(plain.status == 2);
  CHECK(plain.err.find("unrendered-kustomization") != std::string::npos);
  if (std::system("command -v kubectl kustomize >/dev/null 2>&1") != 0) {
    MESSAGE("neither kubectl nor kustomize is here: the rendered half is not tested");
    return;
  }
  for (const Question& question : kRegulated) check(*root, question, true);
}

TEST_CASE("policies without pods are read without complaint") {
  const auto root = realworld();
  if (!root) return;
  const support::Run run = support::run(
      {"can", "any", "internet", (*root / "azure-npm-test-policies").string(), "--format", "json"});
  for (const auto& problem : support::read_can_answer(run.out).problems) {
    INFO(problem.code << " " << problem.place);
    CHECK(problem.code == "duplicate-object");
  }
}

}  // namespace polreach::conformance
