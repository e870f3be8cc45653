#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: cri.py SOCKET LOGS run HANDLER POD           prints the sandbox's ID
       cri.py SOCKET LOGS create SANDBOX POD WORD...   prints the container's ID
       cri.py SOCKET LOGS start CONTAINER
       cri.py SOCKET LOGS exec CONTAINER WORD...       prints its output
       cri.py SOCKET LOGS remove SANDBOX
The calls of a kubelet whose cgroups systemd manages (CRI, runtime.v1). A pod has
the namespace web, the node's network, and one container, main: uid 1000, drop
ALL, add NET_BIND_SERVICE. Debian has no client for the interface."""
import sys

import grpc

IMAGE = "localhost/test:latest"
NODE = 2  # NamespaceMode
CONTAINER = 1


def varint(number):
    out = b""
    while number > 127:
        out += bytes([number & 127 | 128])
        number >>= 7
    return out + bytes([number])


# A message is a list of (field's number, value); the numbers are those of
# Kubernetes' api.proto.
def message(fields):
    out = b""
    for number, value in fields:
        if isinstance(value, int):
            out += varint(number << 3) + varint(value)
            continue
        value = message(value) if isinstance(value, list) else value.encode()
        out += varint(number << 3 | 2) + varint(len(value)) + value
    return out


def read_varint(data):
    number = shift = 0
    while True:
        byte = next(data)
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number


# Answers used here have numbers and texts alone.
def fields_of(answer):
    data = iter(answer)
    fields = {}
    for key in data:
        value = read_varint(data)
        if key & 7 == 2:
            value = bytes(next(data) for _ in range(value)).decode()
        fields[key >> 3] = value
    return fields


def call(name, fields):
    return fields_of(channel.unary_unary("/runtime.v1.RuntimeService/" + name)(
        message(fields), timeout=600))


def pod_config(pod):
    namespaces = (1, [(1, NODE), (2, CONTAINER)])
    return [(1, [(1, pod), (2, pod + "-uid"), (3, "web")]), (3, logs),
            (8, [(1, "captest-pod.slice"), (2, [namespaces])])]


def container_config(words):
    capabilities = (1, [(1, "NET_BIND_SERVICE"), (2, "ALL")])
    security = [capabilities, (3, [(1, NODE), (2, CONTAINER)]),
                (5, [(1, 1000)]), (11, 1)]
    return [(1, [(1, "main")]), (2, [(1, IMAGE)]), *[(3, w) for w in words],
            (11, "main.log"), (15, [(1, [(3, 2)]), (2, security)])]


def run(handler, pod):
    print(call("RunPodSandbox", [(1, pod_config(pod)), (2, handler)])[1])


def create(sandbox, pod, *words):
    print(call("CreateContainer", [(1, sandbox), (2, container_config(words)),
                                   (3, pod_config(pod))])[1])


def start(container):
    call("StartContainer", [(1, container)])


def execute(container, *words):
    answer = call("ExecSync", [(1, container), *[(2, w) for w in words],
                               (3, 300)])
    print(answer.get(1, ""), answer.get(2, ""), sep="", end="")
    sys.exit(answer.get(3, 0))


def remove(sandbox):
    call("StopPodSandbox", [(1, sandbox)])
    call("RemovePodSandbox", [(1, sandbox)])


socket, logs, verb, *arguments = sys.argv[1:]
channel = grpc.insecure_channel("unix:" + socket, [
    ("grpc.default_authority", "localhost")])
try:
    {"run": run, "create": create, "start": start, "exec": execute,
     "remove": remove}[verb](*arguments)
except grpc.RpcError as error:
    sys.exit("cri.py: " + error.details())
