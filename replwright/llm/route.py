"""The Model that workers use: a given plan is replayed, anything else is asked of the model named in the turn."""

from orchestration.ports import Interrupt
from orchestration.records import ParsedPlan, Reply, Turn
from orchestration.tools import REPLState
from replwright.llm.baml import BamlModel
from replwright.llm.choose import GIVEN_PLAN
from replwright.llm.given_plan import GivenPlanModel
from replwright.settings import Settings


class RoutedModel:
    """Implements orchestration.ports.Model. Cheap to make; BAML loads at the first call that needs it."""

    def __init__(self, settings: Settings) -> None:
        self._given = GivenPlanModel()
        self._baml = BamlModel(settings)

    def request_hash(self, turn: Turn, state: REPLState) -> str:
        return self._of(turn).request_hash(turn, state)

    def ask(self, turn: Turn, state: REPLState, interrupt: Interrupt) -> Reply:
        return self._of(turn).ask(turn, state, interrupt)

    def parse(self, reply: Reply) -> ParsedPlan:
        return (self._given if reply.model == GIVEN_PLAN else self._baml).parse(reply)

    def _of(self, turn: Turn) -> GivenPlanModel | BamlModel:
        return self._baml if turn.given_plan is None else self._given
