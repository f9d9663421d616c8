"""Connections that stay open from call to call. werkzeug closes each after its answer: opening the next, with a thread for it,
was a fifth of the emulator's work."""

import io
import socket
import threading
import traceback

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import InternalServerError
from werkzeug.test import run_wsgi_app

WITHOUT_LENGTH = (204, 304)

_callers = threading.local()


def caller_is_gone():
    """Whether who asked has hung up: what a queue gives out now would reach no one."""
    connection = getattr(_callers, "connection", None)
    if connection is None:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


class LastingConnectionHandler(MotoRequestHandler):
    protocol_version = "HTTP/1.1"
    # Head and body leave in one packet: in two, the second would wait for the client's acknowledgement of the first.
    wbufsize = -1
    disable_nagle_algorithm = True

    def run_wsgi(self):
        _callers.connection = self.connection
        environ = self.make_environ()
        # Read whole, so that the next request begins where this one ends.
        environ["wsgi.input"] = io.BytesIO(self.read_body(environ))
        body, status, headers = self.answer_to(environ)
        code, reason = status.split(None, 1)
        self.send_response(int(code), reason)
        for name, value in headers:
            self.send_header(name, value)
        if "Content-Length" not in headers and int(code) not in WITHOUT_LENGTH:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def read_body(self, environ):
        if environ.get("wsgi.input_terminated"):
            return environ["wsgi.input"].read()
        return self.rfile.read(int(environ.get("CONTENT_LENGTH") or 0))

    def answer_to(self, environ):
        try:
            parts, status, headers = run_wsgi_app(self.server.app, environ, buffered=True)
        except Exception:
            self.server.log("error", f"Error on request:\n{traceback.format_exc()}")
            parts, status, headers = run_wsgi_app(InternalServerError(), environ, buffered=True)
        return b"".join(parts), status, headers

    def log_request(self, code="-", size="-"):
        """No one reads it."""
