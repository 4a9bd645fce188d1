"""applied_migrations: what was done to the schema, for a release that does not know the newest migrations."""

from sqlalchemy.orm import Mapped, mapped_column

from migrations.history import Phase
from models.tables.base import Base, Created, one_of


class AppliedMigration(Base):
    """One row a migration, written with it. What is applied is for Alembic's own table to say."""

    __tablename__ = "applied_migrations"
    __table_args__ = (one_of("phase", Phase),)

    revision: Mapped[str] = mapped_column(primary_key=True)
    phase: Mapped[str]
    at: Mapped[Created]
