# row: e. in CRI-O's `default_capabilities`
.
