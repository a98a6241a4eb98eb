#!/usr/bin/env python3
# Copyright: the authors of ElasticJob for Spring Boot. Licensed under the Apache License, Version 2.0.
"""A worker for ElasticJob gateways: a library, and a command that runs another command for each shard.

As a library::

    from elasticjob_worker import Worker

    def resize(execution):
        for page in pages(execution.shard, execution.sharding_total_count, after=execution.checkpoint):
            if execution.cancelled:
                return
            work_on(page)
            execution.save(page)  # returns when the checkpoint is stored

    Worker(["http://localhost:8080"], {"resize": resize}, slots=4, token="...").run()

As a command::

    ELASTICJOB_TOKEN=... python3 elasticjob_worker.py --gateway http://localhost:8080 --handler resize --slots 4 -- ./resize.sh

The command is told by its environment (EJ_JOB, EJ_SHARD, EJ_SHARDS, EJ_SHARD_PARAMETER, EJ_JOB_PARAMETER, EJ_FIRE_TIME,
EJ_ATTEMPT, EJ_FENCING_TOKEN, EJ_EXECUTION, EJ_CHECKPOINT) and by a JSON object on its standard input what to do; its exit code
is the outcome. What it writes into the file EJ_RESULT_FILE is its result; if it makes the file EJ_SKIP_FILE, there was nothing
to do, for the reason that it writes there. It needs nothing but Python 3.8 or newer.

A shard runs here only while this worker may be sure that nobody else has it. When it does not hear from a gateway for as long
as it was promised, it cancels what runs.
"""

import argparse
import codecs
import collections
import http.client
import json
import logging
import os
import random
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import urllib.parse
import uuid

__version__ = "0.1.0"

log = logging.getLogger("elasticjob")

LOG_TAIL = 16 * 1024
LOG_EVERY = 2.0  # seconds between two pieces of the log of a running execution
ERROR = 2_000  # characters of the text of a failure
MESSAGE = 200
REASON = 500  # characters of the reason for having nothing to do
CHECKPOINT = 4 * 1024  # bytes of a checkpoint
RESULT = 1024  # bytes of a result
OUTPUT_AFTER = 5.0  # seconds for the rest of the output of a command that has ended: what it left behind may hold it open
BODY = 300_000  # characters of results in one request, and of notes; what does not fit goes with the next
PATH = "/elasticjob/workers/v1"


class Problem(Exception):
    """A gateway refuses a request."""

    def __init__(self, status, body):
        super().__init__("%s %s" % (status, body.get("detail", "")))
        self.status = status
        self.body = body


class ShardLost(Exception):
    """The execution no longer holds its shard: nothing more of it is recorded."""


class Stopwatch:
    """Time that has passed, by the clock that says more: a machine that slept does not notice by one of them alone."""

    def __init__(self):
        self._monotonic = time.monotonic()
        self._wall = time.time()

    def seconds(self):
        return max(time.monotonic() - self._monotonic, time.time() - self._wall)


class Execution:
    """One shard of one firing, as its handler sees it."""

    def __init__(self, worker, task):
        self._worker = worker
        self._notes = 0
        self._said = ""
        self._said_since = None
        self._telling = False
        self._result = None
        self._skipped = None
        self._cancelled = threading.Event()
        self.id = task["id"]
        self.task = task
        self.job = task["job"]
        self.handler = task["handler"]
        self.name = task["execution"]
        self.shard = task["shard"]
        self.sharding_total_count = task["shardingTotalCount"]
        self.sharding_parameter = task.get("shardingParameter", "")
        self.job_parameter = task.get("jobParameter", "")
        self.fire_time = task["fireTime"]
        self.previous_fire_time = task.get("previousFireTime")
        self.interval_start = task.get("intervalStart")
        self.origin_fire_time = task.get("originFireTime")
        self.causes = task.get("causes", [])  # the firings after which this one runs, with their results by shard
        self.trigger = task.get("trigger")
        self.attempt = task["attempt"]
        self.fencing_token = int(task["fencingToken"]) if "fencingToken" in task else None
        self.checkpoint = task.get("checkpoint")
        self.why_cancelled = None
        self.begun = Stopwatch()

    @property
    def cancelled(self):
        """Whether the handler should end as soon as it can."""
        return self._cancelled.is_set()

    def wait_cancelled(self, seconds=None):
        """Waits until the handler should end, at most so long; tells whether it should."""
        return self._cancelled.wait(seconds)

    def save(self, checkpoint, timeout=30.0):
        """Stores how far the work has come, for the next attempt. Returns when the scheduler has it, and raises ShardLost
        when this execution has lost its shard."""
        if len(checkpoint.encode("utf-8")) > CHECKPOINT:
            raise ValueError("checkpoint: must have at most %s bytes" % CHECKPOINT)
        note = self._worker._note(self, {"checkpoint": checkpoint})
        if not note["done"].wait(timeout):
            raise TimeoutError("The checkpoint was not acknowledged within %s s; it may have been stored" % timeout)
        if note.get("refused"):
            raise ShardLost(note["refused"])
        self.checkpoint = checkpoint

    def result(self, text):
        """Leaves a result, which is recorded with the end if that is a success. The last call counts."""
        size = len(text.encode("utf-8"))
        if size > RESULT:
            raise ValueError("result: must have at most %s bytes, and has %s" % (RESULT, size))
        self._result = text

    def skip(self, reason=""):
        """Says that there is nothing to do: the end is then neither a success nor a failure. The last call counts."""
        self._skipped = str(reason)[:REASON]

    def progress(self, percent, message=None):
        """Tells how far the work has come, for people. Does not wait."""
        percent = max(0, min(100, int(percent)))
        self._worker._note(self, {"percent": percent, "message": None if message is None else str(message)[:MESSAGE]})

    def log(self, text):
        """Adds to the log of the execution, for people. Does not wait; of what comes faster than it is sent, the end is kept."""
        with self._worker._lock:
            self._said = (self._said + text)[-LOG_TAIL:]
            if self._said_since is None:
                self._said_since = Stopwatch()

    def _take_log(self):
        said, self._said, self._said_since = self._said, "", None
        return said

    def _cancel(self, why):
        if not self._cancelled.is_set():
            self.why_cancelled = why
            self._cancelled.set()


class Worker:
    """Takes shards from a gateway and runs them, each on a thread of its own.

    gateways -- addresses, such as ["https://s1:8443"]; more are learnt from the first that answers
    handlers -- functions that take an Execution, by the names of handlers; what one raises is the failure of its execution
    slots    -- how many executions run here at once
    crew     -- workers of one crew, with the same handlers and labels, take whatever is next; the name by default
    token    -- sent as a bearer token; or a function that gives it, called before each request
    """

    def __init__(self, gateways, handlers, slots=1, name=None, crew=None, labels=None, token=None, context=None,
                 wait_seconds=20.0, grace_seconds=30.0):
        if not gateways:
            raise ValueError("gateways: name at least one address")
        if not handlers:
            raise ValueError("handlers: name at least one")
        self.name = name or "%s-%s" % (socket.gethostname()[:40], uuid.uuid4().hex[:6])
        self._configured = list(gateways)
        self._gateways = collections.deque(gateways)
        self._handlers = dict(handlers)
        self._slots = slots
        self._crew = crew or self.name
        self._labels = dict(labels or {})
        self._token = token
        self._ssl = context
        self._wait = wait_seconds
        self._grace = grace_seconds
        self._process = uuid.uuid4().hex
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._running = {}
        self._results = {}
        self._notes = collections.OrderedDict()
        self._attachment = None
        self._seq = 0
        self._lease = None
        self._beat = 1.0
        self._draining = False
        self._stopping = threading.Event()
        self._fatal = None

    # ---- For the application

    def run(self):
        """Works until stop() is called, or a gateway refuses this worker for good. Ends what it was given."""
        guard = threading.Thread(target=self._guard, name="elasticjob-lease", daemon=True)
        guard.start()
        failures = 0
        while not (self._stopping.is_set() and not self._holds()):
            try:
                if self._attachment is None:
                    self._attach()
                self._exchange()
                failures = 0
            except Problem as problem:
                failures += 1
                self._refused(problem)
            except (OSError, http.client.HTTPException, ValueError) as unreachable:
                failures += 1
                log.warning("Gateway %s does not answer: %s", self._gateways[0], unreachable)
                self._next_gateway()
            if self._fatal:
                self._end_all()  # nothing runs on without a lease
                raise self._fatal
            if failures:
                self._stopping.wait(min(5.0, 0.1 * 2 ** min(failures, 6)) * random.uniform(0.5, 1.0))
                if self._stopping.is_set() and failures > 20:
                    break
        self._detach()

    def stop(self):
        """Takes nothing new, lets what runs come to its end, and leaves. What has not ended after the grace is cancelled."""
        self._stopping.set()
        self._wake.set()
        patience = threading.Timer(self._grace, self._cancel_all, ["SHUTDOWN"])
        patience.daemon = True
        patience.start()

    def stop_on(self, *signals):
        """Has it stop() when the process gets one of these signals. For the main thread, before run()."""
        read, write = os.pipe()
        os.set_blocking(write, False)
        for number in signals:
            signal.signal(number, lambda *_: None)
        # What a handler itself would call may wait for a lock of the very code that it interrupts.
        signal.set_wakeup_fd(write)

        def wait():
            os.read(read, 1)
            self.stop()

        threading.Thread(target=wait, name="elasticjob-signals", daemon=True).start()

    # ---- Talking

    def _attach(self):
        with self._lock:
            holds = [{"id": one.id, "state": "RUNNING", "runningMs": int(one.begun.seconds() * 1000)}
                     for one in self._running.values()]
            holds += [dict(result, state="ENDED") for result in self._fitting(self._results.values())]
        answer = self._send("POST", "", {
            "name": self.name, "crew": self._crew, "handlers": sorted(self._handlers), "labels": self._labels,
            "slots": self._slots, "client": "python/" + __version__, "process": self._process, "holds": holds}, 10.0)
        with self._lock:
            self._attachment = answer["worker"]
            self._beat = max(0.2, answer.get("beatMs", 1000) / 1000.0)
            others = [one for one in answer.get("gateways", []) if one not in self._gateways]
            self._gateways.extend(others)
            for lost in answer.get("lost", []):
                if lost in self._running:
                    self._running[lost]._cancel("SHARD_LOST")
                    self._running.pop(lost)
                self._results.pop(lost, None)
                self._drop_notes(lost, "The execution has lost its shard")
            for recorded in answer.get("recorded", []):
                self._results.pop(recorded, None)
                self._drop_notes(recorded, "The execution has ended")
        log.info("Attached to %s as %s", self._gateways[0], answer["worker"])

    def _exchange(self):
        """One exchange. A result or a note that comes while it is parked is sent by the next one, at once."""
        with self._lock:
            self._seq += 1
            seq = self._seq
            self._wake.clear()
            free = 0 if self._stopping.is_set() else max(0, self._slots - len(self._running))
            for execution in self._running.values():
                if execution._said and not execution._telling:
                    execution._telling = True
                    self._note(execution, {"log": execution._take_log()}, wake=False)
            noted = [note["wire"] for note in self._notes.values()]
            notes = self._fitting(noted)
            unsaid = {note["id"] for note in noted[len(notes):]}
            # An end comes after all that was said before it. What does not fit has not ended yet, as far as the gateway
            # is told.
            results = self._fitting([result for result in self._results.values() if result["id"] not in unsaid])
            later = [one for one in self._results if all(one != result["id"] for result in results)]
            request = {
                "seq": seq, "free": free, "running": list(self._running) + later,
                "waitMs": 0 if later else int(self._wait * 1000), "results": results,
                "notes": notes}
            attachment = self._attachment
        sent = Stopwatch()
        answer = self._answer_or_wake("/%s/exchange" % urllib.parse.quote(attachment), request)
        if answer is None or answer["seq"] != self._seq:
            return
        begin = []
        with self._lock:
            if self._running or answer["executions"]:
                # The gateway counts from a later instant: it gives up after this worker does.
                self._lease = (sent, (answer["heldMs"] + answer["leaseMs"]) / 1000.0 * 0.999)
            for acknowledged in answer["acks"]:
                self._results.pop(acknowledged, None)
                self._drop_notes(acknowledged, "The execution has ended")
            for note in answer["notes"]:
                self._noted(note)
            for cancel in answer["cancel"]:
                if cancel["id"] in self._running:
                    self._running[cancel["id"]]._cancel(cancel["why"])
            for task in answer["executions"]:
                if task["id"] not in self._running and task["id"] not in self._results:
                    execution = Execution(self, task)
                    self._running[execution.id] = execution
                    begin.append(execution)
        for execution in begin:
            threading.Thread(target=self._run, args=(execution,), name=execution.name, daemon=True).start()
        if answer.get("moveTo"):
            self._move(answer["moveTo"])

    @staticmethod
    def _fitting(all_of_them):
        """As many as fit into one request, and one in any case."""
        fitting, size = [], 0
        for one in all_of_them:
            size += len(json.dumps(one))
            if fitting and size > BODY:
                break
            fitting.append(one)
        return fitting

    def _answer_or_wake(self, path, request):
        """The answer; None when something is to be sent before it has come."""
        result = {}
        done = threading.Event()

        def send():
            try:
                result["answer"] = self._send("POST", path, request, self._wait + 10.0)
            except BaseException as failed:  # told to whoever waits
                result["failed"] = failed
            finally:
                done.set()
                if request["seq"] == self._seq:  # one that was overtaken is no reason for another
                    self._wake.set()

        threading.Thread(target=send, name="elasticjob-exchange", daemon=True).start()
        self._wake.wait()
        if not done.is_set():
            done.wait(0.002)  # what comes together is sent together
        if not done.is_set():
            return None
        if "failed" in result:
            raise result["failed"]
        return result["answer"]

    def _send(self, method, path, body, timeout):
        url = urllib.parse.urlsplit(self._gateways[0])
        if url.scheme == "https":
            connection = http.client.HTTPSConnection(url.hostname, url.port or 443, timeout=timeout, context=self._ssl)
        else:
            connection = http.client.HTTPConnection(url.hostname, url.port or 80, timeout=timeout)
        headers = {"Content-Type": "application/json"}
        token = self._token() if callable(self._token) else self._token
        if token:
            headers["Authorization"] = "Bearer " + token
        try:
            payload = None if body is None else json.dumps(body).encode("utf-8")
            connection.request(method, url.path.rstrip("/") + PATH + path, payload, headers)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        if response.status >= 400:
            try:
                problem = json.loads(content)
            except ValueError:
                problem = {"detail": content[:200].decode("utf-8", "replace")}
            raise Problem(response.status, problem if isinstance(problem, dict) else {})
        return json.loads(content) if content else {}

    def _refused(self, problem):
        if problem.status in (400, 401, 403):
            self._fatal = problem
        elif problem.status == 404:
            self._attachment = None
        elif problem.status == 503:
            self._attachment = None
            self._move(problem.body.get("gateways") or [])
        log.warning("Gateway %s refuses: %s", self._gateways[0], problem)

    def _move(self, gateways):
        self._attachment = None
        for address in reversed([one for one in gateways if one != self._gateways[0]]):
            if address in self._gateways:
                self._gateways.remove(address)
            self._gateways.appendleft(address)
        if not gateways:
            self._gateways.rotate(-1)

    def _next_gateway(self):
        if len(self._gateways) > 1:
            self._gateways.rotate(-1)
            self._attachment = None

    def _detach(self):
        if self._attachment is not None:
            try:
                self._send("DELETE", "/" + urllib.parse.quote(self._attachment), None, 5.0)
            except (Problem, OSError, http.client.HTTPException) as failed:
                log.info("Left without a word: %s", failed)

    # ---- Running

    def _holds(self):
        with self._lock:
            return bool(self._running or self._results)

    def _run(self, execution):
        result = {"id": execution.id, "outcome": "SUCCEEDED"}
        try:
            self._handlers[execution.handler](execution)
            if execution._skipped is not None:
                result.update(outcome="SKIPPED", reason=execution._skipped)
            elif execution._result is not None:
                result["result"] = execution._result
        except BaseException as failed:
            result["outcome"] = "ABANDONED" if execution.cancelled else "FAILED"
            result["error"] = ("%s: %s" % (type(failed).__name__, failed))[:ERROR]
            if not isinstance(failed, CommandFailed):
                execution.log(traceback.format_exc())
        with self._lock:
            result["log"] = execution._take_log()  # what it wrote since its last note
            if self._running.pop(execution.id, None) is not None:
                self._results[execution.id] = result
            self._drop_notes(execution.id, "The execution has ended", checkpoints_only=True)
        self._wake.set()

    def _note(self, execution, content, wake=True):
        note = {"done": threading.Event(), "execution": execution}
        with self._lock:
            execution._notes += 1
            note["wire"] = dict({key: value for key, value in content.items() if value is not None},
                                id=execution.id, seq=execution._notes)
            self._notes[(execution.id, execution._notes)] = note
        if wake:
            self._wake.set()
        return note

    def _drop_notes(self, execution_id, why, checkpoints_only=False):
        for key, note in list(self._notes.items()):
            if key[0] == execution_id and (not checkpoints_only or "checkpoint" in note["wire"]):
                self._noted({"id": key[0], "seq": key[1], "refused": why})

    def _noted(self, answer):
        note = self._notes.pop((answer["id"], answer["seq"]), None)
        if note is not None:
            if "log" in note["wire"]:
                note["execution"]._telling = False
            note["refused"] = answer.get("refused")
            note["done"].set()

    # ---- The lease

    def _guard(self):
        """Cancels what runs when the lease is over: another may run it from then on."""
        while True:
            with self._lock:
                lease = self._lease
                left = None if lease is None else lease[1] - lease[0].seconds()
                if any(one._said_since is not None and one._said_since.seconds() > LOG_EVERY and not one._telling
                       for one in self._running.values()):
                    self._wake.set()
            if left is None or not self._running:
                time.sleep(0.1)
            elif left > 0:
                time.sleep(min(left, 0.1))
            else:
                with self._lock:
                    if lease is self._lease:
                        self._cancel_all("SESSION_LOSS")
                        self._lease = None

    def _end_all(self):
        """Cancels what runs, and waits for its end: a handler that does not heed it is waited for no longer than the grace."""
        self._cancel_all("SHUTDOWN")
        patience = Stopwatch()
        while self._running and patience.seconds() < self._grace:
            time.sleep(0.05)

    def _cancel_all(self, why):
        with self._lock:
            for execution in self._running.values():
                execution._cancel(why)
        self._wake.set()


class CommandFailed(Exception):
    """The command has ended with another exit code than 0."""

    def __init__(self, code):
        super().__init__("exit code %s" % code)


class Command:
    """A handler that runs a command for each shard, and kills it with all that it has started when it is cancelled."""

    def __init__(self, command, kill_after=10.0):
        self._command = command
        self._kill_after = kill_after

    def __call__(self, execution):
        environment = dict(os.environ)
        environment.pop("ELASTICJOB_TOKEN", None)
        environment.pop("ELASTICJOB_TOKEN_FILE", None)
        environment.update({
            "EJ_JOB": execution.job, "EJ_SHARD": str(execution.shard), "EJ_SHARDS": str(execution.sharding_total_count),
            "EJ_SHARD_PARAMETER": execution.sharding_parameter, "EJ_JOB_PARAMETER": execution.job_parameter,
            "EJ_FIRE_TIME": execution.fire_time, "EJ_ATTEMPT": str(execution.attempt), "EJ_EXECUTION": execution.name,
            "EJ_FENCING_TOKEN": "" if execution.fencing_token is None else str(execution.fencing_token),
            "EJ_CHECKPOINT": execution.checkpoint or ""})
        with tempfile.TemporaryDirectory(prefix="elasticjob-") as folder:
            environment["EJ_RESULT_FILE"] = os.path.join(folder, "result")
            environment["EJ_SKIP_FILE"] = os.path.join(folder, "skip")
            self._execute(execution, environment)
            self._leave_result(execution, environment["EJ_RESULT_FILE"])
            self._skip(execution, environment["EJ_SKIP_FILE"])

    def _execute(self, execution, environment):
        process = subprocess.Popen(self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                   env=environment, start_new_session=True)
        reader = threading.Thread(target=self._read, args=(process, execution), daemon=True)
        reader.start()
        try:
            process.stdin.write(json.dumps(execution.task).encode("utf-8"))
            process.stdin.close()
        except BrokenPipeError:
            pass  # it does not want to know
        killing = None
        while process.poll() is None:
            if execution.cancelled and killing is None:
                killing = Stopwatch()
                self._signal(process, signal.SIGTERM)
            elif killing is not None and killing.seconds() > self._kill_after:
                self._signal(process, signal.SIGKILL)
            time.sleep(0.02)
        if execution.cancelled:
            self._signal(process, signal.SIGKILL)  # what it has left behind
        reader.join(OUTPUT_AFTER)
        if process.returncode != 0:
            raise CommandFailed(process.returncode)

    @staticmethod
    def _leave_result(execution, path):
        if os.path.exists(path):
            with open(path, "rb") as file:
                written = file.read(RESULT * 2).decode("utf-8", "replace")
            execution.result(written.rstrip("\n"))

    @staticmethod
    def _skip(execution, path):
        if os.path.exists(path):
            with open(path, "rb") as file:
                execution.skip(file.read(REASON * 4).decode("utf-8", "replace").rstrip("\n"))

    @staticmethod
    def _signal(process, number):
        try:
            os.killpg(process.pid, number)
        except (ProcessLookupError, PermissionError):
            pass

    @staticmethod
    def _read(process, execution):
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        for chunk in iter(lambda: process.stdout.read1(8192), b""):
            execution.log(decoder.decode(chunk))


def token_of_environment():
    """ELASTICJOB_TOKEN; or what is in ELASTICJOB_TOKEN_FILE, which is read again before each request."""
    path = os.environ.get("ELASTICJOB_TOKEN_FILE")
    if not path:
        return os.environ.get("ELASTICJOB_TOKEN")
    last = [None]

    def read():
        try:
            with open(path, encoding="utf-8") as file:
                last[0] = file.read().strip() or last[0]
        except OSError as unreadable:
            log.warning("The token file cannot be read: %s", unreadable)
        return last[0]

    return read


def main(arguments=None):
    parser = argparse.ArgumentParser(description="Runs a command for each shard that a gateway gives.")
    parser.add_argument("--gateway", action="append", required=True, help="address of a gateway; may be given several times")
    parser.add_argument("--handler", action="append", required=True, help="name of a handler; may be given several times")
    parser.add_argument("--slots", type=int, default=1, help="how many run at once")
    parser.add_argument("--name", help="name of this worker, unique among those that live")
    parser.add_argument("--crew", help="workers of one crew take whatever is next")
    parser.add_argument("--label", action="append", default=[], metavar="NAME=VALUE")
    parser.add_argument("--ca", help="file with the certificates to trust")
    parser.add_argument("--cert", help="file with this worker's certificate and key")
    parser.add_argument("--grace", type=float, default=30.0, help="seconds that what runs has after SIGTERM")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("command", nargs="+", help="the command with its arguments, after --")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO if options.verbose else logging.WARNING,
                        format="%(asctime)s %(levelname)s %(message)s")
    context = ssl.create_default_context(cafile=options.ca)
    if options.cert:
        context.load_cert_chain(options.cert)
    worker = Worker(options.gateway, dict.fromkeys(options.handler, Command(options.command)), options.slots,
                    options.name, options.crew, dict(label.split("=", 1) for label in options.label),
                    token_of_environment(), context, grace_seconds=options.grace)
    worker.stop_on(signal.SIGTERM, signal.SIGINT)
    try:
        worker.run()
    except Problem as refused:
        print("The gateway refuses this worker: %s" % refused, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
