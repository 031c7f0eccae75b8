// SPDX-License-Identifier: Apache-2.0
#include "policies/kubernetes/loader.h"

#include <utility>

#include "policies/kubernetes/fields.h"
#include "policies/kubernetes/kinds.h"
#include "policies/kubernetes/projection.h"
#include "policies/kubernetes/read_common.h"
#include "policies/kubernetes/read_entrance.h"
#include "policies/kubernetes/read_node.h"
#include "policies/kubernetes/read_pod.h"
#include "policies/kubernetes/read_policy.h"
#include "policies/kubernetes/read_service.h"
#include "policies/kubernetes/read_tiers.h"
#include "policies/source/nearest.h"
#include "policies/source/progress.h"

namespace polreach::kubernetes {

using source::Diagnostic;
using source::Severity;
using source::Span;
using syntax::Tape;
using syntax::Type;
using syntax::Value;

namespace {

std::string text_of(const Value& parent, std::string_view name) {
  const auto value = Fields::get(parent, name);
  return value && value->is(Type::String) ? std::string(value->text()) : "";
}

/// "NetworkPolicy shop/web", as far as it can be told.
std::string subject_of(const Value& root, std::string_view kind, std::string_view default_ns,
                       bool cluster_scoped) {
  std::string subject(kind);
  const auto metadata = Fields::get(root, "metadata");
  if (!metadata || !metadata->is(Type::Mapping)) return subject;
  std::string name = text_of(*metadata, "name");
  if (name.empty()) name = text_of(*metadata, "generateName");
  if (name.empty()) return subject;
  std::string ns = text_of(*metadata, "namespace");
  if (ns.empty()) ns = default_ns;
  return subject + " " + (cluster_scoped ? name : ns + "/" + name);
}

/// Nothing for an object without a name of its own.
std::optional<ObjectName> name_of(const Value& root, std::string_view kind,
                                  std::string_view api_version, const KindInfo& info,
                                  std::string_view default_ns) {
  const auto metadata = Fields::get(root, "metadata");
  if (!metadata || !metadata->is(Type::Mapping)) return std::nullopt;
  ObjectName result;
  result.kind = kind;
  result.name = text_of(*metadata, "name");
  if (result.name.empty()) return std::nullopt;
  const bool moved = info.role == Role::NetworkPolicy || info.role == Role::Ingress ||
                     info.role == Role::Workload || info.role == Role::CronJob;
  const std::size_t slash = api_version.find('/');
  if (!moved && slash != std::string_view::npos) result.group = api_version.substr(0, slash);
  if (info.cluster_scoped) return result;
  result.ns = text_of(*metadata, "namespace");
  if (result.ns.empty()) result.ns = default_ns;
  return result;
}

Span version_place(const Value& root) {
  const auto version = root.find("apiVersion");
  return version ? version->span() : root.span();
}

Span kind_place(const Value& root) {
  const auto kind = root.find("kind");
  return kind ? kind->span() : root.span();
}

void read_namespace(Fields& fields, const Context& context, const Value& root, Objects& objects) {
  const auto metadata = read_metadata(fields, context, root, true);
  if (metadata && fields.ok()) objects.namespaces.push_back({*metadata});
}

}  // namespace

/// The first `{{` of a file whose errors come from templates: one of them is in a line with `{{`,
/// or the text is no YAML and has a line that starts with it. Braces elsewhere (the texts of alerts
/// and dashboards hold them too) are no reason for errors.
std::optional<std::uint32_t> template_place(const source::SourceMap& sources, source::FileId file,
                                            const source::Diagnostics& problems) {
  if (problems.errors() == 0) return std::nullopt;  // the search below goes through all bytes
  const std::string_view bytes = sources.bytes(file);
  const std::size_t first = bytes.find("{{");
  if (first == std::string_view::npos) return std::nullopt;
  const auto found = [&](std::size_t at) { return static_cast<std::uint32_t>(at); };
  for (const Diagnostic& problem : problems.all()) {
    if (problem.severity != Severity::Error || !problem.where.exists()) continue;
    const source::Location location = sources.location(problem.where);
    if (location.text.find("{{") != std::string_view::npos) return found(first);
    if (problem.code != "yaml-syntax") continue;
    for (std::size_t at = first; at != std::string_view::npos; at = bytes.find("{{", at + 1)) {
      const std::size_t before = at == 0 ? at : bytes.find_last_not_of(" \t", at - 1);
      if (before == std::string_view::npos || at == 0 || bytes[before] == '\n') return found(at);
    }
  }
  return std::nullopt;
}

/// What is kept of objects that another thread reads.
class OfOtherThread : public syntax::Selection {
 public:
  bool wanted(std::span<const std::string_view> path, const Tape& so_far) override {
    return projection_.wanted(path, so_far);
  }

 private:
  Projection projection_;
};

/// Takes the objects of one file as they are read.
class Loader::Receiver : public syntax::Sink {
 public:
  Receiver(Loader& loader, source::FileId file, source::Diagnostics& problems)
      : loader_(loader), file_(file), problems_(problems) {}

  bool wanted(std::span<const std::string_view> path, const Tape& so_far) override {
    return projection_.wanted(path, so_far);
  }

  std::unique_ptr<syntax::Selection> selection() const override {
    return std::make_unique<OfOtherThread>();
  }

  void object(const Tape& tape, std::string_view list_kind,
              std::string_view list_api_version) override {
    const Value root = tape.root();
    source::Progress::within(root.span().end);
    if (!root.is(Type::Mapping)) {
      ++loader_.ledger_.irrelevant;
      return;
    }
    std::string kind = text_of(root, "kind");
    std::string api_version = text_of(root, "apiVersion");
    // The items of a PodList as the API server sends it have neither.
    if (kind.empty()) kind = item_kind(list_kind);
    if (api_version.empty()) api_version = list_api_version;
    if (kind == "List" || (kind.ends_with("List") && root.find("items"))) {
      misplaced_list(root, kind);
      return;
    }
    if (kind.empty() || api_version.empty()) {
      if (!offer(root, api_version, kind)) incomplete(root, kind, api_version);
      return;
    }
    read(root, kind, api_version);
  }

  void unreadable(const Span& where) override {
    ++loader_.ledger_.rejected;
    if (loader_.options_.keep_going) {
      loader_.objects_.gaps.push_back(
          {model::Gap::Why::Unreadable, model::Gap::Effect::AllowOrDeny, "document", {}, where});
    }
  }

 private:
  /// Whether the guest has taken the document.
  bool offer(const Value& root, std::string_view api_version, std::string_view kind) {
    if (!loader_.options_.guest) return false;
    const syntax::Taken taken = loader_.options_.guest(root, api_version, kind, problems_);
    if (!taken.ours) return false;
    loader_.ledger_.used += taken.used;
    loader_.ledger_.irrelevant += taken.irrelevant;
    for (std::size_t i = 0; i < taken.rejected; ++i) reject("document", std::nullopt, root.span());
    return true;
  }

  /// The syntax layer takes lists apart; what comes here as a list is none, or is inside another.
  void misplaced_list(const Value& root, const std::string& kind) {
    Fields fields(problems_, kind);
    const auto items = fields.require(root, "items", Type::Sequence);
    if (items && !items->empty()) {
      fields.error("nested-list", root.span(), "a list inside a list",
                   "give the inner list as a document of its own");
    }
    if (fields.ok()) {
      ++loader_.ledger_.irrelevant;
      return;
    }
    reject("list", std::nullopt, root.span());
  }

  /// A mapping without kind or apiVersion: most are no Kubernetes objects at all (values of a
  /// chart, build files); one that looks like an object must not be passed over.
  void incomplete(const Value& root, const std::string& kind, const std::string& api_version) {
    const std::string_view name = loader_.sources_.name(file_);
    if (name.ends_with("kustomization.yaml") || name.ends_with("kustomization.yml") ||
        name.ends_with("Kustomization")) {
      // kustomize fills in kind and apiVersion itself.
      read(root, "Kustomization", "kustomize.config.k8s.io/v1beta1");
      return;
    }
    const bool chart = name.ends_with("Chart.yaml") || name.ends_with("Chart.yml");
    const bool looks_like_object =
        (!kind.empty() || !api_version.empty()) && !chart &&
        (root.find("spec") || root.find("metadata") || root.find("items"));
    if (!looks_like_object) {
      ++loader_.ledger_.irrelevant;
      return;
    }
    Fields fields(problems_, kind);
    const std::string missing = kind.empty() ? "kind" : "apiVersion";
    std::vector<std::string> members;
    for (const Value member : root) members.emplace_back(member.key());
    const std::vector<std::string> near = source::nearest(missing, members, 1);
    fields.error("missing-field", root.span(),
                 missing + " is missing" +
                     (near.empty() ? "" : "; is \"" + near[0] + "\" a misspelling of it?"),
                 kind.empty() ? "add kind, such as \"kind: NetworkPolicy\""
                              : "add apiVersion, such as \"apiVersion: networking.k8s.io/v1\"");
    reject("document", std::nullopt, root.span());
  }

  void read(const Value& root, std::string_view kind, std::string_view api_version) {
    const KindInfo info = classify(api_version, kind);
    const std::string& default_ns = loader_.options_.default_namespace;
    if (loader_.options_.filter) {
      const auto name = name_of(root, kind, api_version, info, default_ns);
      if (name && !loader_.options_.filter(*name)) return;
    }
    const std::string subject = subject_of(root, kind, default_ns, info.cluster_scoped);
    Fields fields(problems_, subject);
    const Context context{loader_.symbols_, default_ns};
    Objects& objects = loader_.objects_;
    switch (info.role) {
      case Role::Namespace:
        read_namespace(fields, context, root, objects);
        break;
      case Role::Pod:
        read_pod(fields, context, root, objects);
        break;
      case Role::Workload:
      case Role::CronJob:
        read_workload(fields, context, root, kind, info.role == Role::CronJob, objects);
        break;
      case Role::Service:
        read_service(fields, context, root, objects);
        break;
      case Role::Ingress:
        read_ingress(fields, context, root, info.deprecated, objects);
        break;
      case Role::GatewayRoute:
        read_gateway_route(fields, context, root, kind, objects);
        break;
      case Role::ReferenceGrant:
        read_reference_grant(fields, context, root, objects);
        break;
      case Role::OpenShiftRoute:
        read_openshift_route(fields, context, root, objects);
        break;
      case Role::Webhook:
      case Role::ApiService:
        // Nothing of them decides about a packet.
        read_callback(context, root, kind, objects);
        note_ignored(root, subject, false);
        ++loader_.ledger_.irrelevant;
        return;
      case Role::TierPolicy:
        read_tier_policy(fields, context, root, kind, objects);
        break;
      case Role::Node:
        read_node(fields, context, root, objects);
        break;
      case Role::NetworkPolicy:
        read_network_policy(fields, context, root, objects);
        break;
      case Role::ForeignPolicy:
        foreign(root, subject, info);
        return;
      case Role::Kustomization:
        if (loader_.kustomizations_.add(root)) {
          reject(subject, std::nullopt, root.span());
        } else {
          ++loader_.ledger_.irrelevant;
        }
        return;
      case Role::UnknownVersion: {
        const std::string served = served_version(api_version, kind);
        fields.error("unsupported-version", version_place(root),
                     std::string(kind) + " has no version " + std::string(api_version),
                     served.empty() ? "" : "use " + served);
        break;
      }
      case Role::UnknownKind:
        fields.error("unknown-kind", kind_place(root),
                     std::string(api_version) + " has no kind " + std::string(kind) +
                         source::did_you_mean(source::nearest(kind, kinds_of_group(api_version))));
        break;
      case Role::Cloud:
        if (!offer(root, api_version, kind)) ++loader_.ledger_.irrelevant;
        return;
      case Role::Irrelevant:
        ++loader_.ledger_.irrelevant;
        return;
    }
    if (!fields.ok()) {
      if (is_entrance(info.role)) {
        ++loader_.ledger_.rejected;  // no gap: what it leads to is up to the policies all the same
      } else {
        reject(subject, gap_namespace(root, info), root.span());
      }
      return;
    }
    ++loader_.ledger_.used;
    note_ignored(root, subject, info.role == Role::Namespace);
    if (info.deprecated) {
      fields.warning(
          "deprecated-version", version_place(root),
          std::string(api_version) + " is no longer served by Kubernetes",
          kind == "NetworkPolicy" || kind == "Ingress" ? "use networking.k8s.io/v1" : "");
    }
  }

  void note_ignored(const Value& root, const std::string& subject, bool is_namespace) {
    const auto metadata = Fields::get(root, "metadata");
    if (!metadata || !metadata->is(Type::Mapping)) return;
    const auto annotations = Fields::get(*metadata, "annotations");
    if (!annotations || !annotations->is(Type::Mapping)) return;
    const auto note = annotations->find(kIgnoreAnnotation);
    if (!note) return;
    loader_.objects_.ignored.push_back({subject, is_namespace ? text_of(*metadata, "name") : "",
                                        std::string(note->text()), note->span(),
                                        note->is(Type::String)});
  }

  /// Where an object of this kind acts; nothing where that cannot be told.
  std::optional<Symbol> gap_namespace(const Value& root, const KindInfo& info) {
    if (info.cluster_scoped) return std::nullopt;
    const auto metadata = Fields::get(root, "metadata");
    if (!metadata || !metadata->is(Type::Mapping)) return std::nullopt;
    std::string ns = text_of(*metadata, "namespace");
    if (ns.empty()) ns = loader_.options_.default_namespace;
    return loader_.symbols_.intern(ns);
  }

  void foreign(const Value& root, const std::string& subject, const KindInfo& info) {
    ++loader_.ledger_.unsupported;
    std::optional<Symbol> ns = gap_namespace(root, info);
    // Policies in Istio's root namespace hold for the whole mesh; it is called istio-system,
    // aks-istio-system, or whatever the mesh configuration says.
    const bool istio = text_of(root, "apiVersion").find("istio.io/") != std::string::npos;
    const bool root_like = ns && loader_.symbols_.text(*ns).find("istio") != std::string_view::npos;
    if (istio && root_like) ns.reset();
    loader_.objects_.gaps.push_back(
        {model::Gap::Why::UnsupportedKind, info.effect, subject, ns, root.span()});
  }

  void reject(const std::string& what, std::optional<Symbol> ns, const Span& where) {
    ++loader_.ledger_.rejected;
    if (!loader_.options_.keep_going) return;
    loader_.objects_.gaps.push_back(
        {model::Gap::Why::Unreadable, model::Gap::Effect::AllowOrDeny, what, ns, where});
  }

  Loader& loader_;
  source::FileId file_;
  source::Diagnostics& problems_;
  Projection projection_;
};

Loader::Loader(const source::SourceMap& sources, source::SymbolTable& symbols,
               source::Diagnostics& diagnostics, LoadOptions options)
    : sources_(sources),
      symbols_(symbols),
      diagnostics_(diagnostics),
      options_(std::move(options)) {}

void Loader::finish() {
  kustomizations_.report(diagnostics_, sources_, options_.keep_going, options_.from_revision);
}

void Loader::load(source::FileId file, syntax::Format format) {
  source::Diagnostics problems;
  Receiver receiver(*this, file, problems);
  syntax::read(sources_, file, format, options_.limits, problems, receiver);
  // A template that was not rendered is no YAML, or YAML of the wrong shape: the many errors that
  // it causes have one reason.
  if (const auto at = template_place(sources_, file, problems)) {
    const Span where{file, *at, *at + 2};
    Diagnostic diagnostic{Severity::Error,
                          "helm-template",
                          "this file holds templates that have not been rendered",
                          where,
                          "",
                          "render the chart first: polreach ... --helm CHART, or "
                          "helm template CHART | polreach ... -",
                          {},
                          {}};
    problems = {};
    problems.add(std::move(diagnostic));
  }
  for (Diagnostic diagnostic : problems.all()) {
    if (options_.keep_going && diagnostic.severity == Severity::Error) {
      diagnostic.severity = Severity::Warning;
    }
    diagnostics_.add(std::move(diagnostic));
  }
  sources_.text(file).release();
}

}  // namespace polreach::kubernetes
