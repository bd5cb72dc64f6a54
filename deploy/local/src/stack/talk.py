"""XML-RPC over a Unix socket: how one talks to supervisord."""

import http.client
import socket
import xmlrpc.client
from pathlib import Path
from typing import Any

_PATIENCE_S = 60.0


def supervisor(path: Path) -> Any:
    """The calls of the supervisord that listens there; one value for one call, since connections are not kept."""
    return xmlrpc.client.ServerProxy("http://supervisord/RPC2", _Transport(path)).supervisor


class _Transport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: Any) -> http.client.HTTPConnection:
        return _Connection(self._path)


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisord", timeout=_PATIENCE_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(_PATIENCE_S)
        self.sock.connect(str(self._path))
