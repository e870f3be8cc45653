# row: c. file capability on the entrypoint
# image: setcap cap_net_bind_service+ep /bin/serve
.
