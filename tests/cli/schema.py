#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: schema.py schema SCHEMA CORPUS [EXCEPTIONS]
       schema.py files SCHEMA FILE...
       schema.py program CORPUS BUNDLE POLICY [drop-ins]
       schema.py check CORPUS BUNDLE POLICY [MAIN]
       schema.py keys SCHEMA
       schema.py capabilities

A corpus has one policy per line: the name; the verdict, good or bad; the
policy, or its text if it is not JSON or its spelling matters (\\udcXX is byte
XX); for a bad one a part of capruntime's message. "part": "drop-in" is a file
of policy.d. "rules": N adds rules up to N, "size": N adds blanks up to N bytes.

schema: the schema accepts and refuses the policies as listed. EXCEPTIONS has
the names of the bad policies that a schema cannot detect, each followed by a
tab and the reason.
files: the schema accepts every FILE.
program: $CAPRUNTIME_BUILT accepts and refuses the policies as listed, each
written to POLICY; with drop-ins those of policy.d, else the others. The real
runtime must be a program that prints its arguments.
check: `capctl check` finds errors in a policy exactly if $CAPRUNTIME_BUILT
refuses it, and its first error is that message; with MAIN, a policy.json,
those of policy.d. $CAPCTL is the program.
keys: prints the object's name and the key, for every key of a policy.
capabilities: prints every name in the bounding set of capsh.
"""
import json
import os
import re
import subprocess
import sys


class Unreadable(Exception):
    """Not JSON, so a schema cannot be applied."""


def corpus(path):
    with open(path, encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def text_of(entry):
    policy = entry.get("policy")
    for i in range(len(policy["rules"]) if "rules" in entry else 0,
                   entry.get("rules", 0)):
        policy["rules"].append({"name": f"rule-{i}", "match": {}})
    text = entry["text"] if "text" in entry else json.dumps(policy)
    return text.encode("utf-8", "surrogateescape").ljust(entry.get("size", 0))


def no_constant(name):
    raise Unreadable(name)


def read_json(text):
    try:
        return json.loads(text.decode("utf-8"), parse_constant=no_constant)
    except ValueError as error:
        raise Unreadable(error) from error


def ecma_pattern(validator, pattern, instance, schema):
    """In JSON Schema '$' matches only the end; Python allows a newline."""
    del schema
    pattern = re.sub(r"\$(?=$|[)|])", r"\\Z", pattern)
    if validator.is_type(instance, "string") and \
            not re.search(pattern, instance):
        yield jsonschema.ValidationError(f"{instance!r} is no {pattern!r}")


def validators(path):
    """The validators for policy.json and for a file of policy.d."""
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    base = jsonschema.Draft202012Validator
    base.check_schema(schema)
    kind = jsonschema.validators.extend(base, {"pattern": ecma_pattern})
    drop_in = {"$ref": "#/$defs/drop-in", "$defs": schema["$defs"]}
    return {"main": kind(schema), "drop-in": kind(drop_in)}


def schema_verdict(kinds, entry):
    try:
        value = read_json(text_of(entry))
    except Unreadable:
        return "bad"
    kind = kinds[entry.get("part", "main")]
    return "good" if kind.is_valid(value) else "bad"


def read_exceptions(path):
    with open(path, encoding="utf-8") as lines:
        pairs = [line.rstrip("\n").split("\t") for line in lines]
    assert all(len(pair) == 2 and pair[1] for pair in pairs), pairs
    return {name for name, reason in pairs}


def check_schema(schema, path, exceptions=None):
    kinds, wrong = validators(schema), 0
    beyond = read_exceptions(exceptions) if exceptions else set()
    entries = corpus(path)
    for entry in entries:
        name, wanted = entry["name"], entry["verdict"]
        if name in beyond:
            assert wanted == "bad", name
            beyond.remove(name)
            wanted = "good"
        found = schema_verdict(kinds, entry)
        if found != wanted:
            wrong += 1
            print(f"{name}: {found} by the schema")
    for name in beyond:
        wrong += 1
        print(f"{name}: exception not found in the corpus")
    print(f"{len(entries)} policies, {wrong} wrong")
    return wrong


def check_files(schema, *paths):
    wrong, kind = 0, validators(schema)["main"]
    for path in paths:
        with open(path, "rb") as file:
            for error in kind.iter_errors(read_json(file.read())):
                wrong += 1
                print(f"{path}: {error.message}")
    return wrong


def complaint(entry, bundle, policy):
    """Describes the difference from the listed verdict, or None."""
    with open(policy, "wb") as file:
        file.write(text_of(entry))
    words = [os.environ["CAPRUNTIME_BUILT"], "create", "-b", bundle, "a"]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode == 0 and result.stdout.startswith("create -b"):
        return None if entry["verdict"] == "good" else "good"
    if result.returncode != 1 or result.stdout or not \
            result.stderr.startswith(f"capruntime: load policy: '{policy}'"):
        return f"strange: {result}"
    if entry["verdict"] == "good" or entry["says"] not in result.stderr:
        return result.stderr.rstrip()
    return None


def check_program(path, bundle, policy, part="main"):
    entries = [entry for entry in corpus(path)
               if ("part" in entry) == (part == "drop-ins")]
    wrong = 0
    for entry in entries:
        found = complaint(entry, bundle, policy)
        if found:
            wrong += 1
            print(f"{entry['name']}: {found}")
    print(f"{len(entries)} policies, {wrong} wrong")
    return wrong


def runtimes_error(bundle, policy):
    """Returns capruntime's message about the policy, or None."""
    words = [os.environ["CAPRUNTIME_BUILT"], "create", "-b", bundle, "a"]
    result = subprocess.run(words, capture_output=True, text=True, check=False)
    if result.returncode == 0:
        return None
    start = f"capruntime: load policy: '{policy}'"
    assert result.stderr.startswith(start), result
    return result.stderr.removeprefix("capruntime: load policy: ").rstrip("\n")


def escaped(text):
    """Escapes non-ASCII characters as capruntime does."""
    return "".join(char if " " <= char <= "~" else
                   "".join(f"\\x{byte:02x}" for byte in char.encode())
                   for char in text)


def check_error(*files):
    """Returns capctl's first error in the format of capruntime."""
    words = [os.environ["CAPCTL"], "check", "--json", *files]
    result = subprocess.run(words, capture_output=True, check=False)
    found = json.loads(result.stdout)
    errors = [problem for problem in found["problems"]
              if problem["severity"] == "error"]
    assert len(errors) == found["errors"] and found["complete"], found
    assert result.returncode == (1 if errors else 0), result
    assert result.stderr == b"", result
    if not errors:
        return None
    if errors[0]["line"] is None:
        return escaped(errors[0]["text"])
    assert errors[0]["code"] == "invalid", errors[0]
    return escaped("'{file}':{line}:{column}: {text}".format(**errors[0]))


def compare_check(path, bundle, policy, *main_file):
    entries = [entry for entry in corpus(path)
               if ("part" in entry) == bool(main_file)]
    wrong = 0
    for entry in entries:
        with open(policy, "wb") as file:
            file.write(text_of(entry))
        runtime = runtimes_error(bundle, policy)
        found = check_error(*main_file, policy)
        if found != runtime or (found is None) != (entry["verdict"] == "good"):
            wrong += 1
            print(f"{entry['name']}:\n  {runtime}\n  {found}")
    print(f"{len(entries)} policies, {wrong} wrong")
    return wrong


def print_keys(path):
    with open(path, encoding="utf-8") as file:
        schema = json.load(file)
    for name, part in (("a policy", schema), ("a rule", schema["$defs"]["rule"]),
                       ("'match'", schema["$defs"]["match"])):
        for key in part["properties"]:
            print(f"{name} {key}")
    return 0


def print_capabilities():
    shown = subprocess.run(["capsh", "--decode=ffffffffffffffff"], check=True,
                           capture_output=True, text=True).stdout
    names = re.findall(r"cap_([a-z_]+)", shown)
    print("\n".join(names))
    return not names


def main():
    actions = {"schema": check_schema, "files": check_files,
               "program": check_program, "check": compare_check,
               "keys": print_keys,
               "capabilities": print_capabilities}
    return 1 if actions[sys.argv[1]](*sys.argv[2:]) else 0


if sys.argv[1] in ("schema", "files"):
    import jsonschema
sys.exit(main())
