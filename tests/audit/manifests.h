// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

/// Manifests of small clusters, in few words.
namespace polreach::support {

/// `labels` as YAML flow: "{team: a}".
[[nodiscard]] std::string a_namespace(const std::string& name, const std::string& labels = "{}");
/// A Deployment of pods with the label app=NAME; `ports` as YAML flow: "[...]"; `pod_spec`: fields
/// of the pod with a comma behind each: "hostNetwork: true, ".
[[nodiscard]] std::string a_workload(const std::string& ns, const std::string& name,
                                     const std::string& ports = "[]",
                                     const std::string& pod_spec = "");
/// A NetworkPolicy with a spec in YAML flow: "{podSelector: {}}".
[[nodiscard]] std::string a_policy(const std::string& ns, const std::string& name,
                                   const std::string& spec);
/// A Service of the pods with app=NAME.
[[nodiscard]] std::string a_service(const std::string& ns, const std::string& name,
                                    const std::string& type, const std::string& ports,
                                    const std::string& more = "");

}  // namespace polreach::support
