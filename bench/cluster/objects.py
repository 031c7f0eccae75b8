# SPDX-License-Identifier: Apache-2.0
"""The objects of a cluster but its policies, as an API server returns them or as a repository holds
them. Of a pod, a template with placeholders is made once a workload."""
import json

from .shape import draw, hash_of

START = "2025-03-04T05:06:07Z"
REGISTRY = "contoso.azurecr.io"


def uid_of(*key):
    digits = f"{draw('uid', *key).getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def fields_of(value):
    """What managedFields says of a value that was written."""
    if isinstance(value, dict):
        return {f"f:{key}": fields_of(each) for key, each in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "name" in value[0]:
        return {f'k:{{"name":"{each["name"]}"}}': {".": {}, **fields_of(each)} for each in value}
    return {}


def managed(manager, version, fields, subresource=None):
    entry = {"apiVersion": version, "fieldsType": "FieldsV1", "fieldsV1": fields,
             "manager": manager, "operation": "Update"}
    if subresource:
        entry["subresource"] = subresource
    return {**entry, "time": START}


def metadata(name, ns=None, labels=None, seed=None, **more):
    """`seed`: as the API server returns it; None: as it is in a repository."""
    result = dict(more)
    if seed is not None:
        result["creationTimestamp"] = START
    if labels:
        result["labels"] = labels
    result["name"] = name
    if ns:
        result["namespace"] = ns
    if seed is not None:
        result["resourceVersion"] = str(draw("version", seed, name, ns).randrange(10**8, 10**9))
        result["uid"] = uid_of(seed, name, ns)
    return dict(sorted(result.items()))


def namespace(ns, seed):
    result = {"apiVersion": "v1", "kind": "Namespace",
              "metadata": metadata(ns.name, None, ns.labels, seed)}
    if seed is not None:
        result["metadata"]["managedFields"] = [
            managed("kubectl-create", "v1", {"f:metadata": {"f:labels": fields_of(ns.labels)}})]
        result.update(spec={"finalizers": ["kubernetes"]}, status={"phase": "Active"})
    return result


def _probe(port, path):
    return {"httpGet": {"path": path, "port": port, "scheme": "HTTP"}, "periodSeconds": 10}


def _container(workload, export):
    rng = draw("container", workload.name)
    env = [{"name": f"SETTING_{i}", "value": f"value-{rng.randrange(10**6)}"}
           for i in range(rng.randint(0, 1))]
    env.append({"name": "PASSWORD", "valueFrom": {"secretKeyRef": {
        "key": "password", "name": f"{workload.name}-credentials"}}})
    env.append({"name": "POD_IP", "valueFrom": {"fieldRef": {
        "apiVersion": "v1", "fieldPath": "status.podIP"}}})
    result = {
        "env": env,
        "image": f"{REGISTRY}/{workload.name}:1.{workload.index % 30}.{workload.index % 7}",
        "imagePullPolicy": "IfNotPresent",
        "name": "main",
        "ports": [{"containerPort": number, "name": name, "protocol": "TCP"}
                  for name, number in workload.ports],
        "readinessProbe": _probe(workload.ports[0][0], "/ready"),
        "resources": {"limits": {"memory": f"{rng.choice((256, 512, 1024))}Mi"},
                      "requests": {"cpu": "100m", "memory": "128Mi"}},
    }
    mounts = [{"mountPath": "/etc/config", "name": "config", "readOnly": True}]
    if export:
        result.update(terminationMessagePath="/dev/termination-log",
                      terminationMessagePolicy="File")
        mounts = [{"mountPath": "/var/run/secrets/kubernetes.io/serviceaccount",
                   "name": "kube-api-access", "readOnly": True}]
    return {**result, "volumeMounts": mounts}


def pod_spec(workload, export):
    spec = {"containers": [_container(workload, export)]}
    if workload.host_network:
        spec["hostNetwork"] = True
    spec["nodeSelector"] = {"kubernetes.io/os": "linux"}
    if export:
        spec.update(dnsPolicy="ClusterFirst", enableServiceLinks=True,
                    preemptionPolicy="PreemptLowerPriority", priority=0, restartPolicy="Always",
                    schedulerName="default-scheduler")
    spec.update(securityContext={"fsGroup": 2000, "runAsUser": 1000},
                serviceAccountName=workload.name, terminationGracePeriodSeconds=30)
    volumes = [{"configMap": {"defaultMode": 420, "name": f"{workload.name}-config"},
                "name": "config"}]
    if export:
        spec["tolerations"] = [
            {"effect": "NoExecute", "key": "node.kubernetes.io/not-ready", "operator": "Exists",
             "tolerationSeconds": 300}]
        volumes.append({"name": "kube-api-access", "projected": {"defaultMode": 420, "sources": [
            {"serviceAccountToken": {"expirationSeconds": 3607, "path": "token"}}]}})
    return {**spec, "volumes": volumes}


def _owner(kind, version, name, seed):
    return [{"apiVersion": version, "blockOwnerDeletion": True, "controller": True, "kind": kind,
             "name": name, "uid": uid_of(seed, kind, name)}]


def replica_hash(workload, seed, old=0):
    return hash_of(seed, workload.name, old)


def owner_of_pods(workload, seed):
    """The owner references of its pods, the prefix of their names, and the labels added to them."""
    if workload.kind == "Deployment":
        code = replica_hash(workload, seed)
        name = f"{workload.name}-{code}"
        return _owner("ReplicaSet", "apps/v1", name, seed), name, {"pod-template-hash": code}
    if workload.kind == "CronJob":
        name = f"{workload.name}-29051040"
        uid = uid_of(seed, "Job", name)
        return _owner("Job", "batch/v1", name, seed), name, {
            "batch.kubernetes.io/controller-uid": uid, "batch.kubernetes.io/job-name": name,
            "controller-uid": uid, "job-name": name}
    added = {"controller-revision-hash": f"{workload.name}-{hash_of(seed, workload.name)}"}
    if workload.kind == "StatefulSet":
        added.update({"apps.kubernetes.io/pod-index": "%(ordinal)s",
                      "statefulset.kubernetes.io/pod-name": "%(name)s"})
    return _owner(workload.kind, "apps/v1", workload.name, seed), workload.name, added


def _status(workload, container):
    conditions = [{"lastProbeTime": None, "lastTransitionTime": "%(started)s", "status": "True",
                   "type": each} for each in ("Ready", "PodScheduled")]
    return {
        "conditions": conditions,
        "containerStatuses": [{
            "containerID": "containerd://%(id)s%(id)s", "image": container["image"],
            "lastState": {}, "name": "main", "ready": True, "restartCount": 0, "started": True,
            "state": {"running": {"startedAt": "%(started)s"}}}],
        "hostIP": "%(host)s", "hostIPs": [{"ip": "%(host)s"}], "phase": "Running",
        "podIP": "%(ip)s", "podIPs": [{"ip": "%(ip)s"}], "qosClass": "Burstable",
        "startTime": "%(started)s"}


def pod_template(workload, seed):
    """A pod of the workload with placeholders: name, ordinal, uid, version, started, id, ip, host,
    node."""
    owners, prefix, added = owner_of_pods(workload, seed)
    labels = dict(sorted({**workload.labels, **added}.items()))
    spec = pod_spec(workload, True)
    container = spec["containers"][0]
    status = _status(workload, container)
    spec = dict(sorted({**spec, "nodeName": "%(node)s"}.items()))
    meta = {
        "annotations": {"checksum/config": f"{draw('sum', workload.name).getrandbits(256):064x}",
                        "prometheus.io/scrape": "true"},
        "creationTimestamp": "%(started)s", "generateName": f"{prefix}-", "labels": labels,
        "managedFields": [
            managed("kubelet", "v1", {"f:status": {
                "f:podIPs": {'k:{"ip":"%(ip)s"}': {".": {}}}}}, "status")],
        "name": "%(name)s", "namespace": workload.ns.name, "ownerReferences": owners,
        "resourceVersion": "%(version)s", "uid": "%(uid)s"}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": meta, "spec": spec, "status": status}


def pod_values(workload, seed, shape):
    """What each pod of the workload has in place of the placeholders."""
    _, prefix, _ = owner_of_pods(workload, seed)
    rng = draw(seed, "pods", workload.name)
    names = set()
    for ordinal in range(workload.pods):
        number = workload.first_pod + ordinal
        bits = rng.getrandbits(128)
        if workload.kind == "StatefulSet":
            suffix = str(ordinal)
        else:
            # Five letters as the API server appends them, each once a workload.
            while (suffix := _suffix(rng)) in names:
                pass
            names.add(suffix)
        node = shape.node_of(number)
        host = shape.node_address(node)
        digits = f"{bits:032x}"
        yield {"name": f"{prefix}-{suffix}", "ordinal": str(ordinal), "id": digits,
               "uid": f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}",
               "version": str(100000000 + bits % 899999999),
               "started": f"2025-0{bits % 9 + 1}-{bits % 19 + 10}T{bits % 13 + 10}:"
                          f"{bits % 47 + 10}:{bits % 43 + 10}Z",
               "node": shape.node_name(node), "host": host,
               "ip": host if workload.host_network else shape.pod_address(number)}


def _suffix(rng):
    safe = "bcdfghjklmnpqrstvwxz2456789"
    bits = rng.getrandbits(30)
    return "".join(safe[(bits >> shift & 63) % 27] for shift in (0, 6, 12, 18, 24))


def controller(workload, seed):
    """The Deployment, StatefulSet, DaemonSet or CronJob; `seed` as for metadata."""
    export = seed is not None
    template = {"metadata": {"labels": workload.labels}, "spec": pod_spec(workload, export)}
    spec = {"selector": {"matchLabels": workload.identity}, "template": template}
    version = "apps/v1"
    if workload.kind in ("Deployment", "StatefulSet"):
        spec = {"replicas": workload.pods or 2, **spec}
    if workload.kind == "StatefulSet":
        spec["serviceName"] = workload.name
    if workload.kind == "CronJob":
        version = "batch/v1"
        template["spec"]["restartPolicy"] = "OnFailure"
        spec = {"concurrencyPolicy": "Forbid", "schedule": "0 * * * *",
                "jobTemplate": {"spec": {"template": template}}}
    result = {"apiVersion": version, "kind": workload.kind,
              "metadata": metadata(workload.name, workload.ns.name, workload.labels, seed)}
    if export:
        applied = {**result, "metadata": {"annotations": {}, "labels": workload.labels,
                                          "name": workload.name, "namespace": workload.ns.name}}
        key = ("meta.helm.sh/release-name" if workload.ns.habit == "helm"
               else "kubectl.kubernetes.io/last-applied-configuration")
        note = (workload.name if workload.ns.habit == "helm" else
                json.dumps({**applied, "spec": {"replicas": 2}}, separators=(",", ":")))
        result["metadata"] = {"annotations": {key: note}, **result["metadata"],
                              "managedFields": [managed("kubectl-client-side-apply", version,
                                                        {"f:spec": {"f:replicas": {}}})]}
    result["spec"] = spec
    if export:
        result["status"] = {"observedGeneration": 3}
        if workload.kind != "CronJob":
            result["status"].update(readyReplicas=workload.pods, replicas=workload.pods,
                                    updatedReplicas=workload.pods)
    return result


def replica_sets(workload, seed):
    """The ReplicaSet of a Deployment's pods, and those of its last versions, which have none."""
    for old in range(1 + workload.index % 3):
        code = replica_hash(workload, seed, old)
        labels = dict(sorted({**workload.labels, "pod-template-hash": code}.items()))
        meta = metadata(f"{workload.name}-{code}", workload.ns.name, labels, seed)
        meta["ownerReferences"] = _owner("Deployment", "apps/v1", workload.name, seed)
        replicas = 0 if old else workload.pods
        yield {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": meta,
               "spec": {"replicas": replicas,
                        "selector": {"matchLabels": {**workload.identity,
                                                     "pod-template-hash": code}},
                        "template": {"metadata": {"labels": labels},
                                     "spec": pod_spec(workload, True)}},
               "status": {"observedGeneration": 1, "replicas": replicas}}


def service(workload, seed):
    spec = {"ports": [{"name": name, "port": 80 + position, "protocol": "TCP", "targetPort": name}
                      for position, (name, _) in enumerate(workload.ports)],
            "selector": workload.identity, "type": "ClusterIP"}
    result = {"apiVersion": "v1", "kind": "Service",
              "metadata": metadata(workload.name, workload.ns.name, workload.labels, seed),
              "spec": spec}
    if seed is not None:
        index = workload.index + 2000 * (workload.ns.name == "kube-system") + 256
        address = f"10.0.{index >> 8 & 255}.{index & 255}" if index < 65000 else None
        if address:
            spec.update(clusterIP=address, clusterIPs=[address])
        spec.update(internalTrafficPolicy="Cluster", ipFamilies=["IPv4"],
                    ipFamilyPolicy="SingleStack", sessionAffinity="None")
        result["status"] = {"loadBalancer": {}}
    return result


def node(index, shape):
    seed, name = shape.seed, shape.node_name(index)
    pool = shape.pool_of(index)
    labels = {"agentpool": pool, "beta.kubernetes.io/arch": "amd64", "beta.kubernetes.io/os": "linux",
              "kubernetes.azure.com/agentpool": pool,
              "kubernetes.azure.com/mode": "system" if pool == "system" else "user",
              "kubernetes.io/hostname": name, "kubernetes.io/os": "linux",
              "node.kubernetes.io/instance-type": "Standard_D16s_v5",
              "topology.kubernetes.io/region": "westeurope",
              "topology.kubernetes.io/zone": f"westeurope-{index % 3 + 1}"}
    images = [{"names": [f"mcr.microsoft.com/oss/image-{i}@sha256:{'5a' * 32}",
                         f"mcr.microsoft.com/oss/image-{i}:v1.{i}"], "sizeBytes": 10000000 + i}
              for i in range(20)]
    conditions = [{"lastHeartbeatTime": START, "lastTransitionTime": START,
                   "message": f"kubelet says {each}", "reason": f"Kubelet{each}",
                   "status": "True" if each == "Ready" else "False", "type": each}
                  for each in ("MemoryPressure", "DiskPressure", "PIDPressure", "Ready")]
    return {"apiVersion": "v1", "kind": "Node", "metadata": metadata(name, None, labels, seed),
            "spec": {"podCIDR": f"10.{128 + (index >> 8)}.{index & 255}.0/24",
                     "providerID": f"azure:///subscriptions/0/vmss/{pool}/{index}"},
            "status": {"addresses": [{"address": shape.node_address(index), "type": "InternalIP"},
                                     {"address": name, "type": "Hostname"}],
                       "allocatable": {"cpu": "15740m", "memory": "60000000Ki", "pods": "250"},
                       "conditions": conditions, "images": images,
                       "nodeInfo": {"architecture": "amd64", "kubeletVersion": "v1.32.4"}}}
