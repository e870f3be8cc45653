# row: d. helper with a file capability
# image: setcap cap_net_bind_service+ep /bin/ambient-helper
.process.args = ["/bin/ambient-helper", "cap_net_bind_service"] + .process.args
