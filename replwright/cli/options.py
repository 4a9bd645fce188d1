"""The options that several commands take, each described once."""

from pathlib import Path
from typing import Annotated

import typer

from orchestration.states import EngineName

Data = Annotated[list[Path] | None, typer.Option("--data", help="A CSV, TSV, JSON, JSON Lines, Parquet or Excel file.")]
PlanFile = Annotated[Path | None, typer.Option("--plan", help="Run this plan (JSON) instead of asking a model.")]
ModelName = Annotated[str, typer.Option("--model", help="The model; `offline` for the built-in rules.")]
Deadline = Annotated[float, typer.Option("--deadline", help="Seconds until the job is ended, whatever it does.")]
Memory = Annotated[int, typer.Option("--memory", help="MB that each REPL task may use.")]
NoSamples = Annotated[bool, typer.Option("--no-samples", help="Show the model no values of the data.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Session = Annotated[str | None, typer.Option("--session", help="An id of yours that outlives the question.")]
Engine = Annotated[EngineName, typer.Option("--engine", help="auto reads the code and chooses.")]
Key = Annotated[str | None, typer.Option("--idempotency-key", help="The same key finds the same job again.")]
Id = Annotated[str, typer.Argument(metavar="ID", help="The orchestration's id.")]
