#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: vectors.py outcomes BUNDLE CONFIG...
       vectors.py containers BUNDLE CONFIG...

Runs every CONFIG (a config.json, or capabilities.json, a collection of them)
through capruntime in BUNDLE, under a policy that raises NET_BIND_SERVICE for
every container, with $CAPRUNTIME_RUNTIME as the real runtime.

outcomes: the runtime is a stand-in that leaves a file named started in its
bundle. The texts are those that the engines wrote.
containers: the runtime is a real one. Parts that only work on the engine's
machine are removed from the texts first; then the sets of process 1 are
compared with config.json.
"""
import glob
import json
import os
import re
import subprocess
import sys

sys.dont_write_bytecode = True
from configs import (LISTS, NAMES, for_this_machine,  # noqa: E402
                     own_bounding, status_inside)

DECODER = json.JSONDecoder()
RAISED = {"CAP_NET_BIND_SERVICE"}
# Refused although all runtimes read them alike.
REFUSED_ALL_THE_SAME = ('DUP "AMBIENT":[KILL] then "ambient":[NBS]',
                        "SYN uid null")
BUNDLE = sys.argv[2]
CONFIG = BUNDLE + "/config.json"
RECORD = BUNDLE + "/.capruntime.json"
STARTED = BUNDLE + "/started"


class Broken(Exception):
    """A violated property."""


def check(holds, *what):
    if not holds:
        raise Broken(*what)


def skip_blanks(text, at):
    return re.compile(r"[ \t\r\n]*").match(text, at).end()


def members(text, at):
    """Yields key, start and end of each value in the object."""
    at = skip_blanks(text, at + 1)
    while text[at] != "}":
        key, at = DECODER.raw_decode(text, at)
        start = skip_blanks(text, skip_blanks(text, at) + 1)
        _, end = DECODER.raw_decode(text, start)
        yield key, start, end
        at = skip_blanks(text, end)
        at = skip_blanks(text, at + 1) if text[at] == "," else at


def span(text, *path):
    """The value's span; None if there is no such object."""
    start, end = skip_blanks(text, 0), len(text)
    for wanted in path:
        found = [m[1:] for m in members(text, start) if m[0] == wanted]
        if not found or text[found[0][0]] != "{":
            return None
        start, end = found[0]
    return start, end


def as_sets(capabilities):
    """The valid capability names, as sets."""
    return {key: {name for name in capabilities.get(key) or []
                  if name in NAMES} for key in LISTS}


def bits(names):
    return sum(1 << NAMES.index(name) for name in names)


def check_sets(before, after):
    """The sets as the design specifies them, where RAISED is in bounding."""
    old, new = as_sets(before), as_sets(after)
    kept = old["ambient"] & old["inheritable"] & old["permitted"]
    want = (kept & old["bounding"]) | (RAISED & old["bounding"])
    check(new["bounding"] == old["bounding"], "bounding has changed")
    check(new["ambient"] <= new["permitted"] & new["inheritable"] &
          new["bounding"], "ambient cannot be raised", new)
    check(new["ambient"] == want, "ambient", new["ambient"], "not", want)
    check(new["inheritable"] == want, "inheritable", new["inheritable"])
    permitted = (old["permitted"] & old["bounding"]) | want
    effective = (old["effective"] & permitted) | want
    check(new["permitted"] == permitted, "permitted", new, "not", permitted)
    check(new["effective"] == effective, "effective", new, "not", effective)
    for key in set(before) | set(after):
        check(key in LISTS, "unknown key", key)


def check_patch(before, after):
    """Compares the texts as bytes; only the capabilities may differ."""
    old, new = before.decode("latin-1"), after.decode("latin-1")
    at, now = (span(text, "process", "capabilities") for text in (old, new))
    if not at or not now:
        check(old == new, "changed without a capabilities object")
        return
    check(old[:at[0]] == new[:now[0]], "bytes before capabilities differ")
    check(old[at[1]:] == new[now[1]:], "bytes after capabilities differ")
    check_sets(json.loads(old[slice(*at)]), json.loads(new[slice(*now)]))


def call(verb, runtime=None):
    words = [runtime or os.environ["CAPRUNTIME_BUILT"], "--root",
             BUNDLE + "/state", verb, "--bundle", BUNDLE,
             f"vectors-{os.getpid()}"]
    return subprocess.run(words, stdin=subprocess.DEVNULL, check=False,
                          capture_output=True, text=True, errors="replace")


def is_refusal(result):
    return result.returncode == 1 and result.stderr.startswith("capruntime: ")


def check_refusal(result, before):
    check(result.stderr.count("\n") == 1 and not result.stdout,
          "not exactly one line", result.stdout, result.stderr)
    check(read(CONFIG) == before, "refused, but changed")
    check(not os.path.exists(RECORD), "refused, but a record is left")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def put(text):
    for path in (RECORD, STARTED):
        if os.path.lexists(path):
            os.unlink(path)
    with open(CONFIG, "wb") as file:
        file.write(text)


def outcome(text):
    """Returns refused, changed or unchanged."""
    put(text)
    result = call("create")
    if is_refusal(result):
        check_refusal(result, text)
        check(not os.path.exists(STARTED), "refused, but started")
        return "refused"
    check(result.returncode == 0 and os.path.exists(STARTED), result)
    check(not result.stdout + result.stderr, "unexpected output", result)
    check(set(glob.glob(BUNDLE + "/.c*")) <= {RECORD}, "a file is left")
    after = read(CONFIG)
    check(os.path.exists(RECORD) == (after != text), "record differs")
    check_patch(text, after)
    return "unchanged" if after == text else "changed"


def check_inside(printed, config):
    """capabilities(7): the sets after the execve of a plain program."""
    process = config["process"]
    sets = as_sets(process.get("capabilities") or {})
    uid = (process.get("user") or {}).get("uid", 0)
    raised = sets["ambient"] & sets["permitted"] & sets["inheritable"]
    bounding = sets["bounding"] & own_bounding()
    left = sets["inheritable"] | bounding if uid == 0 else raised
    want = {"CapInh": sets["inheritable"], "CapPrm": left, "CapEff": left,
            "CapBnd": bounding, "CapAmb": raised}
    got = status_inside(printed)
    check(got["Uid"] == uid, "uid", got)
    check(got["NoNewPrivs"] == bool(process.get("noNewPrivileges")), got)
    for key, names in want.items():
        check(got[key] == bits(names), key, names, "but", got)


def container(text):
    """Returns refused, failed (also without capruntime), or ran."""
    put(text)
    result = call("run")
    if is_refusal(result):
        check_refusal(result, text)
        return "refused"
    after = read(CONFIG)
    check_patch(text, after)
    if result.returncode == 0:
        check_inside(result.stdout, json.loads(after))
        return "ran"
    put(text)
    alone = call("run", os.environ["CAPRUNTIME_RUNTIME"])
    check(alone.returncode == result.returncode,
          "differs from a run without capruntime", result)
    return "failed"


def too_deep(sound):
    return sound[:-1] + ', "x": ' + "[" * 10000 + "]" * 10000 + "}"


def cases(path):
    """Yields the name, the text, and each runtime's known result."""
    content = read(path)
    if os.path.basename(path) != "capabilities.json":
        yield "/".join(path.split("/")[-2:]), content, {"runs"}
        return
    collection = json.loads(content)
    sound = collection["all5={NBS}"]["config"]
    for name, case in collection.items():
        text = case["config"] or too_deep(sound)
        yield (name, text.encode("utf-8", "surrogateescape"),
               {result[0] for result in case["result"].values()})


def check_result(result, name, known):
    """A text that runtimes read differently must be refused, others not."""
    runtime = os.path.basename(os.environ["CAPRUNTIME_RUNTIME"])
    if len(known) > 1:
        check(result != "changed", "changed what runtimes read differently")
        check(result != "unchanged" or "crun" not in runtime,
              "passed on what crun reads differently")
    elif not min(known).startswith("FAIL") and name not in REFUSED_ALL_THE_SAME:
        check(result != "refused", "refused what all runtimes read alike")


def main():
    action, failed, counts = sys.argv[1], 0, {}
    for path in sys.argv[3:]:
        for name, text, known in cases(path):
            if action == "containers" and path.endswith(".config.json"):
                text = json.dumps(for_this_machine(text),
                                  indent=1).encode()
            try:
                if action == "containers":
                    result = container(text)
                    check(result == "ran" or known != {"runs"}, result)
                else:
                    result = outcome(text)
                    check_result(result, name, known)
                counts[result] = counts.get(result, 0) + 1
                print(f"{result:9} {name}")
            except (Broken, ValueError, KeyError) as error:
                failed += 1
                print("BROKEN   ", name, repr(error))
    print(*(f"{counts[key]} {key}," for key in sorted(counts)),
          f"{failed} broken")
    return failed != 0


sys.exit(main())
