# row: a. root, capabilities dropped
.process.user = {uid: 0, gid: 0}
