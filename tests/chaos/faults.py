"""What breaks, one at a time. Each takes a trial whose people go on meanwhile, and leaves the site whole."""

import math
import signal
import time
from collections.abc import Callable

import redis

from tests.chaos.people import send_at_once
from tests.chaos.stage import full, locked, who
from tests.chaos.trial import AIM_WITHOUT_BROKER, Trial
from tests.pace import eventually

NO_PING = 35.0
"""Seconds after which a client of Socket.IO that gets no ping connects anew (its interval and its patience)."""

Fault = Callable[[Trial], None]


def nothing(trial: Trial) -> None:
    """Without this nobody knows that the trial itself is sound."""
    with trial.fault("nothing"):
        pass


def kill(trial: Trial) -> None:
    """A process ends in the middle of its requests, and is started again."""
    process = trial.a_process()
    with trial.fault("kill -9 of a process"):
        process.kill()
        process.start()
    trial.kills += 1


def kill_worker(trial: Trial) -> None:
    """The worker ends in the middle of its requests; its master starts another."""
    process = trial.a_process()
    with trial.fault("kill -9 of a worker"):
        process.kill_worker()
        process.wait_until_it_answers()
    trial.kills += 1


def restart(trial: Trial) -> None:
    """The keeper of the site installs a new version, in one process after the other."""
    with trial.fault("graceful restart"):
        for process in trial.stage.processes:
            process.stop()
            process.start()


def redis_stops(trial: Trial) -> None:
    """Redis holds its connections and does nothing."""
    assert trial.stage.redis is not None
    with trial.fault("Redis stopped", aim=AIM_WITHOUT_BROKER), trial.without_broker(), trial.stage.redis.paused():
        time.sleep(2.5)


def redis_is_killed(trial: Trial) -> None:
    """Redis is gone for a while."""
    assert trial.stage.redis is not None
    with trial.fault("Redis killed", aim=AIM_WITHOUT_BROKER), trial.without_broker():
        trial.stage.redis.stop(signal.SIGKILL)
        time.sleep(2.5)
        trial.stage.redis.start()


def redis_is_flushed(trial: Trial) -> None:
    """Redis forgets everything, also who listens."""
    assert trial.stage.redis is not None
    with trial.fault("Redis flushed", aim=AIM_WITHOUT_BROKER), redis.Redis.from_url(trial.stage.redis.url) as client:
        client.flushall()
        client.execute_command("CLIENT KILL TYPE pubsub")


def postgresql_restarts(trial: Trial) -> None:
    """The database ends all sessions and is away for a moment."""
    assert trial.stage.postgresql is not None
    with trial.fault("PostgreSQL restarted"):
        trial.stage.postgresql.stop()
        time.sleep(0.5)
        trial.stage.postgresql.start()


def clients_are_cut(trial: Trial) -> None:
    """Everybody's connections end without a farewell."""
    with trial.fault("clients cut"):
        for gate in trial.gates.values():
            gate.cut()


def clients_are_half_open(trial: Trial) -> None:
    """Nothing passes and nobody notices; then the network says so."""
    with trial.fault("clients half-open, then cut"):
        for gate in trial.gates.values():
            gate.swallow()
        time.sleep(1.5)
        for gate in trial.gates.values():
            gate.pass_on(what_was_open=False)


def clients_are_lost(trial: Trial) -> None:
    """Connections die and nobody says so: a client finds out when no ping comes."""
    with trial.fault("clients lost without a word", aim=NO_PING):
        for gate in trial.gates.values():
            gate.lose()


def a_client_is_slow(trial: Trial) -> None:
    """One client takes 1 kB a second: nobody else waits for it."""
    with trial.fault("a client is slow", after=1):
        trial.gates["websocket"].bytes_a_second = 1_000
        time.sleep(1)
        trial.all_but("websocket")
        trial.gates["websocket"].bytes_a_second = None


def at_once(trial: Trial) -> None:
    """The same message comes fifty times at the same moment, to both processes."""
    with trial.fault("50 sends of one id at once"):
        talk, ada = trial.stage.talk, who(trial.stage.cast.ada)
        send_at_once(trial.book, trial.gate, ada, thread=talk.thread_id, times=50)


def database_is_locked(trial: Trial) -> None:
    """Another program holds the SQLite file for longer than a writer waits."""
    with trial.fault("database locked"), locked(trial.stage.database):
        trial.wait_until_told(503)


def disk_is_full(trial: Trial) -> None:
    """Nothing can be written, all can be read."""
    if trial.stage.disk is None:
        return
    with trial.fault("disk full"), full(trial.stage.disk, trial.stage.database):
        trial.wait_until_told(507)
        trial.reads_go_on()


def mail_is_refused(trial: Trial) -> None:
    """The mail server takes nothing for a while; what is written does not wait for it, and the letter comes later."""
    mail, invited = trial.stage.mail, f"kutsuttu-{len(trial.rounds)}@example.org"
    mail.refusing, before = "451 not now", mail.refused
    with trial.fault("SMTP refusing"):
        trial.invite(invited)
        if eventually(lambda: mail.refused > before) == math.inf:
            trial.book.complain("no letter was refused, so nothing was tried")
    if mail.to(invited):
        trial.book.complain("the mail server did not refuse")
    mail.refusing = None
    trial.letters.append(invited)


def clock_jumps(trial: Trial) -> None:
    """The machine's clock is set forward by an hour, then back by two; what measures spans goes on as before."""
    if trial.stage.clock is None:
        return
    with trial.fault("clock jumps"):
        for seconds in (3600, -3600, 0):
            trial.stage.clock.set_off(seconds)
            time.sleep(0.8)


OF_TWO_PROCESSES: tuple[Fault, ...] = (
    nothing, kill, kill_worker, restart, redis_stops, redis_is_killed, redis_is_flushed, postgresql_restarts,
    clients_are_cut, clients_are_half_open, clients_are_lost, a_client_is_slow, at_once,
)

OF_ONE_PROCESS: tuple[Fault, ...] = (
    nothing, kill, kill_worker, restart, disk_is_full, database_is_locked, clock_jumps, clients_are_cut, at_once,
    mail_is_refused,
)
