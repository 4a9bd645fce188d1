"""Log lines: one format for every process, on standard error."""

import logging


def configure(level: str) -> None:
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)-7s %(name)s: %(message)s", force=True)
    for chatty in ("kombu", "amqp", "urllib3", "fsspec"):
        logging.getLogger(chatty).setLevel("WARNING")
