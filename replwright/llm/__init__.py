"""The only door to a model: BAML's client, plans given by hand, and the offline model."""

from replwright.llm.choose import ModelChoice, resolve_model
from replwright.llm.given_plan import GivenPlanModel, exec_plan, validate_plan_text
from replwright.llm.route import RoutedModel

__all__ = [
    "GivenPlanModel",
    "ModelChoice",
    "RoutedModel",
    "exec_plan",
    "resolve_model",
    "validate_plan_text",
]
