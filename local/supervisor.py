"""The runtime of one LEADREEL_HOME: Postgres, workers, the runner, the demo site and the edge."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import socket
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack
from datetime import timedelta
from itertools import islice
from typing import Any

import psutil
import psycopg2

from local.beacons import BeaconLog
from local.catalogue import Function
from local.edge import edge
from local.environment import WorkerEnvironment, allow_demo, settings_environment
from local.failure import Failure
from local.home import Home, RuntimeInfo
from local.issuer.routes import Issuer
from local.issuer.signing import APP_CLIENT, ISSUER
from local.journal import Listener, PostgresJournal, enqueue, prepare, read_execution
from local.keys import with_keys
from local.postgres import Postgres
from local.product import Product
from local.runner import Runner
from local.runtime_api import Answer
from local.server import Server, bind, bind_remembered, static_site
from local.states import machine_arn, states_api
from local.visits import Execution
from local.workers import Workers
from shared.analytics import VIEW_LOGS
from shared.database import Database, DatabaseUnreachable
from shared.errors import Permanent, Retryable
from shared.hosting import publish_docs
from shared.mail import is_mail_due
from shared.settings import Settings
from shared.storage import FileStorage, Links
from shared.tending import is_tending_due
from shared.videos import TEND_AFTER
from shared.webhooks import is_due

FLUSH_SECONDS = 5.0
SEND_SECONDS = 1.0
SENDERS: Mapping[str, Callable[[Database], bool]] = {"deliver": is_due, "mail": is_mail_due}
"""Functions that send what is due, and whether anything is."""
TEND_SECONDS = 60.0
LOG_SECONDS = 1.0
LOGS_AT_ONCE = 50
WATCH_SECONDS = 0.5

log = logging.getLogger(__name__)


class MigrationFailed(Permanent):
    """The database could not be brought up to date."""


class Runtime:
    """Starts everything of a home and ends it again, in order, with no process left behind.

    settings: handed on to the workers; its leadreel_home is the home. port: of the edge, None for no edge.
    environment: of this process, for what PASSED_ON of `local.environment` names.
    migrate: called with the owner's url in place of the function `migrate`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        port: int | None = None,
        product: Product | None = None,
        environment: Mapping[str, str] | None = None,
        migrate: Callable[[str], None] | None = None,
        cores: int | None = None,
    ) -> None:
        self.home = Home(settings.leadreel_home)
        self._settings = settings
        self._port = port
        self._product = product or Product()
        self._environment = dict(os.environ if environment is None else environment)
        self._migrate = migrate
        self._cores = cores
        self._stack = AsyncExitStack()
        self._background: list[asyncio.Task[None]] = []
        self._wake = asyncio.Event()
        self._info: RuntimeInfo | None = None
        self._workers: Workers | None = None

    @property
    def info(self) -> RuntimeInfo:
        """Urls and process, once started."""
        assert self._info, "the runtime isn't started"
        return self._info

    @property
    def workers(self) -> Workers:
        """To invoke functions, once started."""
        assert self._workers, "the runtime isn't started"
        return self._workers

    async def start(self) -> None:
        """Start everything; after a crash, executions go on where they stood.

        Raises:
            HomeInUse, PortBusy, PostgresFailed, DefinitionRefused, MigrationFailed: nothing runs then.
        """
        try:
            await self._start(self._stack)
        except BaseException:
            await self._stack.aclose()
            raise

    async def stop(self) -> None:
        """End everything. Executions that have not ended stay in the journal for the next start."""
        self._info = None
        await self._stack.aclose()

    async def __aenter__(self) -> Runtime:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def enqueue(self, machine: str, name: str, value: Any) -> None:
        """Start an execution; does nothing if there is one of that name."""
        await asyncio.to_thread(enqueue, self.info.owner_url, machine, name, value)

    async def execution(self, name: str) -> Execution | None:
        """How an execution stands."""
        return await asyncio.to_thread(read_execution, self.info.owner_url, name)

    async def wait(self, name: str) -> Execution:
        """Wait until an execution has ended. Raises KeyError if there is none of that name."""
        while True:
            self.check()
            execution = await self.execution(name)
            if execution is None:
                raise KeyError(name)
            if execution.status != "RUNNING":
                return execution
            await asyncio.sleep(0.1)

    async def until_signal(self) -> None:
        """Wait for SIGINT, SIGTERM or SIGHUP. Must run in the main thread."""
        asked, loop = asyncio.Event(), asyncio.get_running_loop()
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        for number in numbers:
            loop.add_signal_handler(number, asked.set)
        try:
            while not asked.is_set():
                self.check()
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(WATCH_SECONDS):
                        await asked.wait()
        finally:
            for number in numbers:
                loop.remove_signal_handler(number)

    def check(self) -> None:
        """Raise what ended one of the background tasks."""
        for task in self._background:
            if task.done():
                task.result()

    async def _start(self, stack: AsyncExitStack) -> None:
        functions, machines = self._product.read()
        await self.home.take()
        stack.callback(self.home.release)
        listener = None
        if self._port is not None:
            listener = bind(self._port)
            stack.callback(listener.close)
        demo = await self._serve_demo(stack)
        postgres = await self._start_postgres(stack)
        states = await self._serve_states(stack, machines, postgres)
        workers = self._make_workers(functions, postgres, demo, states, listener)
        stack.push_async_callback(workers.stop)
        await self._bring_up_to_date(functions, workers, postgres.owner_url)

        journal = PostgresJournal(postgres.owner_url)
        stack.push_async_callback(journal.close)
        runner = Runner(machines, workers.invoke, journal, self._wake, workers.flush)
        ears = Listener(postgres.owner_url, self._wake)
        ears.open()
        stack.callback(ears.close)
        database = Database(postgres.app_url)
        stack.callback(database.close)
        works = [runner.run(), self._flush_now_and_then(workers), self._watch(postgres, ears)]
        works += [self._send_now_and_then(workers, name, database) for name in SENDERS if name in functions]
        if "tend" in functions:
            # before anybody knows that we are there: no run is another process's that is about to start it
            left = await asyncio.to_thread(is_tending_due, database, timedelta(0))
            works.append(self._tend_now_and_then(workers, database, timedelta(0) if left else TEND_AFTER))
        for work in works:
            self._begin(work, stack)
        url = ""
        if listener:
            issuer = Issuer(self.home.path, database)
            await asyncio.to_thread(publish_docs, FileStorage(self._settings.storage_path))
            public = self._settings.storage_path / "public"
            key = with_keys(self._settings).link_signing_key
            links = Links(key) if key else None
            beacons = BeaconLog(FileStorage(self._settings.storage_path))
            stack.push_async_callback(beacons.close_file)
            more = (issuer.routes, beacons.route)
            server = Server(edge(public, _api(workers), *more, links=links), listener)
            await server.start()
            stack.push_async_callback(server.stop)
            url = server.url
            if "ingest_views" in functions:
                self._begin(self._count_now_and_then(workers, beacons), stack)
        me = psutil.Process()
        self._info = RuntimeInfo(me.pid, me.create_time(), postgres.owner_url, postgres.app_url, url, demo)
        self._workers = workers
        self.home.announce(self._info)
        stack.callback(self.home.conceal)

    def _begin(self, work: Coroutine[Any, Any, None], stack: AsyncExitStack) -> None:
        task = asyncio.create_task(work)
        self._background.append(task)
        stack.push_async_callback(_cancel, task)

    async def _serve_demo(self, stack: AsyncExitStack) -> str:
        folder = self._product.demo_site
        if folder is None or not folder.is_dir():
            return ""
        server = Server(static_site(folder), bind_remembered(self.home.run / "demo-port"))
        await server.start()
        stack.push_async_callback(server.stop)
        return server.url

    async def _serve_states(
        self, stack: AsyncExitStack, machines: Collection[str], postgres: Postgres
    ) -> str:
        server = Server(states_api(machines, postgres.owner_url), bind(0))
        await server.start()
        stack.push_async_callback(server.stop)
        return server.url

    async def _start_postgres(self, stack: AsyncExitStack) -> Postgres:
        postgres = Postgres(self.home.path, hold=(self.home.lock,))
        stack.push_async_callback(asyncio.to_thread, postgres.stop)
        await asyncio.to_thread(postgres.start)
        await asyncio.to_thread(prepare, postgres.owner_url)
        return postgres

    def _make_workers(
        self,
        functions: Mapping[str, Function],
        postgres: Postgres,
        demo: str,
        states: str,
        listener: socket.socket | None,
    ) -> Workers:
        environment = self._make_environment(postgres, demo, states, listener)
        return Workers(functions, environment, self.home.path, cores=self._cores, hold=(self.home.lock,))

    def _make_environment(
        self, postgres: Postgres, demo: str, states: str, listener: socket.socket | None
    ) -> WorkerEnvironment:
        plain, secrets = settings_environment(allow_demo(with_keys(self._settings), demo))
        of_states = {
            "STATE_MACHINE_ARNS": machine_arn(""),
            "AWS_ENDPOINT_URL_SFN": states,
            # as on Lambda, where there always are some; here nobody looks at them
            "AWS_ACCESS_KEY_ID": "local",
            "AWS_SECRET_ACCESS_KEY": "local",
        }
        of_api = {
            # it has none of their keys
            "VENDORS": ",".join(
                vendor for vendor in ("elevenlabs", "openrouter") if f"{vendor}_api_key".upper() in secrets
            )
        }
        if listener and self._settings.auth_issuer is None:
            site = f"http://127.0.0.1:{listener.getsockname()[1]}"
            of_api["AUTH_ISSUER"], of_api["AUTH_APP_CLIENTS"] = ISSUER, APP_CLIENT
            of_api["AUTH_KEYS_URL"] = f"{site}/auth/.well-known/jwks.json"
        return WorkerEnvironment(
            self._product.task_root,
            self._environment,
            plain,
            secrets,
            postgres.app_url,
            postgres.owner_url,
            of_states,
            of_api,
        )

    async def _bring_up_to_date(self, functions: Mapping[str, Any], workers: Workers, owner_url: str) -> None:
        try:
            if self._migrate:
                await asyncio.to_thread(self._migrate, owner_url)
            elif "migrate" in functions:
                await workers.invoke("migrate", {})
        except Failure as failure:
            log_file = self.home.path / "logs" / "migrate.log"
            raise MigrationFailed(
                f"the database could not be brought up to date: {failure}; see {log_file}"
            ) from failure

    async def _flush_now_and_then(self, workers: Workers) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await workers.flush()
            except Failure as failure:
                log.warning("costs were not written and will be later: %s", failure)

    async def _send_now_and_then(self, workers: Workers, function: str, database: Database) -> None:
        """What a schedule does on AWS; the function is called when something is due."""
        while True:
            await asyncio.sleep(SEND_SECONDS)
            try:
                if await asyncio.to_thread(SENDERS[function], database):
                    await workers.invoke(function, {})
            except (Failure, DatabaseUnreachable) as failure:
                log.warning("%s failed, and is called again later: %s", function, failure)
                await asyncio.sleep(FLUSH_SECONDS)

    async def _tend_now_and_then(self, workers: Workers, database: Database, after: timedelta) -> None:
        """Likewise. after: for how long a run is left alone, the first time."""
        while True:
            try:
                if await asyncio.to_thread(is_tending_due, database, after):
                    await workers.invoke("tend", {"after_seconds": after.total_seconds()})
                after = TEND_AFTER
            except (Failure, Retryable) as failure:
                log.warning("what was left behind was not seen to and will be later: %s", failure)
            await asyncio.sleep(TEND_SECONDS)

    async def _count_now_and_then(self, workers: Workers, beacons: BeaconLog) -> None:
        """What CloudFront and S3 do on AWS: log files appear, and the function is called for them."""
        storage = FileStorage(self._settings.storage_path)
        while True:
            await asyncio.sleep(LOG_SECONDS)
            await beacons.close_file()
            keys = await asyncio.to_thread(lambda: [*islice(storage.keys(VIEW_LOGS), LOGS_AT_ONCE)])
            try:
                if keys:
                    await workers.invoke("ingest_views", {"keys": keys})
            except Failure as failure:
                log.warning("views were not counted and will be later: %s", failure)
                await asyncio.sleep(FLUSH_SECONDS)

    async def _watch(self, postgres: Postgres, ears: Listener) -> None:
        """Start Postgres again should it end, and listen again."""
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            if not postgres.running:
                log.warning("Postgres has ended and is started again")
                await asyncio.to_thread(postgres.stop)
                await asyncio.to_thread(postgres.start)
            with contextlib.suppress(psycopg2.OperationalError):
                ears.open()


def _api(workers: Workers) -> Callable[[bytes, float], Any]:
    async def call(event: bytes, seconds: float) -> Answer:
        return await workers.call("api", event, seconds)

    return call


async def _cancel(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
