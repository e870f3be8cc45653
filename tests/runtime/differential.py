#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: differential.py FIRST-LAST SEED DIRECTORY FIXTURES RUNTIME...

For each number from FIRST to LAST it makes a variant of an engine's config.json
and a policy, always the same ones with the same SEED, and asks 'capctl explain'
and capruntime with each RUNTIME about them. Either both refuse and config.json
stays as it was, or process 1 of the container has the uid, NoNewPrivs and sets
that explain has predicted. Where a RUNTIME does not start it, it does not start
the engine's config.json without capruntime, either, or explain has warned.

Prints the tables of docs/robustness.md and each disagreement; for one number
also the two files. Exit status 1 if programs disagree. DIRECTORY is empty and
not mounted noexec.
"""
import collections
import datetime
import glob
import json
import os
import random
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from configs import (NAMES, executed, for_this_machine,  # noqa: E402
                     own_bounding, status_inside)
from variants import make_config, make_policy  # noqa: E402

ENGINES = {"crio": "cri-o", "crio-kubelet": "cri-o",
           "containerd-cri": "containerd"}
SHORT = {"eff": "effective", "bnd": "bounding", "inh": "inheritable",
         "prm": "permitted", "amb": "ambient"}


class Disagreement(Exception):
    """Two programs differ."""


def check(holds, *what):
    if not holds:
        raise Disagreement(" ".join(map(str, what)))


def write(path, text):
    with open(path, "wb") as file:
        file.write(text)


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Bundle:
    """One bundle, for one call after the other."""

    def __init__(self, directory):
        self.path = directory + "/bundle"
        self.config = self.path + "/config.json"
        self.record = self.path + "/.capruntime.json"
        for name in ("bin", "proc", "dev"):
            os.makedirs(f"{self.path}/rootfs/{name}")
        subprocess.run(["cp", "/bin/busybox", self.path + "/rootfs/bin/grep"],
                       check=True)
        self.environment = {"CAPRUNTIME_POLICY": self.path + "/policy.json",
                            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
        self.id = f"differential-{os.getpid()}"

    def put(self, text):
        if os.path.lexists(self.record):
            os.unlink(self.record)
        write(self.config, text)

    def call(self, *words):
        return subprocess.run(words, stdin=subprocess.DEVNULL, check=False,
                              capture_output=True, text=True, errors="replace",
                              timeout=120, env=self.environment)

    def run(self, program):
        return self.call(program, "--root", self.path + "/state", "run",
                         "--bundle", self.path, self.id)

    def explain(self):
        """The prediction, or None: an invalid policy or the like."""
        result = self.call(os.environ["builddir"] + "/capctl", "explain",
                           "--json", "--id", self.id, self.path)
        check(result.returncode in (0, 1, 2), "capctl explain:", result)
        return json.loads(result.stdout) if result.stdout else None


def is_refusal(result):
    return result.returncode == 1 and result.stderr.startswith("capruntime: ")


def bits(sets):
    return {short: int(sets[name]["mask"], 16) for short, name in SHORT.items()}


def unchanged(said):
    """Of a config.json that stays as it is."""
    before, subject = bits(said["before"]), said["subject"]
    if not subject["userns"]:
        before["bnd"] &= sum(1 << NAMES.index(name) for name in own_bounding())
    before["nnp"] = subject["no_new_privileges"]
    return executed(before, subject["uid"])


def predicted(said, text):
    """As found_inside() has it; None if explain does not say."""
    program, subject = said["program"], said["subject"]
    if said["mode"] == "audit" or said["outcome"] == "sandbox":
        return subject and unchanged(said)
    if "no process.capabilities" in (program["unknown"] or ""):
        return None
    check(not program["unknown"], "not predicted:", program["unknown"])
    # Explain prints IDs of its own user namespace.
    offset = json.loads(text)["linux"]["uidMappings"][0]["hostID"] \
        if subject["userns"] else 0
    return {"uid": program["euid"] - offset,
            "nnp": said["no_new_privileges"], **bits(program["sets"])}


def found_inside(printed):
    found = status_inside(printed)
    return {"uid": found["Uid"], "nnp": found["NoNewPrivs"],
            **{short: found["Cap" + short.title()] for short in SHORT}}


def try_one(bundle, runtime, text):
    """Returns a key of counts, and the reason of a refusal."""
    bundle.environment["CAPRUNTIME_RUNTIME"] = runtime
    bundle.put(text)
    said = bundle.explain()
    result = bundle.run(os.environ["CAPRUNTIME_BUILT"])
    audits = said and said["mode"] == "audit"
    refused = not audits and (not said or said["outcome"] == "refused")
    check(refused == is_refusal(result), "explain says",
          said and (said["outcome"], said["reason"]), "but", result)
    if refused:
        check(read(bundle.config) == text, "refused, but changed")
        check(not os.path.exists(bundle.record), "refused, but a record")
        return "refused", result.stderr
    check(not audits or read(bundle.config) == text, "changed in mode audit")
    warned = any(one["code"] == "runtime_refuses" for one in said["warnings"])
    if result.returncode == 0:
        check(not warned, "started, although explain warns:", said["warnings"])
        want, found = predicted(said, text), found_inside(result.stdout)
        check(want in (None, found), "predicted", want, "but", found)
        return "started" if want else "unsaid", None
    bundle.put(text)
    check(warned or bundle.run(runtime).returncode, "not started:", result)
    return "not started", result.stderr


def short(reason):
    """The reason without what differs between files."""
    for pattern, by in (
            (r"^capruntime: (load policy: )?|rule '[^']*': |\n", ""),
            (r" \(/.*\)|, in /.*", ""),
            (r"CAP_[A-Z_]+(, CAP_[A-Z_]+)*", "CAP_..."),
            (r"(?<!\w)'[^']*'(:[0-9]+)*", "'...'"),
            (r"not valid JSON: .*", "not valid JSON: ..."),
            (r"(must be|expected) .*, not .*", r"\1 ..., not ...")):
        reason = re.sub(pattern, by, reason)
    return reason


def make(number, seed, fixtures, held):
    """Returns config.json and the policy, as texts, and how they were made."""
    rng = random.Random(f"{seed} {number}")
    path = rng.choice(fixtures)
    engine = path.split("/")[-2]
    text, changes = make_config(rng, for_this_machine(read(path)), held)
    policy = make_policy(rng, ENGINES.get(engine, "none"))
    return text, json.dumps(policy), "/".join(path.split("/")[-2:]), changes


def print_tables(seed, runtimes, counts, reasons):
    versions = [subprocess.run([one, "--version"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split("\n")[0]
                for one in runtimes]
    print(f"Measured on {datetime.date.today()}: Linux {os.uname().release}, "
          f"{', '.join(versions)}, SEED={seed}.\n")
    print("| runtime | variants | refused | started, as predicted | started, "
          "not predicted | not started by the runtime | disagreements |\n"
          "|---|--:|--:|--:|--:|--:|--:|")
    for name, found in counts.items():
        print(f"| {name} | {sum(found.values())} |", " | ".join(
            str(found[key]) for key in ("refused", "started", "unsaid",
                                        "not started", "disagreement")), "|")
    print("\n| reason of the refusal |", " | ".join(counts), "|\n|---|" +
          "--:|" * len(counts))
    for reason, found in sorted(reasons.items(), key=lambda one: (
            -sum(one[1].values()), one[0])):
        print(f"| {reason} |", " | ".join(str(found[name]) for name in counts),
              "|")


def main():
    numbers, seed, directory, fixtures, *runtimes = sys.argv[1:]
    first, last = map(int, numbers.split("-"))
    fixtures = sorted(glob.glob(fixtures + "/*/*.config.json"))
    bundle, held = Bundle(directory), own_bounding()
    counts = {os.path.basename(one): collections.Counter() for one in runtimes}
    reasons, broken = collections.defaultdict(collections.Counter), []
    for number in range(first, last + 1):
        text, policy, name, changes = make(number, seed, fixtures, held)
        write(bundle.path + "/policy.json", policy.encode())
        for runtime in runtimes:
            runtime_name = os.path.basename(runtime)
            try:
                result, reason = try_one(bundle, runtime, text)
            except Disagreement as error:
                result, reason = "disagreement", None
                broken.append(f"\nDISAGREEMENT {number} under {runtime_name}: "
                              f"{name}, {', '.join(changes)}\n{error}")
            counts[runtime_name][result] += 1
            if result == "refused":
                reasons[short(reason)][runtime_name] += 1
    if first == last:
        print(text.decode(errors="backslashreplace"), policy, sep="\n")
    print_tables(seed, runtimes, counts, reasons)
    print("\n".join(broken))
    return 1 if broken else 0


sys.exit(main())
