"""`inputs_df["prices"]`: the input as a table, loaded with pandas when it is first touched."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from replwright.repl.guest import delimited, documents, shared


class TableError(ValueError):
    """An input cannot be read as a table; the message names the input and the problem."""


TableError.__module__ = "builtins"

_LOADERS: dict[str, Callable[[str], Any]] = {
    "csv": delimited.load_csv,
    "tsv": delimited.load_tsv,
    "json": documents.load_json,
    "jsonl": documents.load_json_lines,
    "parquet": documents.load_parquet,
    "xlsx": documents.load_excel,
}


class Tables(Mapping[str, Any]):
    """Input names to DataFrames. Each is loaded once; what cannot be read raises TableError.

    `ready` names those that the process which this one was forked from has loaded already.
    """

    def __init__(self, paths: dict[str, str], formats: dict[str, str], ready: Iterable[str] = ()) -> None:
        self._paths, self._formats = paths, formats
        self._loaded: dict[str, Any] = {name: shared.LOADED[name] for name in ready}

    def store(self, name: str, descriptor: int) -> None:
        """Write the table where a template finds it. Raises TableError, Unfaithful, OSError."""
        shared.store(self[name], descriptor)

    def __getitem__(self, name: str) -> Any:
        if name not in self._paths:
            raise KeyError(f"there is no input named {name!r}; there are: {', '.join(self._paths) or 'none'}")
        if name not in self._loaded:
            self._loaded[name] = _load(name, self._paths[name], self._formats[name])
        return self._loaded[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)


def _load(name: str, path: str, kind: str) -> Any:
    try:
        frame = _LOADERS[kind](path)
    except MemoryError:
        raise
    except Exception as error:
        if "out of memory" in str(error):
            raise MemoryError(f"the table {name!r} does not fit") from error
        problem = " ".join(str(error).split()) or type(error).__name__
        raise TableError(f"input {name!r} ({kind}) cannot be read: {problem[:300]}") from None
    if frame.shape[1] == 0:
        raise TableError(f"input {name!r} ({kind}) cannot be read: the table has no columns")
    frame.columns = [column.strip() if isinstance(column, str) else str(column) for column in frame.columns]
    return frame
