"""What a container uses, by its control group; both versions of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
SAMPLE_SECONDS = 0.05
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Group:
    """memory and cpu: its folders."""

    memory: Path
    cpu: Path

    @classmethod
    def of(cls, pid: int) -> Group:
        """Of a process. Raises FileNotFoundError if it is gone."""
        places: dict[str, str] = {}
        for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines():
            _, names, path = line.split(":", 2)
            places |= dict.fromkeys(names.split(","), path.lstrip("/"))
        if "memory" in places:
            return cls(GROUPS / "memory" / places["memory"], GROUPS / "cpuacct" / places["cpuacct"])
        return cls(GROUPS / places[""], GROUPS / places[""])

    def memory_bytes(self) -> int:
        """What could not be had back: all that is charged but pages of files that are on the disk as well."""
        first = (self.memory / "memory.usage_in_bytes").exists()
        usage = int((self.memory / ("memory.usage_in_bytes" if first else "memory.current")).read_text())
        prefix = "total_" if first else ""
        pairs = (line.split() for line in (self.memory / "memory.stat").read_text().splitlines())
        told = {name: int(value) for name, value in pairs}
        return usage - told[f"{prefix}inactive_file"] - told[f"{prefix}active_file"]

    def cpu_seconds(self) -> float:
        first = self.cpu / "cpuacct.usage"
        if first.exists():
            return int(first.read_text()) / 1e9
        used = dict(line.split() for line in (self.cpu / "cpu.stat").read_text().splitlines())
        return int(used["usage_usec"]) / 1e6

    def limits(self) -> tuple[int, float]:
        """(bytes of memory, processors) that it may use at most."""
        first = self.memory / "memory.limit_in_bytes"
        if first.exists():
            quota, period = (
                int((self.cpu.parent / self.cpu.name / f"cpu.cfs_{name}_us").read_text())
                for name in ("quota", "period")
            )
            return int(first.read_text()), quota / period
        quota, period = (int(word) for word in (self.cpu / "cpu.max").read_text().split())
        return int((self.memory / "memory.max").read_text()), quota / period


class Watch:
    """The most that was used since `start`, of memory and of a folder."""

    def __init__(self, group: Group, folder: Path) -> None:
        self._group, self._folder = group, folder
        self.memory_bytes = self.disk_bytes = 0

    async def watch(self) -> None:
        """Until it is cancelled, or the container is gone."""
        while True:
            try:
                self.memory_bytes = max(self.memory_bytes, self._group.memory_bytes())
            except OSError:
                return
            self.disk_bytes = max(self.disk_bytes, folder_bytes(self._folder))
            await asyncio.sleep(SAMPLE_SECONDS)


def folder_bytes(folder: Path) -> int:
    """What the files in a folder take of the disk; some may go while it is counted."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.lstat().st_blocks * 512
        except OSError:
            continue
    return total
