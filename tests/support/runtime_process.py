"""Runs a runtime until it is told to stop.

python -m tests.support.runtime_process HOME MACHINE.json [PORT]
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from local.product import PROJECT, Product
from local.supervisor import Runtime
from shared.settings import Settings


def product(machine: Path, demo_site: Path | None = None) -> Product:
    """The functions of tests/support/lambdas and one machine, `machine`."""
    return Product(
        functions=PROJECT / "tests" / "support" / "lambdas" / "functions.toml",
        machines={"machine": machine},
        task_root=PROJECT,
        package="tests.support.lambdas",
        demo_site=demo_site,
    )


def settings(home: Path) -> Settings:
    return Settings(_env_file=None, leadreel_home=home)


async def main(home: str, machine: str, port: str = "") -> None:
    runtime = Runtime(settings(Path(home)), port=int(port) if port else None, product=product(Path(machine)))
    async with runtime:
        print("ready", flush=True)
        await runtime.until_signal()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
