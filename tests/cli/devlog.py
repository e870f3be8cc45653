#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs a command with a private /dev/log.

usage: unshare -m devlog.py KIND OUT COMMAND...

KIND is the type of /dev/log: socket, full (a socket whose queue is full and is
never read), stream, file or missing. The datagrams that a socket receives
while the command runs are written to OUT, one per line. The exit status is
the command's.
"""
import os
import socket
import subprocess
import sys

LOG = '/dev/log'


def listen(kind):
    server = socket.socket(socket.AF_UNIX, kind)
    server.bind(LOG)
    server.setblocking(False)
    return server


def fill(server):
    """Fills the queue; returns the number of messages."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        count = 0
        try:
            while True:
                sender.sendto(b'x', LOG)
                count += 1
        except BlockingIOError:
            return count


def receive(server):
    """Returns the queued datagrams."""
    datagrams = []
    try:
        while True:
            datagrams.append(server.recv(65536))
    except BlockingIOError:
        return datagrams


def main():
    kind, out, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    # The command needs no device except the null device.
    subprocess.run(['mount', '-t', 'tmpfs', 'none', '/dev'], check=True)
    os.mknod('/dev/null', 0o20666, os.makedev(1, 3))
    filled, server = 0, None
    if kind in ('socket', 'full'):
        server = listen(socket.SOCK_DGRAM)
    if kind == 'full':
        filled = fill(server)
    elif kind == 'stream':
        listener = listen(socket.SOCK_STREAM)
        listener.listen()
    elif kind == 'file':
        os.close(os.open(LOG, os.O_CREAT | os.O_WRONLY, 0o600))

    status = subprocess.run(command, check=False).returncode
    if server:
        with open(out, 'wb') as file:
            file.writelines(line + b'\n' for line in receive(server)[filled:])
    sys.exit(status if status >= 0 else 128 - status)


main()
