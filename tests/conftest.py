"""What every test may ask for. Add your fixtures' module to the list."""

pytest_plugins = [
    "tests.support.database",
    "tests.support.rig",
    "tests.support.ray_driver",
    "tests.support.seeds",
    "tests.support.served",
    "tests.support.skips",
]
