from __future__ import annotations

import os
import pwd
import sys
from pathlib import Path

from local.guarded import Guarded, guarded


def test_another_user_still_finds_programs_in_folders_that_only_root_may_enter(tmp_path: Path) -> None:
    """A clone in /root is such a folder; `initdb` asks access(2) whether it may run its neighbour."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    program = closed / "postgres"
    program.touch(mode=0o755)
    nobody = pwd.getpwnam("nobody")
    user = (nobody.pw_uid, nobody.pw_gid) if os.geteuid() == 0 else None
    question = "import os, sys; sys.exit(0 if os.access(sys.argv[1], os.R_OK | os.X_OK) else 1)"
    with (tmp_path / "output").open("wb") as output:
        line = guarded([sys.executable, "-I", "-S", "-c", question, program], user=user)
        assert Guarded(line, output=output).wait(30) == 0
