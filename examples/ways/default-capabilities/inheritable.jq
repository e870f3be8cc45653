# row: e. and `add_inheritable_capabilities`
.process.capabilities |= (.inheritable = .bounding)
