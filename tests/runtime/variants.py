# SPDX-License-Identifier: Apache-2.0
"""Makes variants of a config.json, and policies for them.

A config.json is a tree of Object, list and str: a str is the JSON text of a
key, a string, a number or a literal, as it will be printed. So a key can be
there twice, and a number or a character be spelled in any way.
"""
import json

from configs import LISTS, NAMES

# What no runtime or not every one takes for a capability, and spellings of one.
ODD_NAMES = [
    "CAP_FOO", "CAP_", "", "KILL", "cap_kill", "Cap_Kill", "CAP_kill",
    "CAP_KILL,CAP_CHOWN", "CAP_KILL CAP_CHOWN", " CAP_KILL", "CAP_KILL ",
    "CAP_KILL\n", "CAP_KILL=ep", "=ep", "all", "ALL", "5", "0x5", "CAP_5",
    "CAP_40", "41", "CAP_41", "63", "64", "-1", "CAP_LAST_CAP", "CAP_CAP_KILL",
    "CAP_\u212aILL", "CAP_K\u0131LL", "CAP_NET_BIND_SERVICE\0",
    "CAP_KILL\0,CAP_CHOWN", "CAP_CHECKPOINT_RESTORE", "CAP_BPF"]
# runc refuses the last one.
UIDS = ["0", "0", "1", "1000", "4242", "65534", "65535", "65536", "100000",
        "2147483647", "4294967294"]
ODD_NUMBERS = ["-0", "-1", "+1", "01000", "1e3", "1E3", "1000.0", "1000.5",
               "0.0", "0e5", "0x3e8", "4294967295", "4294967296",
               "4294968296", "18446744073709551616", "1e400", '"1000"', '""',
               "null", "true", "[]", "{}", "[1000]", "1000 "]
ODD_FLAGS = ["true", "false", "null", '"true"', '"false"', "1", "0", "[]", "{}",
             "True", "TRUE"]
VALUES = ["null", "true", "0", "-1.5e-3", '""', '"x"', "[]", "{}", "[null]",
          '{"uid":0}', '["CAP_SYS_ADMIN"]', '"\\ud83d\\ude00"', "1E5"]
# Between two tokens; the last ones are no JSON.
BLANKS = [" ", "\n", "\t", "\r\n", "    "]
NO_BLANKS = ["\f", "\v", "\u00a0", "/**/", "//\n", "#\n", "\0"]
WANTED = ["NET_BIND_SERVICE", "NET_RAW", "KILL", "CHOWN", "SETUID", "SYS_TIME",
          "cap_net_admin", "CAP_FOWNER", "Dac_Override"]


class Object(list):
    """Pairs of a key and a value."""

    def get(self, name):
        return next((value for key, value in self
                     if unquoted(key) == name), None)

    def put(self, name, value):
        self[:] = [pair for pair in self if unquoted(pair[0]) != name]
        self.append([json.dumps(name), value])


def unquoted(key):
    try:
        return json.loads(key)
    except ValueError:
        return None


def tree(value):
    if isinstance(value, dict):
        return Object([json.dumps(key), tree(one)]
                      for key, one in value.items())
    if isinstance(value, list):
        return [tree(one) for one in value]
    return json.dumps(value)


def printed(node, between):
    """The text of a tree; between() is what stands between two tokens."""
    if isinstance(node, str):
        return node
    if isinstance(node, Object):
        inner = [key + between() + ":" + between() + printed(value, between)
                 for key, value in node]
        start, end = "{}"
    else:
        inner = [printed(value, between) for value in node]
        start, end = "[]"
    comma = "," + between()
    return start + between() + comma.join(inner) + between() + end


def escaped(rng, text):
    """A JSON string in which some characters are escapes."""
    return '"' + "".join(
        f"\\u{ord(one):04{rng.choice('xX')}}" if rng.random() < 0.3
        else json.dumps(one)[1:-1] for one in text) + '"'


def folded(rng, text):
    """Another spelling that Go takes for the same key."""
    special = {"s": "\u017f", "k": "\u212a", "S": "\u017f", "K": "\u212a"}
    at = rng.randrange(len(text))
    one = text[at].swapcase()
    if rng.random() < 0.3:
        one = special.get(text[at], one)
    return text[:at] + one + text[at + 1:]


class Variant:
    """A config.json that is changed; words say how."""

    def __init__(self, rng, config, held):
        self.rng, self.held = rng, sorted(held, key=NAMES.index)
        self.config = tree(config)
        self.process = self.config.get("process")
        self.user = self.process.get("user")
        self.linux = self.config.get("linux")
        self.spaces = self.linux.get("namespaces")
        self.notes = self.config.get("annotations") or Object()
        self.config.put("annotations", self.notes)
        if self.process.get("capabilities") is None:
            self.process.put("capabilities", Object())
        self.sets = self.process.get("capabilities")
        self.blanks, self.wrap = [""], lambda text: text

    def text(self):
        text = printed(self.config, lambda: self.rng.choice(self.blanks))
        text = self.wrap(text)
        return text if isinstance(text, bytes) else \
            text.encode("utf-8", "surrogatepass")

    def some(self, names, at_most=8):
        names = list(names)
        return self.rng.sample(names, self.rng.randint(
            0, min(at_most, len(names))))

    # What engines could write.

    def plain_sets(self):
        bounding = self.some(self.held, 12)
        permitted = self.some(bounding, 12)
        inheritable = self.some(bounding)
        sets = {"bounding": bounding, "permitted": permitted,
                "effective": self.some(permitted), "inheritable": inheritable,
                "ambient": self.some(set(permitted) & set(inheritable))}
        self.sets[:] = tree(sets)

    def any_sets(self):
        self.sets[:] = tree({key: self.some(NAMES) for key in LISTS})

    def all_sets(self):
        self.sets[:] = tree({key: self.held for key in LISTS})

    def change_list(self):
        key = self.rng.choice(LISTS)
        if self.rng.random() < 0.5:
            bounding = self.sets.get("bounding") or [json.dumps("CAP_KILL")]
            self.sets.put(key, self.some(bounding))
        else:
            self.sets[:] = [pair for pair in self.sets
                            if unquoted(pair[0]) != key]

    def shuffle(self):
        for node in (self.config, self.process, self.user, self.sets,
                     *[value for _, value in self.sets]):
            if isinstance(node, list):
                self.rng.shuffle(node)

    def plain_user(self):
        self.user.put("uid", self.rng.choice(UIDS))
        if self.rng.random() < 0.5:
            self.user.put("gid", self.rng.choice(UIDS))

    def flag(self):
        self.process.put("noNewPrivileges",
                         self.rng.choice(("true", "false", "null")))

    def user_namespace(self):
        if not any(space.get("type") == '"user"' for space in self.spaces):
            self.spaces.append(tree({"type": "user"}))
        maps = [{"containerID": 0, "hostID": 100000, "size": 65536}]
        self.linux.put("uidMappings", tree(maps))
        self.linux.put("gidMappings", tree(maps))

    def no_network_namespace(self):
        self.spaces[:] = [space for space in self.spaces
                          if space.get("type") != '"network"']

    def request(self):
        value = self.rng.choice((",", " ")).join(self.some(WANTED, 4))
        self.notes.put("capruntime.io/ambient", json.dumps(value))

    def unknown_key(self):
        self.an_object().insert(0, [json.dumps(self.rng.choice((
            "x", "", "CAP_KILL", "u", "capability", "process.user", "io/x"))),
            self.rng.choice(VALUES)])

    def white_space(self):
        self.blanks = [""] + BLANKS

    # What no engine writes.

    def an_object(self):
        return self.rng.choice((self.config, self.process, self.user, self.sets,
                                self.linux, self.notes,
                                self.rng.choice(self.spaces)))

    def a_list(self):
        lists = [value for _, value in self.sets if isinstance(value, list)]
        if not lists:
            self.plain_sets()
            return self.a_list()
        return self.rng.choice(lists)

    def a_pair(self):
        while True:
            found = self.an_object()
            if found:
                return found, self.rng.randrange(len(found))

    def odd_name(self):
        names = self.a_list()
        names.insert(self.rng.randint(0, len(names)),
                     json.dumps(self.rng.choice(ODD_NAMES)))

    def odd_element(self):
        names = self.a_list()
        names.insert(self.rng.randint(0, len(names)), self.rng.choice(VALUES))

    def name_twice(self):
        names = self.a_list()
        names += names[:1]

    def escaped_name(self):
        names = self.a_list()
        names.append(escaped(self.rng, self.rng.choice(self.held)))

    def odd_list(self):
        self.sets.put(self.rng.choice(LISTS), self.rng.choice(VALUES))

    def odd_number(self):
        self.user.put(self.rng.choice(("uid", "gid")),
                      self.rng.choice(ODD_NUMBERS))

    def odd_flag(self):
        self.process.put("noNewPrivileges", self.rng.choice(ODD_FLAGS))

    def odd_member(self):
        where, name = self.rng.choice((
            (self.process, "user"), (self.process, "capabilities"),
            (self.config, "annotations"), (self.linux, "namespaces")))
        where.put(name, self.rng.choice(VALUES))

    def odd_namespace(self):
        kind = self.rng.choice(("user", "network", "pid", "mount", "uts"))
        space = {"type": self.rng.choice((kind, kind.upper(), kind + " ",
                                          "cgroup", "time", "net", ""))}
        if self.rng.random() < 0.4:
            space["path"] = self.rng.choice(("", None, 1, "/proc/self/ns/net"))
        self.spaces.append(tree(space))

    def odd_group(self):
        self.user.put("additionalGids", [self.rng.choice(ODD_NUMBERS + UIDS)])

    def no_member(self):
        found, at = self.a_pair()
        if unquoted(found[at][0]) not in ("process", "root", "args", "mounts",
                                          "ociVersion", "cwd"):
            del found[at]

    def escaped_key(self):
        found, at = self.a_pair()
        key = unquoted(found[at][0])
        if key is not None:
            found[at][0] = escaped(self.rng, key)

    def other_key(self):
        """A key that some readers take for the same."""
        found, at = self.a_pair()
        key = unquoted(found[at][0])
        if not key:
            return
        other = self.rng.choice((folded(self.rng, key), key + "\0",
                                 key + " ", key.upper()))
        pair = [json.dumps(other, ensure_ascii=self.rng.random() < 0.5),
                found[at][1]]
        if self.rng.random() < 0.3:
            found[at] = pair
        else:
            found.insert(self.rng.randint(0, len(found)), pair)

    def key_twice(self):
        found, at = self.a_pair()
        key, value = found[at]
        if unquoted(key) is not None and self.rng.random() < 0.5:
            key = escaped(self.rng, unquoted(key))
        if self.rng.random() < 0.5:
            value = self.rng.choice(VALUES)
        found.insert(self.rng.randint(0, len(found)), [key, value])

    def no_white_space(self):
        self.blanks = [""] * 200 + [self.rng.choice(NO_BLANKS)]

    def odd_text(self):
        cut = self.rng.random()
        self.wrap = self.rng.choice((
            lambda text: "\ufeff" + text,
            lambda text: text + self.rng.choice("}],x\0#"),
            lambda text: text[:int(cut * len(text))],
            lambda text: text[:-1] + ",}",
            lambda text: text.replace('"', "'", 2),
            lambda text: text[:-1] + ',"x":"\ud800"}',
            lambda text: text[:-1] + ',"x":"\\ud800"}',
            lambda text: text[:-1] + ',"x":"\\q"}',
            lambda text: text[:-1] + ',"x":"\t"}',
            lambda text: text.encode()[:-1] + b',"x":"\xff"}',
            lambda text: text[:-1] + ',"x":' + "[" * 600 + "]" * 600 + "}",
            lambda text: text[:-1] + ',"x":' + "[" * 400 + "]" * 400 + "}",
            lambda text: text[:-1] + ',"x":NaN}'))


PLAIN = [Variant.plain_sets, Variant.plain_sets, Variant.all_sets,
         Variant.change_list, Variant.change_list, Variant.shuffle,
         Variant.plain_user, Variant.plain_user, Variant.flag,
         Variant.user_namespace, Variant.no_network_namespace, Variant.request,
         Variant.unknown_key, Variant.white_space]
ODD = [Variant.any_sets, Variant.odd_name, Variant.odd_name, Variant.odd_name,
       Variant.odd_element, Variant.name_twice, Variant.escaped_name,
       Variant.odd_list, Variant.odd_number, Variant.odd_flag,
       Variant.odd_member, Variant.odd_namespace, Variant.odd_group,
       Variant.no_member, Variant.escaped_key,
       Variant.other_key, Variant.key_twice, Variant.no_white_space,
       Variant.odd_text]


def make_config(rng, config, held):
    """The text of a variant, and the names of the changes."""
    variant = Variant(rng, config, held)
    changes = rng.choices(PLAIN, k=rng.randint(1, 3))
    if rng.random() < 0.6:
        changes += rng.choices(ODD, k=rng.randint(1, 2))
    for change in changes:
        change(variant)
    return variant.text(), [change.__name__ for change in changes]


def make_rule(rng, name):
    """Nearly always one that a policy may have."""
    raised, dropped = rng.sample(WANTED, 3), rng.sample(WANTED, 2)
    rule, match = {"name": name}, {}
    if rng.random() < 0.7:
        rule["ambient"] = raised[:rng.randint(1, 2)]
    if rng.random() < 0.15:
        rule["inheritable"] = raised[2:]
    if rng.random() < 0.25:
        rule["drop"] = rng.choice((
            "others", [one for one in dropped if one not in raised] or ["BPF"]))
    if rng.random() < 0.15:
        rule["no_new_privileges"] = True
    if "ambient" in rule and rng.random() < 0.2:
        rule["require"] = True
    if "ambient" in rule and rng.random() < 0.2:
        rule["on_request"] = True
        match["id"] = "differential-*"
    for key, value, often in (
            ("uid", rng.choice((0, 1000, "0-", "1-")), 0.5),
            ("gid", rng.choice(("0-", "1000-2000", 7)), 0.1),
            ("privileged", rng.random() < 0.5, 0.1),
            ("userns", rng.random() < 0.5, 0.1),
            ("host_network", rng.random() < 0.5, 0.1),
            ("no_new_privileges", rng.random() < 0.5, 0.1)):
        if rng.random() < often:
            match[key] = value
    return {**rule, "match": match}


def make_policy(rng, engine):
    rules = [make_rule(rng, f"rule-{i}") for i in range(rng.randint(1, 3))]
    policy = {"version": 1, "audit": "none", "rules": rules}
    policy["engine"] = engine if rng.random() < 0.95 else \
        rng.choice(("none", "cri-o", "containerd"))
    if rng.random() < 0.15:
        policy["mode"] = "audit"
    if rng.random() < 0.15:
        policy["ceiling"] = rng.sample(WANTED, 6)
    return policy
