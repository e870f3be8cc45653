#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""usage: console.py SOCKET TEXT

An engine's end of --console-socket: takes one terminal through SOCKET, types
TEXT and copies what the terminal shows until the container hangs up.
"""
import os
import socket
import sys


def receive_terminal(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listener:
        listener.bind(path + ".new")
        listener.listen()
        os.rename(path + ".new", path)  # now it is there for others
        connection, _ = listener.accept()
    with connection:
        name, descriptors, _, _ = socket.recv_fds(connection, 4096, 1)
    print(f"received {len(descriptors)} terminal, {os.path.basename(name)!r}",
          file=sys.stderr)
    return descriptors[0]


def copy_until_hangup(terminal):
    while True:
        try:
            text = os.read(terminal, 4096)
        except OSError:  # EIO: the last one has closed the other end
            return
        if not text:
            return
        sys.stdout.buffer.write(text.replace(b"\r\n", b"\n"))
        sys.stdout.buffer.flush()


terminal = receive_terminal(sys.argv[1])
os.write(terminal, sys.argv[2].encode())
copy_until_hangup(terminal)
