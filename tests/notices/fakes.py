"""Providers on this machine that count what they are given: a gateway that speaks http, and a mail server."""

import json
import socketserver
import sys
import threading
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit


class Quiet:
    """Says nothing of a caller that hung up or died."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class QuietHttp(Quiet, ThreadingHTTPServer):
    pass


class QuietTcp(Quiet, socketserver.ThreadingTCPServer):
    pass


class Request(NamedTuple):
    method: str
    path: str
    query: dict
    headers: dict
    body: bytes
    port: int = 0  # whence it came

    @property
    def data(self):
        return json.loads(self.body)

    @property
    def form(self) -> dict:
        return dict(parse_qsl(self.body.decode()))


class Gateway:
    """Keeps every request. `answer` is (status, what is said), or a function of the request; None hangs up."""

    def __init__(self):
        self.asked: list[Request] = []
        self.answer = (200, {"errcode": 0, "errmsg": "ok", "code": 0, "Code": "OK"})
        gateway = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                query = dict(parse_qsl(parts.query))
                content = self.rfile.read(length)
                asked = Request(self.command, parts.path, query, headers, content, self.client_address[1])
                gateway.asked.append(asked)
                answer = gateway.answer(asked) if callable(gateway.answer) else gateway.answer
                if answer is None:
                    self.close_connection = True
                    return
                status, said = answer
                content = (said if isinstance(said, str) else json.dumps(said, ensure_ascii=False)).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(content)))
                if 300 <= status < 400:
                    self.send_header("Location", f"{gateway.url}/elsewhere")
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST

            def log_message(self, *args):
                pass

        self.server = QuietHttp(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


class MailServer:
    """Enough of SMTP to take mail. `answers` replaces what it says to a command: {"DATA": "451 later"}; None hangs up.

    "." is the end of a message. `taken` is told of each mail and the port it came from, before that is answered.
    """

    def __init__(self):
        self.mails, self.contents, self.recipients, self.answers, self.taken = [], [], [], {}, None
        server = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self):
                self.say("220 here")
                while line := self.rfile.readline().decode().strip():
                    word = line.split(":")[0].split()[0].upper()
                    answer = server.answers.get(word, {"DATA": "354 go on", "QUIT": "221 bye"}.get(word, "250 ok"))
                    if answer is None or not self.say(answer):
                        return
                    if word == "RCPT" and answer.startswith("2"):
                        server.recipients.append(line.split(":", 1)[1].strip(" <>"))
                    if word == "DATA" and answer.startswith("3") and not self.take():
                        return

            def take(self) -> bool:
                content = b""
                while not content.endswith(b"\r\n.\r\n"):
                    if not (line := self.rfile.readline()):
                        return False  # whoever was speaking is dead
                    content += line
                answer = server.answers.get(".", "250 taken")
                if answer is None or answer.startswith("2"):
                    mail = message_from_bytes(content[:-5], policy=policy.default)
                    server.contents.append(content[:-5])
                    server.mails.append(mail)
                    if server.taken:
                        server.taken(mail, self.client_address[1])
                return answer is not None and self.say(answer)

            def say(self, words) -> bool:
                self.wfile.write(words.encode() + b"\r\n")
                return True

        self.server = QuietTcp(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
