# row: c. the same, started by a script
# image: setcap cap_net_bind_service+ep /bin/serve
.process.args = ["/bin/sh", "-c", "/bin/serve port80; exit $?"]
