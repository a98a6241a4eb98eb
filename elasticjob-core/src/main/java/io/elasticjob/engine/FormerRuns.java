package io.elasticjob.engine;

import io.elasticjob.Cancellation;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What goes on here of jobs that are gone. It is told to end where somebody has removed its job; a node that was lost proves
 * nothing. Until it has ended, the same shard of a job that was made again under that name begins nothing here. Costs no
 * request where nothing goes on. Confined to the loop.
 */
final class FormerRuns {

    private static final Duration RETRY = Duration.ofSeconds(1);

    private final JobTable jobTable;
    private final ShardCells cells;
    private final Outbox outbox;
    private final Agenda agenda;
    private final ShardExecutions executions;

    private final Set<ShardCell> left = new LinkedHashSet<>();

    /** Of which it is not known whether somebody has removed them. */
    private final Set<JobState> unasked = new LinkedHashSet<>();

    private final Set<JobState> removed = new LinkedHashSet<>();

    FormerRuns(JobTable jobTable, ShardCells cells, Outbox outbox, Agenda agenda, ShardExecutions executions) {
        this.jobTable = jobTable;
        this.cells = cells;
        this.outbox = outbox;
        this.agenda = agenda;
        this.executions = executions;
    }

    /** A job is gone, and something is under way about these of its shards. */
    void left(JobState job, List<ShardCell> underWay) {
        if (!underWay.isEmpty()) {
            left.addAll(underWay);
            unasked.add(job);
        }
    }

    /** Nothing is under way about the shard any more. */
    void dropped(ShardCell cell) {
        if (!left.remove(cell)) {
            return;
        }
        if (left.stream().noneMatch(other -> other.job == cell.job)) {
            unasked.remove(cell.job);
            removed.remove(cell.job);
        }
        jobTable.job(cell.job.name())
                .flatMap(now -> cells.cell(now, cell.shard))
                .filter(now -> now.isSettled() && !now.isRunning())
                .ifPresent(agenda::consider);
    }

    /** Whether something goes on of the shard of a job that had this one's name before. */
    boolean isRunBefore(ShardCell cell) {
        return left.stream()
                .anyMatch(former -> former.shard == cell.shard
                        && former.job != cell.job
                        && former.job.name().equals(cell.job.name())
                        && former.isBusy());
    }

    void flush(Connection over) {
        List.copyOf(unasked).forEach(job -> ask(over, job));
        for (ShardCell cell : removed.isEmpty() ? List.<ShardCell>of() : List.copyOf(left)) {
            cell.run()
                    .filter(run -> removed.contains(cell.job) && !run.hasEnded())
                    .ifPresent(run -> executions.cancel(
                            run,
                            new Cancellation(
                                    Cancellation.Reason.SHARD_LOST,
                                    "",
                                    run.id + " is cancelled: its job was removed")));
        }
    }

    private void ask(Connection over, JobState job) {
        unasked.remove(job);
        outbox.read(over, List.of(job.life().records()), result -> {
            if (left.stream().noneMatch(cell -> cell.job == job)) {
                return;
            }
            if (!(result instanceof Result.Told<List<Read>> told)) {
                outbox.alarm(RETRY, () -> unasked.add(job));
            } else if (told.answer().get(0) instanceof Read.Present folder
                    && Life.isOfRemoved(folder.stat(), folder.data())) {
                removed.add(job);
            }
        });
    }
}
