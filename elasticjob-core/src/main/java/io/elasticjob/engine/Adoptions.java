package io.elasticjob.engine;

import io.elasticjob.ArrayPlace;
import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ExecutionId;
import io.elasticjob.RegistryException;
import io.elasticjob.ShardLostException;
import io.elasticjob.ShardRecord;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.coordination.Adoption;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ShardStep;
import io.elasticjob.registry.Read;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Executions that the runner holds though another instance has claimed them. Each becomes a {@link Run} of its shard, be the
 * shard this instance's or not, if its claim holds by a record that was read after it was asked; then it is brought on as
 * one that this process took along from a session that was lost. Confined to the loop.
 */
final class Adoptions {

    /**
     * What is asked for so long without a decision is given up: whoever runs it may have turned to another instance by then,
     * from which it must not be taken again.
     */
    static final Duration PATIENCE = Duration.ofSeconds(5);

    private static final Duration RETRY = Duration.ofMillis(100);

    /** For longer nothing runs that anybody knows the length of. */
    private static final Duration LONGEST = Duration.ofDays(3_650);

    /** An execution that is to be adopted. */
    static final class Asked {

        private final ShardRunner.Holding holding;
        private final Question<Void> question;
        private final long sinceNanos;

        /** Whether the record was read since it was asked, or is being read. */
        private boolean isRead;

        private Asked(ShardRunner.Holding holding, Question<Void> question, long sinceNanos) {
            this.holding = holding;
            this.question = question;
            this.sinceNanos = sinceNanos;
        }

        private boolean isGivenUp(long nanos) {
            return question.isSettled() || nanos - sinceNanos >= PATIENCE.toNanos();
        }

        private boolean isOf(Run run) {
            return run.isClaimed() && run.id.equals(holding.execution()) && run.token() == holding.fencingToken();
        }

        private Adoption.Holding toDecide() {
            return new Adoption.Holding(holding.execution(), holding.fencingToken(), holding.ended() != null);
        }
    }

    private final Layout layout;
    private final Registration registration;
    private final JobTable jobTable;
    private final ShardCells cells;
    private final Slots slots;
    private final Outbox outbox;
    private final Agenda agenda;
    private final ShardExecutions executions;

    /** Of which it is not known which shard's they are, or whose shard is busy. */
    private final List<Asked> waiting = new ArrayList<>();

    private final Set<ShardCell> placed = new LinkedHashSet<>();

    /** What this instance knows of shards, and how many it runs. */
    record OfShards(ShardCells cells, Slots slots) {}

    Adoptions(
            Layout layout,
            Registration registration,
            JobTable jobTable,
            OfShards shards,
            Outbox outbox,
            Agenda agenda,
            ShardExecutions executions) {
        this.layout = layout;
        this.registration = registration;
        this.jobTable = jobTable;
        this.cells = shards.cells();
        this.slots = shards.slots();
        this.outbox = outbox;
        this.agenda = agenda;
        this.executions = executions;
    }

    /**
     * Adopts it, if its claim holds.
     *
     * @param question done when it is handed to the runner again, or its end is recorded; refused with
     *     {@link ShardLostException} when its claim does not hold
     */
    void ask(ShardRunner.Holding holding, Question<Void> question) {
        waiting.add(new Asked(holding, question, outbox.nanos()));
        outbox.alarm(PATIENCE, () -> {}); // a turn in which it is given up, if need be
    }

    /** Finds the shards of what is asked, as far as everything is known. */
    void flush(Knowledge known) {
        placed.stream().filter(this::isToBeGivenUp).toList().forEach(cell -> {
            Asked asked = take(cell);
            if (cell.job.isRemoved()) {
                waiting.add(asked); // what became of its job is found out
            } else {
                giveUp(asked);
            }
        });
        Connection over = registration.usable().orElse(null);
        for (Asked asked : List.copyOf(waiting)) {
            if (asked.isGivenUp(outbox.nanos())) {
                waiting.remove(asked);
                giveUp(asked);
            } else if (known.isWhole() && over != null) {
                waiting.remove(asked);
                place(over, asked);
            }
        }
    }

    private boolean isToBeGivenUp(ShardCell cell) {
        return cell.job.isRemoved()
                || cell.isUnreadable()
                || cell.asked().filter(asked -> asked.isGivenUp(outbox.nanos())).isPresent();
    }

    private void giveUp(Asked asked) {
        outbox.refuse(
                asked.question,
                new RegistryException(asked.holding.execution() + " could not be adopted within " + PATIENCE.toSeconds()
                        + " s; another instance may do it"));
    }

    private void lost(Asked asked) {
        lost(asked, " does not hold its shard any more");
    }

    private void lost(Asked asked, String why) {
        outbox.refuse(asked.question, new ShardLostException(asked.holding.execution() + why));
    }

    // ---- Which shard's it is --------------------------------------------------------------------------------------

    private void place(Connection over, Asked asked) {
        ExecutionId id = asked.holding.execution();
        JobState job = jobTable.job(id.job())
                .filter(there -> there.life().name().equals(id.life()))
                .orElse(null);
        if (job == null) {
            askForJob(over, asked);
        } else if (job.definition() == null) {
            outbox.refuse(
                    asked.question,
                    new RegistryException("This instance cannot use job " + id.job() + ": " + job.unusable()));
        } else if (id.shard() < 0 || !(registration.node().offers(job.usable()) || slots.hasClusters())) {
            lost(asked, " is of a handler or a shard that this instance does not have");
        } else {
            place(over, asked, cells.obtain(job, id.shard()));
        }
    }

    /** One thing at a time: what is begun for the shard here comes to its end first. */
    private void place(Connection over, Asked asked, ShardCell cell) {
        Run own = cell.run()
                .filter(asked::isOf)
                .filter(run -> asked.holding.ended() == null && !run.isAsked())
                .orElse(null);
        if (own != null) {
            confirm(asked, cell, own);
        } else if (cell.isUnreadable()) {
            later(asked);
        } else if (cell.isBusy()) {
            look(over, asked, cell);
        } else {
            cell.ask(asked);
            placed.add(cell);
            asked.isRead = cell.isUnread();
            if (cell.isUnread()) {
                agenda.read(cell);
            } else if (cell.traffic() instanceof Traffic.Idle) {
                agenda.consider(cell);
            }
        }
    }

    /** It is this instance's, as far as is known: it may have been adopted by another one, and have come back. */
    private void confirm(Asked asked, ShardCell cell, Run own) {
        boolean isSettled = cell.isSettled() && own.isHeld() && !own.hasEnded();
        if (isSettled && asked.isRead && !executions.mayBeOvertaken(own)) {
            outbox.done(asked.question);
            return;
        }
        if (isSettled) {
            asked.isRead = true;
            agenda.read(cell);
        }
        later(asked);
    }

    /**
     * Its shard has something else to do here, which may take long, or never end. What holds no claim, or is recorded, need
     * not wait for that: it stays so whatever becomes of the shard.
     */
    private void look(Connection over, Asked asked, ShardCell cell) {
        outbox.readCaughtUp(over, List.of(cell.path()), result -> {
            if (!(registration.isUsable(over)
                    && result instanceof Result.Told<List<Read>> told
                    && told.answer().get(0) instanceof Read.Present present
                    && ShardRecordCodec.decode(present.data()) instanceof Decoded.Value<ShardRecord> found)) {
                later(asked);
                return;
            }
            switch (Adoption.of(asked.toDecide(), found.value(), present.stat().modified())) {
                case LOST -> lost(asked);
                case RECORDED -> outbox.done(asked.question);
                case HELD -> later(asked);
            }
        });
    }

    private void later(Asked asked) {
        outbox.alarm(RETRY, () -> waiting.add(asked));
    }

    /** This instance may not have heard of the job yet. */
    private void askForJob(Connection over, Asked asked) {
        ExecutionId id = asked.holding.execution();
        outbox.readCaughtUp(over, List.of(layout.job(id.job())), result -> {
            if (!(result instanceof Result.Told<List<Read>> told)) {
                later(asked);
            } else if (!(told.answer().get(0) instanceof Read.Present present)) {
                lost(asked, " has no job any more");
            } else {
                boolean isOver = StoredJobCodec.lifeIn(
                                id.job(), present.data(), present.stat().created())
                        .filter(life -> !life.equals(id.life()))
                        .isPresent();
                if (isOver) {
                    lost(asked, " was of a job that was removed, and created again");
                } else {
                    later(asked); // nobody can tell before it can be read
                }
            }
        });
    }

    // ---- Whether its claim holds ----------------------------------------------------------------------------------

    /** @return false when there is nothing to adopt, so that the shard's other steps are taken */
    boolean consider(ShardCell cell) {
        Asked asked = cell.asked().orElse(null);
        if (asked == null) {
            return false;
        }
        if (!asked.isRead) {
            asked.isRead = true;
            agenda.read(cell);
            return true;
        }
        take(cell);
        return switch (Adoption.of(asked.toDecide(), cell.record(), cell.modified())) {
            case LOST -> {
                lost(asked);
                yield false;
            }
            case RECORDED -> {
                outbox.done(asked.question);
                yield false;
            }
            case HELD -> {
                if (canGoOn(cell)) {
                    yield holds(cell, asked);
                }
                lost(asked, " is of a handler or a cluster that this instance does not have");
                yield false;
            }
        };
    }

    /** Takes over what runs elsewhere and has nobody to look after it, as the shard's record says. */
    void adopt(ShardCell cell) {
        ShardStep.Claim step = Orders.held(cell, outbox.now());
        long token = cell.record().runningToken(cell.modified()).orElseThrow();
        ShardRunner.Holding holding =
                new ShardRunner.Holding(cell.executionId(step.firing(), step.attempt()), token, Duration.ZERO, null);
        holds(cell, new Asked(holding, new Question<>(), outbox.nanos()));
    }

    /** What runs on a cluster goes on where that is, whatever handler its job has by now. */
    private boolean canGoOn(ShardCell cell) {
        ArrayPlace place = cell.record().array();
        return place != null && place.released().isPresent()
                ? slots.canGoOn(cell.record())
                : registration.node().offers(cell.job.usable());
    }

    private boolean holds(ShardCell cell, Asked asked) {
        if (registration.isDraining() && asked.holding.ended() == null) {
            outbox.refuse(asked.question, new RegistryException("This instance drains, and adopts nothing"));
            return false;
        }
        cell.owesNothing();
        executions.take(cell, run(cell, asked));
        return true;
    }

    private Run run(ShardCell cell, Asked asked) {
        ShardStep.Claim step = Orders.held(cell, outbox.now());
        ExecutionId id = cell.executionId(step.firing(), step.attempt());
        long token = asked.holding.fencingToken();
        Instant startedAt = Objects.requireNonNullElse(cell.record().startedAt(), step.fireTime());
        ElasticJobEvent.ExecutionStarted start = new ElasticJobEvent.ExecutionStarted(
                id, step.fireTime(), Duration.between(step.fireTime(), startedAt), registration.currentId(), token);
        Run run = new Run(
                Orders.ofHeld(cell, step, id, token),
                start,
                cell.record(),
                outbox.nanos() - running(asked, startedAt).toNanos());
        if (asked.holding.ended() == null) {
            run.ask(asked.question, asked.sinceNanos + PATIENCE.toNanos());
        } else {
            run.endedElsewhere(new Effect.Ending(asked.holding.ended(), asked.question), outbox.nanos());
        }
        return run;
    }

    /** For as long as it says, but not for less than the record proves. */
    private Duration running(Asked asked, Instant startedAt) {
        Duration told = asked.holding.running();
        Duration proven = Duration.between(startedAt, outbox.now())
                .minus(outbox.time().horizon().maxTimeDiff());
        Duration longer = told.compareTo(proven) < 0 ? proven : told;
        return longer.isNegative() ? Duration.ZERO : longer.compareTo(LONGEST) > 0 ? LONGEST : longer;
    }

    private Asked take(ShardCell cell) {
        Asked asked = cell.asked().orElseThrow(() -> new IllegalStateException(cell + " is not asked for"));
        cell.ask(null);
        placed.remove(cell);
        return asked;
    }
}
