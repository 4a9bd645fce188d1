"""A call of a model that nobody waits for any more ends at once, and so does its connection."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from orchestration.errors import ModelStopped
from orchestration.tools import REPLState
from replwright.llm.baml import BamlModel
from replwright.settings import Settings
from tests.support.plans import message
from tests.support.scripted_model import ScriptedModel
from tests.support.turns import turn
from workers.interrupts import Interrupt

LONG_S = 120.0


class Hanging:
    """A server that takes one request, says nothing, and waits for its caller to hang up."""

    def __init__(self, listener: socket.socket) -> None:
        self._listener = listener
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        self.asked, self.hung_up = threading.Event(), threading.Event()

    def serve(self) -> None:
        connection, _ = self._listener.accept()
        with connection:
            connection.settimeout(LONG_S)
            while connection.recv(65536):
                self.asked.set()
            self.hung_up.set()


@contextmanager
def hanging() -> Iterator[Hanging]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Hanging(listener)
        thread = threading.Thread(target=server.serve, daemon=True)
        thread.start()
        yield server
        thread.join(LONG_S)


def model_at(url: str) -> BamlModel:
    settings = Settings(model="scripted", model_base_url=url, model_api_key=SecretStr("key"))
    return BamlModel(settings, request_timeout_s=LONG_S)


def test_a_call_that_hangs_is_cut_off_and_its_connection_closed() -> None:
    with hanging() as server:
        # given
        interrupt = Interrupt()

        def interrupt_it() -> None:
            server.asked.wait(LONG_S)
            interrupt.set()

        other = threading.Thread(target=interrupt_it)
        other.start()
        # when
        with pytest.raises(ModelStopped, match=r"model scripted: the call was stopped after \d"):
            model_at(server.url).ask(turn(), REPLState(), interrupt)
        # then
        other.join()
        assert server.hung_up.wait(LONG_S)


def test_an_interrupt_that_comes_just_before_the_call_ends_it_too() -> None:
    with ScriptedModel([message("never read")], delay_s=LONG_S) as server:
        interrupt = Interrupt()
        interrupt.set()
        with pytest.raises(ModelStopped):
            model_at(server.base_url).ask(turn(), REPLState(), interrupt)


def test_an_interrupt_that_comes_after_the_reply_changes_nothing() -> None:
    with ScriptedModel([message("42")]) as server:
        interrupt = Interrupt()
        reply = model_at(server.base_url).ask(turn(), REPLState(steps_left=19), interrupt)
        interrupt.set()
        assert "42" in reply.raw
