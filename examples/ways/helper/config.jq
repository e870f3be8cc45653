# row: d. helper that starts as root
.process.user = {uid: 0, gid: 0} |
.process.args = ["/bin/ambient-helper", "-u", "1000", "cap_net_bind_service"] +
	.process.args |
.process.capabilities |= map_values(. + ["CAP_SETGID", "CAP_SETUID"])
