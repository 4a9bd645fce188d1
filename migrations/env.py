"""Alembic's entry: it works on the connection that `models.migrate` hands over, and on nothing else."""

from alembic import context

from models.tables import Base


def run() -> None:
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=Base.metadata,
        compare_server_default=True,
    )
    with context.begin_transaction():
        context.run_migrations()


run()
