package io.elasticjob.engine;

import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches the records of shards that others run, or may take, and of those that this version cannot read; each once, until it
 * has changed. Confined to the loop.
 */
final class RecordWatches {

    /** One of these records, from the question on; no other watch of it is the same one. */
    private static final class Watched {

        private final ShardCell cell;

        private Watched(ShardCell cell) {
            this.cell = cell;
        }
    }

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final Registration registration;
    private final Roster roster;
    private final Outbox outbox;
    private final Agenda agenda;
    private final RecordAnswers answers;
    private final ShardExecutions executions;
    private final Map<String, Watched> watched = new LinkedHashMap<>();

    RecordWatches(
            Registration registration,
            Roster roster,
            Outbox outbox,
            Agenda agenda,
            RecordAnswers answers,
            ShardExecutions executions) {
        this.registration = registration;
        this.roster = roster;
        this.outbox = outbox;
        this.agenda = agenda;
        this.answers = answers;
        this.executions = executions;
    }

    /** Connected again: nothing is watched over the former connection any more. */
    void reconnected() {
        watched.clear();
    }

    void forget(ShardCell cell) {
        Watched known = watched.get(cell.path());
        if (known != null && known.cell == cell) {
            watched.remove(cell.path());
        }
    }

    void flush(Connection over) {
        for (ShardCell cell : agenda.takeToWatch()) {
            if (cell.isWatching() || cell.isUnreadable()) {
                watch(over, cell);
            } else {
                cell.run().ifPresent(run -> watchOver(over, cell, run));
            }
        }
    }

    private void watch(Connection over, ShardCell cell) {
        Watched watch = new Watched(cell);
        watched.put(cell.path(), watch);
        int seen = cell.version();
        outbox.readAndWatch(over, cell.path(), result -> {
            if (watched.get(cell.path()) != watch || !(cell.isWatching() || cell.isUnreadable())) {
                return;
            }
            if (result instanceof Result.Told<Read> told) {
                if (told.answer() instanceof Read.Present present
                        && present.stat().version() == seen) {
                    return; // nothing happened between the read and the watch
                }
                watched.remove(cell.path());
                answers.read(cell, told.answer());
            } else {
                watched.remove(cell.path());
                agenda.readLater(over, cell, RETRY);
            }
        });
    }

    /** Others may only now learn that the former instance is dead, and take what it ran: the change will ring. */
    private void watchOver(Connection over, ShardCell cell, Run run) {
        Watched watch = new Watched(cell);
        if (watched.putIfAbsent(cell.path(), watch) != null) {
            return;
        }
        outbox.readAndWatch(over, cell.path(), result -> {
            boolean unchanged = result instanceof Result.Told<Read> told
                    && told.answer() instanceof Read.Present present
                    && present.stat().version() <= cell.version(); // if it lags behind, it rings when it catches up
            if (!unchanged && registration.isUsable(over) && isSettledRun(cell, run)) {
                watched.remove(cell.path(), watch);
                agenda.doubt(cell);
            }
        });
    }

    private static boolean isSettledRun(ShardCell cell, Run run) {
        return cell.isSettled() && cell.run().filter(run::equals).isPresent();
    }

    /** A record may be another than before. */
    void changed(String path) {
        Watched known = watched.remove(path);
        if (known == null) {
            return;
        }
        ShardCell cell = known.cell;
        if (cell.isUnreadable()) {
            agenda.read(cell);
        } else if (cell.isWatching()
                || (cell.isSettled()
                        && cell.run().filter(executions::mayBeOvertaken).isPresent())) {
            agenda.doubt(cell);
        }
    }

    /** The roster was listed: the owner of a watched record may be gone. */
    void rosterListed() {
        for (Watched known : List.copyOf(watched.values())) {
            ShardCell cell = known.cell;
            if (cell.isWatching()
                    && cell.record().holder().filter(roster::isLive).isEmpty()) {
                watched.remove(cell.path());
                agenda.consider(cell);
            }
        }
    }
}
