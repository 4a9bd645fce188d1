"""What all tables share: the names of constraints, the types of columns, the clock, the storage of hot rows."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Connection,
    Double,
    Identity,
    Integer,
    MetaData,
    Text,
    Uuid,
    event,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP
from sqlalchemy.orm import DeclarativeBase, mapped_column

# STABLE although clock_timestamp() is volatile: a volatile call could not be compared with an index.
CLOCK = """
CREATE OR REPLACE FUNCTION replwright_now() RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS 'SELECT clock_timestamp()'
"""
DEFAULT_TENANT = "INSERT INTO tenants (name) VALUES ('default') ON CONFLICT DO NOTHING"

NOW = text("replwright_now()")

BigId = Annotated[int, mapped_column(BigInteger, Identity(always=True), primary_key=True)]
Big = Annotated[int, mapped_column(BigInteger)]
Created = Annotated[datetime, mapped_column(server_default=NOW)]

# Rows that change several times: room on the page for the next version, and a vacuum that comes early.
HOT: dict[str, Any] = {
    "fillfactor": 70,
    "autovacuum_vacuum_threshold": 200,
    "autovacuum_vacuum_scale_factor": 0.02,
    "autovacuum_analyze_scale_factor": 0.05,
}


class Base(DeclarativeBase):
    """The tables of the ledger."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: Text(),
        int: Integer(),
        float: Double(),
        UUID: Uuid(),
        datetime: TIMESTAMP(timezone=True),
        dict[str, Any]: JSONB(),
        list[Any]: JSONB(),
    }


def one_of(column: str, values: Iterable[StrEnum | str]) -> CheckConstraint:
    """The column holds one of these words."""
    words = ", ".join(f"'{value!s}'" for value in values)
    return CheckConstraint(f"{column} IN ({words})", name=f"{column}_known")


@event.listens_for(Base.metadata, "before_create")
def _make_clock(_target: MetaData, connection: Connection, **_: Any) -> None:
    connection.execute(text(CLOCK))


@event.listens_for(Base.metadata, "after_create")
def _make_default_tenant(_target: MetaData, connection: Connection, **_: Any) -> None:
    connection.execute(text(DEFAULT_TENANT))
