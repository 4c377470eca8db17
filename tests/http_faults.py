"""A local web server that behaves, or misbehaves in one chosen way."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class FaultyServer(ThreadingHTTPServer):
    """Answers every GET with `body`, in the manner of `fault`; counts requests."""

    daemon_threads = True

    def __init__(self, body: bytes, fault: str = "") -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.body, self.fault, self.requests = body, fault, 0
        self.stop = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: FaultyServer

    def do_GET(self) -> None:
        self.server.requests += 1
        with contextlib.suppress(ConnectionError):
            getattr(self, f"_{self.server.fault or 'right'}")()

    def log_message(self, *_: object) -> None:
        return

    def _send(self, body: bytes, status: int = 200, length: int | None = None) -> None:
        self.send_response(status)
        if length is not None:
            self.send_header("Content-Length", str(length))
        self.end_headers()
        self.wfile.write(body)

    def _right(self) -> None:
        self._send(self.server.body, length=len(self.server.body))

    def _truncated(self) -> None:
        self._send(self.server.body[:100], length=len(self.server.body))

    def _truncated_once(self) -> None:
        self._truncated() if self.server.requests == 1 else self._right()

    def _short(self) -> None:
        self._send(self.server.body[:100])  # no Content-Length: looks complete

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.stop.is_set():
            self.wfile.write(bytes(4096))

    def _not_found(self) -> None:
        self._send(b"not here", status=404, length=8)

    def _busy(self) -> None:
        self._send(b"later", status=503, length=5)

    def _busy_once(self) -> None:
        self._busy() if self.server.requests == 1 else self._right()

    def _stalled(self) -> None:
        self._truncated_but_open()
        self.server.stop.wait(30)

    def _silent(self) -> None:
        self.server.stop.wait(30)

    def _trickling(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        step = len(self.server.body) // 20
        for start in range(0, len(self.server.body), step):
            self.wfile.write(self.server.body[start : start + step])
            self.wfile.flush()
            time.sleep(0.05)

    def _truncated_but_open(self) -> None:
        self._send(self.server.body[:100], length=len(self.server.body))
        self.wfile.flush()


@contextlib.contextmanager
def serving(body: bytes, fault: str = "") -> Iterator[FaultyServer]:
    """Run a `FaultyServer` in a thread for as long as the block lasts."""
    server = FaultyServer(body, fault)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop.set()
        server.shutdown()
        server.server_close()
        thread.join()
