#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: worked.py EVERY DIRECTORY FIXTURES RUNTIME... >tests/data/worked.json

Worked sets: the capability sets that an engine wrote, the sets after a rule,
and what process 1 of the container then really holds. For each config.json in
FIXTURES, as uid 1000 and as uid 0, with noNewPrivileges and without, for each
of RULES. EVERY is 1 for the whole table, 5 for every fifth group of fixtures
that are alike. DIRECTORY is empty and not mounted noexec. Exit status 77: the table
cannot be made on this machine; the reason is printed.

The results are also compared with the formulas of the design and the manual
page, because a table of recorded results alone would prove nothing.

Kept from a fixture: capabilities, annotations, the types of namespaces. Its
capabilities are limited to HELD, and so is the bounding set of this process, so
that the table is the same on every machine.
"""
import concurrent.futures
import ctypes
import glob
import itertools
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
from configs import (NAMES, PRINT_STATUS, executed,  # noqa: E402
                     status_inside)

# In some sandboxes root does not have this one.
HELD = [name for name in NAMES if name != "CAP_SYS_RESOURCE"]
LISTS = {"eff": "effective", "bnd": "bounding", "inh": "inheritable",
         "prm": "permitted", "amb": "ambient"}
ENGINES = {"crio": "cri-o", "crio-kubelet": "cri-o",
           "containerd-cri": "containerd"}
RULES = {
    "ambient": {"ambient": ["NET_BIND_SERVICE", "NET_RAW"]},
    "ambient, drop others": {"ambient": ["NET_BIND_SERVICE", "NET_RAW"],
                             "drop": "others"},
    "drop": {"drop": ["SETUID", "SETGID", "DAC_OVERRIDE"]},
    "inheritable": {"inheritable": ["KILL"]},
    "on_request": {"ambient": ["NET_BIND_SERVICE", "NET_RAW"],
                   "on_request": True},
    "no_new_privileges": {"no_new_privileges": True},
}
REQUEST = {"capruntime.io/ambient": "net_bind_service, CAP_KILL"}
REQUESTED = ["NET_BIND_SERVICE", "KILL"]
PR_CAPBSET_READ, PR_CAPBSET_DROP = 23, 24  # linux/prctl.h


def bits(names):
    return sum(1 << NAMES.index(name) for name in set(names) if name in NAMES)


def bits_of(names):
    return bits("CAP_" + name for name in names)


def as_sets(process):
    lists = process.get("capabilities") or {}
    return {**{key: bits(lists.get(name) or []) for key, name in LISTS.items()},
            "nnp": int(process.get("noNewPrivileges", False))}


def shown(sets):
    return " ".join(f"{key}={value:{'d' if key == 'uid' else 'x'}}"
                    for key, value in sets.items())


def reduced(path):
    """The members of a fixture that matter here."""
    with open(path, encoding="utf-8") as file:
        config = json.load(file)
    lists = config["process"]["capabilities"]
    user = config["process"]["user"]
    kept = {key: config["linux"][key] for key in ("uidMappings", "gidMappings")
            if key in config["linux"]}
    return {
        "ociVersion": "1.0.2",
        "process": {
            "args": PRINT_STATUS,
            "cwd": "/",
            "user": user,
            "capabilities": {key: [name for name in names if name in HELD]
                             for key, names in lists.items()},
        },
        "root": {"path": "rootfs", "readonly": True},
        "mounts": [
            {"destination": "/proc", "type": "proc", "source": "proc"},
            {"destination": "/dev", "type": "tmpfs", "source": "tmpfs",
             "options": ["nosuid", "mode=755"]}],
        "annotations": {key: value for key, value in
                        config.get("annotations", {}).items()
                        if not key.startswith("capruntime.io/")},
        "linux": {"namespaces": [{"type": entry["type"]} for entry in
                                 config["linux"]["namespaces"]], **kept},
    }


def is_sandbox(config):
    kinds = ("io.kubernetes.cri-o.ContainerType",
             "io.kubernetes.cri.container-type")
    return any(config["annotations"].get(key) == "sandbox" for key in kinds)


def groups(fixtures):
    """Groups the fixtures of one engine that are equal in these members."""
    found = {}
    for path in sorted(glob.glob(fixtures + "/*/*.config.json")):
        config = reduced(path)
        engine, name = path.split("/")[-2:]
        key = (engine, shown(as_sets(config["process"])), is_sandbox(config),
               "uidMappings" in config["linux"])
        name = name.removesuffix(".config.json")
        found.setdefault(key, []).append((name, config))
    return [(key[0], members) for key, members in found.items()]


def variant(config, uid, nnp, rule):
    config = json.loads(json.dumps(config))
    config["process"]["user"]["uid"] = uid
    config["process"]["noNewPrivileges"] = nnp
    if "on_request" in RULES[rule]:
        config["annotations"].update(REQUEST)
    return config


def policy(engine, uid, rule):
    return {"version": 1, "audit": "none", "engine": ENGINES.get(engine, "none"),
            "rules": [{"name": f"privileged-{str(privileged).lower()}",
                       "match": {"uid": uid, "privileged": privileged},
                       **RULES[rule]} for privileged in (False, True)]}


def call(bundle, runtime, case):
    """Runs it; returns the new config.json and the sets of process 1."""
    engine, config, uid, rule = case
    for path, value in (("policy.json", policy(engine, uid, rule)),
                        ("config.json", config)):
        with open(f"{bundle}/{path}", "w", encoding="utf-8") as file:
            json.dump(value, file)
    if os.path.exists(bundle + "/.capruntime.json"):
        os.unlink(bundle + "/.capruntime.json")
    words = [os.environ["CAPRUNTIME_BUILT"], "--root", bundle + "/state", "run",
             "--bundle", bundle,
             f"worked-{os.getpid()}-{os.path.basename(bundle)}"]
    result = subprocess.run(
        words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
        check=False, env={"CAPRUNTIME_POLICY": bundle + "/policy.json",
                          "CAPRUNTIME_RUNTIME": runtime, "PATH": "/bin"})
    assert result.returncode == 0 and not result.stderr, (result, case)
    with open(bundle + "/config.json", encoding="utf-8") as file:
        return json.load(file), result.stdout


def found_inside(text):
    lines = status_inside(text)
    return {"uid": lines["Uid"],
            **{key: lines["Cap" + key.title()] for key in
               ("inh", "prm", "eff", "bnd", "amb")},
            "nnp": lines["NoNewPrivs"]}


def decided(sets, rule):
    """capruntime-policy(5), 'The five sets'."""
    rule, sets = RULES[rule], dict(sets)
    wanted = bits_of(rule.get("ambient", []))
    further = bits_of(rule.get("inheritable", []))
    drop = rule.get("drop", [])
    drop = ~(wanted | further) if drop == "others" else bits_of(drop)
    if "on_request" in rule:
        wanted &= bits_of(REQUESTED)
    if rule.get("no_new_privileges"):
        return {**sets, "nnp": 1}
    bounding = sets["bnd"] & ~drop
    raised = wanted & bounding & bits(HELD)
    ambient = sets["amb"] & sets["inh"] & sets["prm"] & sets["bnd"]
    ambient = ambient & ~drop | raised
    permitted = sets["prm"] & ~drop | ambient
    return {"eff": sets["eff"] & ~drop & permitted | ambient, "bnd": bounding,
            "inh": ambient | further & bounding & bits(HELD),
            "prm": permitted, "amb": ambient, "nnp": sets["nnp"]}


def check(holds, *what):
    if not holds:
        sys.exit(" ".join(map(str, what)))


def hold_just(names):
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    for name in names:
        if prctl(PR_CAPBSET_READ, NAMES.index(name), 0, 0, 0) != 1:
            print("this machine's root lacks", name)
            sys.exit(77)
    for number in range(64):
        if number >= len(NAMES) or NAMES[number] not in names:
            prctl(PR_CAPBSET_DROP, number, 0, 0, 0)


def work_out(bundle, runtimes, engine, config, uid, nnp, rule):
    """Returns one row of the table."""
    before = variant(config, uid, nnp, rule)
    sets, found, written = as_sets(before["process"]), {}, None
    for runtime in runtimes:
        after, text = call(bundle, runtime, (engine, before, uid, rule))
        check(written in (None, after), "runtimes differ", before, after)
        written = after
        inside = found_inside(text)
        check(not any(inside[key] & ~sets["bnd"] for key in LISTS), runtime,
              "gave more than the bounding set:", shown(inside))
        found.setdefault(shown(inside), []).append(os.path.basename(runtime))
    want = sets if is_sandbox(config) else decided(sets, rule)
    check(as_sets(written["process"]) == want, "decided", rule, shown(sets),
          "to", shown(as_sets(written["process"])), "not", shown(want))
    for inside, names in found.items():
        check(inside == shown(executed(want, uid)), names, "has", inside,
              "not", shown(executed(want, uid)))
    return {"uid": uid, "no_new_privileges": nnp, "rule": rule,
            "after": "untouched" if written == before
                     else shown(as_sets(written["process"])),
            "process": {" and ".join(names): inside
                        for inside, names in found.items()}}


def check_alike(bundle, row, engine, members):
    """Checks the other fixtures of a group without running a container."""
    for name, config in members[1:]:
        before = variant(config, row["uid"], row["no_new_privileges"],
                         row["rule"])
        after, _ = call(bundle, "/bin/echo", (engine, before, row["uid"],
                                              row["rule"]))
        after = "untouched" if after == before \
            else shown(as_sets(after["process"]))
        check(after == row["after"], name, after, "but", members[0][0], row)


def work_out_group(bundle, runtimes, engine, members):
    rows = []
    for uid, nnp, rule in itertools.product((1000, 0), (False, True), RULES):
        rows.append(work_out(bundle, runtimes, engine, members[0][1], uid, nnp,
                             rule))
        check_alike(bundle, rows[-1], engine, members)
    sets = as_sets(members[0][1]["process"])
    del sets["nnp"]
    return {"engine": engine, "configs": [name for name, _ in members],
            "sandbox": is_sandbox(members[0][1]),
            "user_namespace": "uidMappings" in members[0][1]["linux"],
            "before": shown(sets), "rows": rows}


def make_bundle(directory, number):
    bundle = f"{directory}/bundle-{number}"
    for path in ("bin", "proc", "dev"):
        os.makedirs(f"{bundle}/rootfs/{path}")
    subprocess.run(["cp", "/bin/busybox", bundle + "/rootfs/bin/grep"],
                   check=True)
    return bundle


def print_table(table):
    print("{")
    print('"rules": {')
    print(",\n".join(f" {json.dumps(name)}: {json.dumps(rule)}"
                     for name, rule in RULES.items()))
    print(f'}},\n"request": {json.dumps(REQUEST)},\n"table": [')
    for i, group in enumerate(table):
        rows = group.pop("rows")
        print(json.dumps(group)[:-1] + ', "rows": [')
        print(",\n".join(" " + json.dumps(row) for row in rows))
        print("]}" + ("," if i < len(table) - 1 else ""))
    print("]\n}")


def main():
    every, directory, fixtures, *runtimes = sys.argv[1:]
    workers = min(os.cpu_count() or 1, 8)
    bundles = [make_bundle(directory, i) for i in range(workers)]
    hold_just(HELD)

    def work(group):
        bundle = bundles.pop()
        try:
            return work_out_group(bundle, runtimes, *group)
        finally:
            bundles.append(bundle)

    with concurrent.futures.ThreadPoolExecutor(len(bundles)) as pool:
        print_table(list(pool.map(work, groups(fixtures)[::int(every)])))


main()
