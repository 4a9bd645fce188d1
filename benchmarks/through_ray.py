"""The measurements of the pool, in a process that was born with the cluster's token: prints them as JSON.

Arguments: the pid of the Ray head, and which measurements.
"""

import json
import sys
from dataclasses import asdict

import ray

from benchmarks import live, next_snippet, throughput
from replwright.repl.pool.ray_pool import RayREPLPool
from replwright.settings import load


def main(ray_head: int, names: list[str]) -> None:
    pool = RayREPLPool.connect(load())
    pool.ensure_hosts()
    pool.execute("1 + 1")
    questions = {
        "next_snippet": lambda: next_snippet.measure(pool),
        "throughput": lambda: throughput.measure(pool),
        "live": lambda: live.measure(pool, ray_head),
    }
    for name in names:
        print(json.dumps({name: [asdict(each) for each in questions[name]()]}), flush=True)
    ray.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
