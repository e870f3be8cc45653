# row: c. the same, the pod without `add`
# image: setcap cap_net_bind_service+ep /bin/serve
.process.capabilities |= map_values([])
