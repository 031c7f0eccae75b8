// SPDX-License-Identifier: Apache-2.0
#include "cli/commands/relate.h"

#include <utility>

#include "cli/profile.h"
#include "cli/report/relate_report.h"
#include "cli/session.h"
#include "solver/queries/conflicts.h"

namespace polreach::cli {
namespace {

namespace queries = solver::queries;

/// One set of manifests, before it is read.
struct Given {
  std::string name;
  InputOptions options;
};

class RelateCommand {
 public:
  RelateCommand(const Arguments& arguments, const Streams& streams)
      : arguments_(arguments),
        streams_(streams),
        session_(arguments, streams, "polreach.relate/v1") {}

  int run() {
    const std::vector<Given> sets = given();
    if (sets.empty() || sets.size() > 2) {
      return session_.refuse("usage", "relate compares two sets, or looks at one",
                             "put what belongs together into one folder");
    }
    if (sets.size() == 2) return relate(sets[0], sets[1]);
    if (arguments_.has("expect")) {
      return session_.refuse("usage", "--expect is about two sets", "give A and B");
    }
    return review(sets[0]);
  }

 private:
  [[nodiscard]] std::vector<Given> given() const {
    InputOptions base = session_.input_options(arguments_.value("default-namespace"));
    base.kustomize.clear();
    base.helm.clear();
    std::vector<Given> result;
    for (const std::string& path : arguments_.positional) {
      result.push_back({path, base});
      result.back().options.paths = {path};
    }
    for (const std::string& folder : arguments_.all("kustomize")) {
      result.push_back({"<kustomize " + folder + ">", base});
      result.back().options.kustomize = {folder};
    }
    for (const std::string& chart : arguments_.all("helm")) {
      result.push_back({"<helm " + chart + ">", base});
      result.back().options.helm = {chart};
    }
    return result;
  }

  int relate(const Given& first, const Given& second) {
    if (first.name == "-" && second.name == "-") {
      return session_.refuse("usage", "standard input cannot be both sets", "");
    }
    auto pair = read_pair(first.options, second.options, streams_.in);
    if (!pair) return session_.refuse("input", pair.error().message, "");
    if (!session_.accept(std::move(pair->input))) return kNoVerdict;
    const Input& input = session_.input();
    if (input.model.endpoints.empty() && pair->second.endpoints.empty()) return no_workloads();
    model::ClusterProfile profile = list_profile_of(arguments_, input.model);
    const model::ClusterProfile other = profile_of(arguments_, pair->second);
    profile.pods_have_ipv4 = profile.pods_have_ipv4 || other.pods_have_ipv4;
    profile.pods_have_ipv6 = profile.pods_have_ipv6 || other.pods_have_ipv6;
    const compiler::Cluster a(input.model, profile);
    const compiler::Cluster b(pair->second, profile);
    for (const compiler::Cluster* each : {&a, &b}) {
      if (!session_.check(queries::equal_priorities(*each))) return kNoVerdict;
    }
    const std::string expect = arguments_.value("expect");
    const queries::Related related = queries::relate(a, b, relations_of(expect));
    session_.lap("solve");
    const RelateReport report{input,
                              {RelateSet{first.name, &a, pair->first_borrows},
                               RelateSet{second.name, &b, pair->second_borrows}},
                              expect,
                              related};
    if (session_.is_json()) {
      write_relate_json(session_.out(), report);
    } else {
      write_relate_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    session_.lap("report");
    const std::string_view verdict = verdict_of(report);
    if (verdict == "equivalent" || verdict == "yes") return kYes;
    return verdict == "depends" ? kNoVerdict : kNo;
  }

  int review(const Given& set) {
    if (!session_.read(set.options)) return kNoVerdict;
    const Input& input = session_.input();
    if (input.model.endpoints.empty()) return no_workloads();
    const model::ClusterProfile profile = list_profile_of(arguments_, input.model);
    const compiler::Cluster cluster(input.model, profile);
    if (!session_.check(queries::equal_priorities(cluster))) return kNoVerdict;
    const queries::Claim vacuous = queries::is_vacuous(cluster);
    const auto empty = queries::empty_parts(cluster);
    session_.lap("solve");
    const queries::Redundancy redundancy = queries::redundant_parts(cluster);
    session_.lap("redundancy");
    const ReviewReport report{input, {set.name, &cluster, false}, vacuous, empty, redundancy};
    if (session_.is_json()) {
      write_review_json(session_.out(), report);
    } else {
      write_review_text(session_.out(), session_.style(), report, session_.is_quiet());
    }
    session_.lap("report");
    const std::string_view verdict = verdict_of(report);
    return verdict == "sound" ? kYes : (verdict == "flawed" ? kNo : kNoVerdict);
  }

  int no_workloads() {
    return session_.refuse(
        "no-workloads", "there are no pods or workloads to connect",
        "give the workloads with the policies; of two sets one has to hold them");
  }

  const Arguments& arguments_;
  const Streams& streams_;
  Session session_;
};

}  // namespace

int run_relate(const Arguments& arguments, const Streams& streams) {
  return RelateCommand(arguments, streams).run();
}

}  // namespace polreach::cli
