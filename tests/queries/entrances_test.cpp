// SPDX-License-Identifier: Apache-2.0
// Where Services and entrances lead, from the text of the manifests. What is expected follows from
// the API references that the headers name.
#include "solver/queries/entrances.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <memory>

#include "policies/kubernetes/assemble.h"
#include "policies/kubernetes/loader.h"
#include "solver/queries/reference.h"

namespace polreach {
namespace {

namespace queries = solver::queries;
using Texts = std::vector<std::string>;

struct Reading {
  source::SourceMap sources;
  source::Diagnostics diagnostics;
  kubernetes::Ledger ledger;
  model::Model model;

  explicit Reading(const Texts& texts) {
    auto symbols = std::make_shared<source::SymbolTable>();
    kubernetes::Loader loader(sources, *symbols, diagnostics, {});
    for (std::size_t i = 0; i < texts.size(); ++i) {
      const auto file = sources.add("file" + std::to_string(i), source::Text::own(texts[i]));
      loader.load(file, syntax::Format::Auto);
    }
    ledger = loader.ledger();
    model = kubernetes::assemble(loader.take_objects(), symbols, sources, diagnostics, {});
    for (const auto& problem : diagnostics.all()) {
      CHECK_MESSAGE(problem.severity != source::Severity::Error, problem.message);
    }
  }

  [[nodiscard]] Texts codes() const {
    Texts result;
    for (const auto& problem : diagnostics.sorted(sources)) result.emplace_back(problem.code);
    return result;
  }
};

std::string pod_of(const model::Model& model, model::EndpointId id) {
  return queries::name_of(model, model[id].workload);
}

Texts shown(const model::Model& model, const std::vector<queries::Backend>& backends) {
  Texts result;
  for (const queries::Backend& each : backends) {
    result.push_back(pod_of(model, each.endpoint) + " " +
                     std::string(net::to_string(each.protocol)) + " " + std::to_string(each.port) +
                     (each.maybe ? "?" : ""));
  }
  return result;
}

/// "Ingress shop/web -> shop/web: shop/web TCP 8080", or the codes of the warnings.
Texts shown_entrances(const model::Model& model) {
  Texts result;
  for (const model::Entrance& each : model.entrances) {
    std::string line = std::string(model.text(each.kind)) + " " +
                       std::string(model.text(model[each.ns].name)) + "/" +
                       std::string(model.text(each.name)) + " -> " +
                       std::string(model.text(model[each.service_ns].name)) + "/" +
                       std::string(model.text(each.service)) + ":";
    const queries::EntranceTargets targets = queries::resolve_entrance(model, each);
    for (const std::string& backend : shown(model, targets.backends)) line += " " + backend + ",";
    for (const auto& warning : targets.warnings) line += " " + std::string(warning.code) + ",";
    line.pop_back();
    result.push_back(line);
  }
  return result;
}

Texts controllers(const model::Model& model) {
  Texts result;
  for (const model::Entrance& each : model.entrances) result.push_back(each.controller);
  return result;
}

constexpr const char* kShop = R"(
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  containers:
    - name: c
      image: i
      ports: [{name: http, containerPort: 8080}, {name: dns, containerPort: 5353, protocol: UDP}]
---
apiVersion: v1
kind: Pod
metadata: {name: web-2, namespace: shop, labels: {app: web}}
spec: {containers: [{name: c, image: i, ports: [{name: http, containerPort: 9090}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: other, labels: {app: web}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  ports:
    - {name: http, port: 80, targetPort: http}
    - {name: admin, port: 81, targetPort: 9000}
    - {name: dns, port: 53, protocol: UDP, targetPort: dns}
    - {name: lost, port: 82, targetPort: lost}
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: shop}
spec: {selector: {app: nobody}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: mail, namespace: shop}
spec: {type: ExternalName, externalName: mail.example.com}
---
apiVersion: v1
kind: Service
metadata: {name: manual, namespace: shop}
spec: {ports: [{port: 80}]}
)";

std::string ingress(const std::string& version, const std::string& spec,
                    const std::string& metadata = "") {
  return "apiVersion: " + version + "\nkind: Ingress\nmetadata: {name: in, namespace: shop" +
         metadata + "}\nspec: " + spec + "\n";
}

std::string route(const std::string& kind, const std::string& spec,
                  const std::string& version = "v1") {
  return "apiVersion: gateway.networking.k8s.io/" + version + "\nkind: " + kind +
         "\nmetadata: {name: r, namespace: shop}\nspec: " + spec + "\n";
}

std::string openshift(const std::string& spec) {
  return "apiVersion: route.openshift.io/v1\nkind: Route\nmetadata: {name: r, namespace: shop}\n"
         "spec: " +
         spec + "\n";
}

Texts read_entrances(const std::string& text) {
  return shown_entrances(Reading({kShop, text}).model);
}

}  // namespace

TEST_CASE("a target port by name is what each pod calls so, for the protocol of the port") {
  const Reading reading({kShop});
  const model::Model& model = reading.model;
  const auto web = std::find_if(model.services.begin(), model.services.end(),
                                [&](const auto& s) { return model.text(s.name) == "web"; });
  REQUIRE(web != model.services.end());
  REQUIRE(web->ports.size() == 4);
  CHECK(shown(model, queries::backends(model, *web, web->ports[0])) ==
        Texts{"shop/web TCP 8080", "shop/web-2 TCP 9090"});
  CHECK(shown(model, queries::backends(model, *web, web->ports[1])) ==
        Texts{"shop/web TCP 9000", "shop/web-2 TCP 9000"});
  CHECK(shown(model, queries::backends(model, *web, web->ports[2])) == Texts{"shop/web UDP 5353"});
  CHECK(queries::backends(model, *web, web->ports[3]).empty());
}

TEST_CASE("pods whose labels are not known are behind a Service perhaps") {
  const Reading reading({R"(
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec: {selector: {matchLabels: {app: db}}, template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: i}]}}}
---
apiVersion: v1
kind: Service
metadata: {name: db-0}
spec: {selector: {app: db, statefulset.kubernetes.io/pod-name: db-0}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Service
metadata: {name: other}
spec: {selector: {app: other, statefulset.kubernetes.io/pod-name: db-0}, ports: [{port: 5432}]}
)"});
  const auto& services = reading.model.services;
  REQUIRE(services.size() == 2);
  CHECK(shown(reading.model, queries::backends(reading.model, services[0], services[0].ports[0])) ==
        Texts{"default/db TCP 5432?"});
  CHECK(queries::selected_by(reading.model, services[1]).empty());
}

TEST_CASE("an Ingress leads to ports of Services by number and by name") {
  const std::string spec =
      "{defaultBackend: {service: {name: web, port: {number: 81}}}, rules: [{http: {paths: "
      "[{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}, "
      "{host: example.org}]}";
  CHECK(read_entrances(ingress("networking.k8s.io/v1", spec)) ==
        Texts{"Ingress shop/in -> shop/web: shop/web TCP 9000, shop/web-2 TCP 9000",
              "Ingress shop/in -> shop/web: shop/web TCP 8080, shop/web-2 TCP 9090"});
  const std::string beta =
      "{backend: {serviceName: web, servicePort: 81}, rules: [{http: {paths: "
      "[{backend: {serviceName: web, servicePort: http}}]}}]}";
  for (const char* version : {"networking.k8s.io/v1beta1", "extensions/v1beta1"}) {
    const Reading reading({kShop, ingress(version, beta)});
    CHECK(shown_entrances(reading.model) ==
          Texts{"Ingress shop/in -> shop/web: shop/web TCP 9000, shop/web-2 TCP 9000",
                "Ingress shop/in -> shop/web: shop/web TCP 8080, shop/web-2 TCP 9090"});
    CHECK(reading.codes() == Texts{"deprecated-version"});
  }
}

TEST_CASE("backends that lead nowhere say why") {
  const auto to = [](const std::string& name, const std::string& port) {
    return read_entrances(ingress("networking.k8s.io/v1", "{defaultBackend: {service: {name: " +
                                                              name + ", port: " + port + "}}}"));
  };
  CHECK(to("wbe", "{number: 80}") == Texts{"Ingress shop/in -> shop/wbe: entrance-no-service"});
  CHECK(to("web", "{number: 8080}") == Texts{"Ingress shop/in -> shop/web: entrance-no-port"});
  CHECK(to("web", "{name: https}") == Texts{"Ingress shop/in -> shop/web: entrance-no-port"});
  // ingress-nginx takes it for the target port; the API does not.
  CHECK(to("web", "{number: 9000}") ==
        Texts{"Ingress shop/in -> shop/web: shop/web TCP 9000?, shop/web-2 TCP 9000?, "
              "entrance-no-port"});
  // The port is there, for a protocol that an Ingress does not carry.
  CHECK(to("web", "{name: dns}") == Texts{"Ingress shop/in -> shop/web: entrance-no-port"});
  CHECK(to("web", "{number: 82}") == Texts{"Ingress shop/in -> shop/web: service-no-target-port"});
  CHECK(to("nobody", "{number: 80}") == Texts{"Ingress shop/in -> shop/nobody: service-no-pods"});
  CHECK(to("mail", "{number: 80}") == Texts{"Ingress shop/in -> shop/mail: service-outside"});
  CHECK(to("manual", "{number: 80}") == Texts{"Ingress shop/in -> shop/manual: service-outside"});
}

TEST_CASE("the warning about a backend has its place and names the object") {
  const Reading reading({kShop, ingress("networking.k8s.io/v1",
                                        "{defaultBackend: {service: {name: wbe, port: {number: "
                                        "80}}}}")});
  REQUIRE(reading.model.entrances.size() == 1);
  const auto targets = queries::resolve_entrance(reading.model, reading.model.entrances[0]);
  REQUIRE(targets.warnings.size() == 1);
  CHECK(targets.warnings[0].severity == source::Severity::Warning);
  CHECK(targets.warnings[0].subject == "Ingress shop/in");
  CHECK(reading.sources.place(targets.warnings[0].where) == "file1:4:24");
}

TEST_CASE("the class of an Ingress is its field, or the annotation that it replaced") {
  const std::string spec = "{defaultBackend: {service: {name: web, port: {number: 80}}}}";
  const std::string old = R"(, annotations: {kubernetes.io/ingress.class: traefik, other: "x"})";
  const auto class_of = [](const std::string& text) {
    return controllers(Reading({kShop, text}).model);
  };
  CHECK(class_of(ingress("networking.k8s.io/v1", spec)) == Texts{""});
  CHECK(class_of(ingress("networking.k8s.io/v1", spec, old)) == Texts{"traefik"});
  CHECK(class_of(ingress("networking.k8s.io/v1",
                         "{ingressClassName: nginx, defaultBackend: {service: {name: web, port: "
                         "{number: 80}}}}",
                         old)) == Texts{"nginx"});
  // An export that has the kind behind the annotations.
  CHECK(class_of("metadata: {name: in, namespace: shop, annotations: {kubernetes.io/ingress.class: "
                 "haproxy}}\nspec: " +
                 spec + "\nkind: Ingress\napiVersion: networking.k8s.io/v1\n") == Texts{"haproxy"});
}

TEST_CASE("a backend that is no Service is named, and leads nowhere that is known") {
  const Reading reading(
      {kShop,
       ingress("networking.k8s.io/v1",
               "{defaultBackend: {resource: {apiGroup: k8s.example.com, kind: Bucket, name: "
               "b}}}"),
       route("HTTPRoute",
             "{parentRefs: [{name: gw}], rules: [{backendRefs: [{group: multicluster.x-k8s.io, "
             "kind: ServiceImport, name: web, port: 80}]}]}")});
  CHECK(reading.model.entrances.empty());
  CHECK(reading.codes() == Texts{"entrance-other-backend", "entrance-other-backend"});
  CHECK(reading.ledger.used == reading.ledger.read());
}

TEST_CASE("routes of the Gateway API lead to Services, with their mirrors") {
  const std::string spec =
      "{parentRefs: [{name: gw, namespace: infra}], rules: [{backendRefs: [{name: web, port: 80}, "
      "{name: web, port: 81, weight: 0}], filters: [{type: RequestMirror, requestMirror: "
      "{backendRef: {name: nobody, port: 80}}}, {type: RequestRedirect}]}]}";
  for (const char* version : {"v1", "v1beta1", "v1alpha2"}) {
    const Reading reading({kShop, route("HTTPRoute", spec, version)});
    CHECK(shown_entrances(reading.model) ==
          Texts{"HTTPRoute shop/r -> shop/nobody: service-no-pods",
                "HTTPRoute shop/r -> shop/web: shop/web TCP 8080, shop/web-2 TCP 9090"});
    CHECK(controllers(reading.model) == Texts{"infra/gw", "infra/gw"});
    CHECK(reading.codes().empty());
  }
  const std::string plain =
      "{parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: 80}]}]}";
  for (const char* kind : {"GRPCRoute", "TLSRoute", "TCPRoute"}) {
    CHECK(read_entrances(route(kind, plain)) ==
          Texts{std::string(kind) + " shop/r -> shop/web: shop/web TCP 8080, shop/web-2 TCP 9090"});
  }
  CHECK(read_entrances(route("UDPRoute", plain, "v1alpha2")) ==
        Texts{"UDPRoute shop/r -> shop/web: entrance-no-port"});
  CHECK(read_entrances(route("UDPRoute",
                             "{parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, port: "
                             "53}]}]}",
                             "v1alpha2")) ==
        Texts{"UDPRoute shop/r -> shop/web: shop/web UDP 5353"});
}

TEST_CASE("only a route with a Gateway brings in traffic") {
  const std::string rules = "rules: [{backendRefs: [{name: web, port: 80}]}]}";
  const Reading none({kShop, route("HTTPRoute", "{" + rules)});
  CHECK(none.model.entrances.empty());
  CHECK(none.codes() == Texts{"entrance-no-parent"});
  // A Service as parent: the route is for a mesh.
  const Reading mesh({kShop, route("HTTPRoute",
                                   "{parentRefs: [{group: \"\", kind: Service, name: "
                                   "web}], " +
                                       rules)});
  CHECK(mesh.model.entrances.empty());
  CHECK(mesh.codes().empty());
  const Reading both({kShop, route("HTTPRoute",
                                   "{parentRefs: [{name: z}, {name: a, namespace: "
                                   "infra, sectionName: https}, {name: z}], " +
                                       rules)});
  CHECK(controllers(both.model) == Texts{"infra/a,shop/z"});
}

TEST_CASE("a backend in another namespace needs a ReferenceGrant there") {
  const std::string to_other = route("HTTPRoute",
                                     "{parentRefs: [{name: gw}], rules: [{backendRefs: [{name: "
                                     "web, namespace: other, port: 80}]}]}");
  const std::string service =
      "apiVersion: v1\nkind: Service\nmetadata: {name: web, namespace: other}\n"
      "spec: {selector: {app: web}, ports: [{port: 80}]}\n";
  const auto granted = [&](const std::string& spec, const std::string& ns = "other") {
    const Reading reading({kShop, service, to_other,
                           "apiVersion: gateway.networking.k8s.io/v1beta1\nkind: ReferenceGrant\n"
                           "metadata: {name: g, namespace: " +
                               ns + "}\nspec: " + spec + "\n"});
    const bool refused = reading.codes() == Texts{"entrance-not-granted"};
    const bool there =
        shown_entrances(reading.model) == Texts{"HTTPRoute shop/r -> other/web: other/web TCP 80"};
    CHECK(refused != there);
    return there;
  };
  const std::string from =
      "from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}]";
  CHECK(granted("{" + from + ", to: [{group: \"\", kind: Service}]}"));
  CHECK(granted("{" + from + ", to: [{group: \"\", kind: Service, name: web}]}"));
  CHECK_FALSE(granted("{" + from + ", to: [{group: \"\", kind: Service, name: api}]}"));
  CHECK_FALSE(granted("{" + from + ", to: [{group: \"\", kind: Secret}]}"));
  CHECK_FALSE(granted("{" + from + ", to: [{group: \"\", kind: Service}]}", "shop"));
  CHECK_FALSE(
      granted("{from: [{group: gateway.networking.k8s.io, kind: TCPRoute, namespace: "
              "shop}], to: [{group: \"\", kind: Service}]}"));
  CHECK_FALSE(
      granted("{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: "
              "infra}], to: [{group: \"\", kind: Service}]}"));
  // The own namespace, written out, needs none.
  CHECK(read_entrances(route("HTTPRoute",
                             "{parentRefs: [{name: gw}], rules: [{backendRefs: [{name: web, "
                             "namespace: shop, port: 80}]}]}")) ==
        Texts{"HTTPRoute shop/r -> shop/web: shop/web TCP 8080, shop/web-2 TCP 9090"});
}

TEST_CASE("the port of an OpenShift Route is that of the endpoints") {
  const auto to = [](const std::string& port) {
    return read_entrances(openshift("{to: {kind: Service, name: web, weight: 100}" + port + "}"));
  };
  // By number the pods' port, by name the one that the Service gives it.
  CHECK(to(", port: {targetPort: 8080}") == Texts{"Route shop/r -> shop/web: shop/web TCP 8080"});
  CHECK(to(", port: {targetPort: admin}") ==
        Texts{"Route shop/r -> shop/web: shop/web TCP 9000, shop/web-2 TCP 9000"});
  CHECK(to(", port: {targetPort: 80}") == Texts{"Route shop/r -> shop/web: entrance-no-port"});
  CHECK(to("") == Texts{"Route shop/r -> shop/web: shop/web TCP 8080, shop/web TCP 9000, "
                        "shop/web-2 TCP 9000, shop/web-2 TCP 9090"});
  CHECK(read_entrances(openshift("{to: {kind: Service, name: web, weight: 0}, alternateBackends: "
                                 "[{kind: Service, name: nobody, weight: 1}]}")) ==
        Texts{"Route shop/r -> shop/nobody: service-no-pods"});
}

TEST_CASE("entrances are the same whatever the order of the files") {
  const std::string a = ingress("networking.k8s.io/v1",
                                "{defaultBackend: {service: {name: web, port: {name: http}}}}");
  const std::string b = openshift("{to: {kind: Service, name: web}}");
  const Texts there = shown_entrances(Reading({kShop, a, b}).model);
  CHECK(there.size() == 2);
  CHECK(there == shown_entrances(Reading({b, a, kShop}).model));
  // The same object twice counts once; a different one of the name counts too, and is named.
  CHECK(shown_entrances(Reading({kShop, a, b, a}).model) == there);
  const Reading different({kShop, a,
                           ingress("networking.k8s.io/v1",
                                   "{defaultBackend: {service: {name: web, port: "
                                   "{number: 81}}}}")});
  CHECK(different.model.entrances.size() == 2);
  CHECK(different.codes() == Texts{"duplicate-object"});
}

TEST_CASE("the pods of a controller are known by their labels, or not at all") {
  const std::string pods = R"(
apiVersion: v1
kind: Pod
metadata: {name: nginx, namespace: ingress, labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: controller}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: hook, namespace: ingress, labels: {app.kubernetes.io/name: ingress-nginx, app.kubernetes.io/component: admission-webhook}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: traefik, namespace: ingress, labels: {app.kubernetes.io/name: traefik}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: gw, namespace: infra, labels: {gateway.networking.k8s.io/gateway-name: gw}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: not-gw, namespace: elsewhere, labels: {gateway.networking.k8s.io/gateway-name: gw}}
spec: {containers: [{name: c, image: i}]}
---
apiVersion: v1
kind: Pod
metadata: {name: router, namespace: openshift-ingress, labels: {ingresscontroller.operator.openshift.io/deployment-ingresscontroller: default}}
spec: {containers: [{name: c, image: i}]}
)";
  const auto pods_of = [&](const std::string& entrance) {
    const Reading reading({kShop, pods, entrance});
    REQUIRE(reading.model.entrances.size() == 1);
    Texts result;
    for (auto id : queries::controller_pods(reading.model, reading.model.entrances[0])) {
      result.push_back(pod_of(reading.model, id));
    }
    return result;
  };
  const auto of_class = [&](const std::string& name) {
    return pods_of(
        ingress("networking.k8s.io/v1",
                "{" + name + "defaultBackend: {service: {name: web, port: {number: 80}}}}"));
  };
  CHECK(of_class("") == Texts{"ingress/nginx", "ingress/traefik"});
  CHECK(of_class("ingressClassName: nginx, ") == Texts{"ingress/nginx"});
  CHECK(of_class("ingressClassName: traefik, ") == Texts{"ingress/traefik"});
  CHECK(of_class("ingressClassName: internal, ").empty());
  const auto of_gateway = [&](const std::string& parent) {
    return pods_of(route("HTTPRoute", "{parentRefs: [" + parent +
                                          "], rules: [{backendRefs: [{name: web, port: 80}]}]}"));
  };
  CHECK(of_gateway("{name: gw, namespace: infra}") == Texts{"infra/gw"});
  CHECK(of_gateway("{name: other}, {name: gw, namespace: infra}") == Texts{"infra/gw"});
  CHECK(of_gateway("{name: gw}").empty());
  CHECK(pods_of(openshift("{to: {kind: Service, name: web}}")) ==
        Texts{"openshift-ingress/router"});
}

}  // namespace polreach
