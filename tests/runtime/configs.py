# SPDX-License-Identifier: Apache-2.0
"""What the programs that run many config.json files have in common."""
import functools
import json
import re

# In kernel order: the index is the capability's number.
NAMES = ["CAP_" + name for name in """
    CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP
    LINUX_IMMUTABLE NET_BIND_SERVICE NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK
    IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
    SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE
    AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE MAC_ADMIN SYSLOG WAKE_ALARM
    BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE""".split()]
LISTS = ("effective", "bounding", "inheritable", "permitted", "ambient")
# The program of process 1, whose output is compared.
PRINT_STATUS = ["/bin/grep", "-E", "^(Uid|Cap|NoNew)", "/proc/self/status"]


@functools.cache
def own_bounding():
    with open("/proc/self/status", encoding="ascii") as status:
        mask = int(re.search(r"CapBnd:\s*(\w+)", status.read())[1], 16)
    return frozenset(name for i, name in enumerate(NAMES) if mask >> i & 1)


def for_this_machine(text):
    """Removes what needs the engine's machine; the privileges are unchanged."""
    config, held = json.loads(text), own_bounding()
    process, linux = config["process"], config["linux"]
    process.update(cwd="/", terminal=False, args=PRINT_STATUS)
    config.update(root={"path": "rootfs"},
                  ociVersion="1.0.2")  # crun 1.8 supports no later version
    config["mounts"] = [m for m in config["mounts"]
                        if m.get("type") in ("proc", "tmpfs", "devpts")]
    for key in ("rlimits", "oomScoreAdj", "apparmorProfile", "selinuxLabel"):
        process.pop(key, None)
    for key in ("cgroupsPath", "resources", "devices", "sysctl"):
        linux.pop(key, None)
    config.pop("hooks", None)
    for namespace in linux["namespaces"]:
        namespace.pop("path", None)
    if not any(n["type"] == "uts" for n in linux["namespaces"]):
        config.pop("hostname", None)
    for key, names in (process.get("capabilities") or {}).items():
        process["capabilities"][key] = [n for n in names if n in held]
    return config


def status_inside(printed):
    """What PRINT_STATUS printed: the sets as numbers."""
    return {key: int(value, 10 if key in ("Uid", "NoNewPrivs") else 16)
            for key, value in re.findall(r"^(\w+):\s+(\w+)", printed, re.M)}


def executed(sets, uid):
    """capabilities(7): the sets after the execve of a plain program."""
    ambient = sets["amb"] & sets["prm"] & sets["inh"]
    left = sets["inh"] | sets["bnd"] if uid == 0 else ambient
    if sets["nnp"]:
        left &= sets["prm"]
    return {"uid": uid, "inh": sets["inh"], "prm": left, "eff": left,
            "bnd": sets["bnd"], "amb": ambient, "nnp": sets["nnp"]}
