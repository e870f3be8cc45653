# row: b. setuid-root binary
# image: chmod u+s /bin/serve
.
