"""A loopback OpenAI-compatible server in front of the offline model.

python -m replwright.llm.offline.server --port 0 --port-file FILE
"""

import argparse
import signal
import threading
from collections.abc import Sequence
from http import HTTPStatus
from pathlib import Path
from typing import Any

from replwright.llm.offline import NAME
from replwright.llm.offline.chat import BadRequest, completion, content_of, stream_chunks
from replwright.llm.offline.http import JsonHandler, LoopbackServer

MODEL_IDS = ("offline", NAME)


class _Handler(JsonHandler):
    """GET /v1/models and POST /v1/chat/completions, streamed or whole."""

    def do_GET(self) -> None:
        if self.path.split("?")[0] != "/v1/models":
            return self.send_problem(HTTPStatus.NOT_FOUND, "no such path: ask /v1/models or /v1/chat/completions")
        models = [{"id": name, "object": "model", "owned_by": "replwright"} for name in MODEL_IDS]
        return self.send_json(HTTPStatus.OK, {"object": "list", "data": models})

    def do_POST(self) -> None:
        body = self.read_json()
        if body is None:
            return None
        if self.path.split("?")[0] != "/v1/chat/completions":
            return self.send_problem(HTTPStatus.NOT_FOUND, "no such path: ask /v1/chat/completions")
        return self._complete(body)

    def _complete(self, body: dict[str, Any]) -> None:
        if body.get("model") not in MODEL_IDS:
            return self.send_problem(HTTPStatus.NOT_FOUND, f"no such model: this server has {', '.join(MODEL_IDS)}")
        try:
            content = content_of(body)
        except BadRequest as error:
            return self.send_problem(HTTPStatus.BAD_REQUEST, str(error))
        except Exception as error:
            # A fault of the rules: said, so that it is not taken for a broken connection.
            return self.send_problem(HTTPStatus.INTERNAL_SERVER_ERROR, f"{NAME} failed: {type(error).__name__}")
        if body.get("stream") is True:
            return self.send_events(stream_chunks(body, content))
        return self.send_json(HTTPStatus.OK, completion(body, content))


class OfflineServer:
    """The server on a thread of its own. `port` 0 takes a free one."""

    def __init__(self, port: int = 0) -> None:
        self._server = LoopbackServer(port, _Handler)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        return self._server.port

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def start(self) -> None:
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.05,), name="offline-model", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT. The port is written to --port-file once connections are taken."""
    parser = argparse.ArgumentParser(prog="python -m replwright.llm.offline.server", description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--port-file", type=Path)
    options = parser.parse_args(arguments)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    server = OfflineServer(options.port)
    server.start()
    if options.port_file:
        written = options.port_file.with_suffix(".new")
        written.write_text(f"{server.port}\n")
        written.replace(options.port_file)
    print(server.base_url, flush=True)
    stopped.wait()
    server.stop()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
