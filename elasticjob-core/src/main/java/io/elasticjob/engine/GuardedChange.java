package io.elasticjob.engine;

import io.elasticjob.NoSuchJobException;
import io.elasticjob.coordination.Layout;
import io.elasticjob.registry.Read;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A change of one job, or of what is below it, that is decided for one life of the job: whoever decides it writes it together
 * with {@link Life#guard}. The folder of the records is read before the job, so that a removal between the two is
 * seen. Confined to the loop.
 */
final class GuardedChange {

    /** What was read of the job. */
    record Found(JobState job, Read.Present node) {}

    /** Decides. */
    interface Plan<T> {

        /** @param reads of what was asked for beside the job */
        Changes.Decision<T> decide(Found found, List<Read> reads);
    }

    private final String job;
    private final Layout layout;
    private final Registration registration;
    private final JobTable jobTable;

    /** As it was known here when it was asked for the last time. */
    private @Nullable JobState known;

    /** The life that the change is meant for: the first that it was decided for. */
    private @Nullable String of;

    GuardedChange(String job, Layout layout, Registration registration, JobTable jobTable) {
        this.job = job;
        this.layout = layout;
        this.registration = registration;
        this.jobTable = jobTable;
    }

    <T> void make(Changes changes, Question<T> answer, List<String> beside, Plan<T> plan) {
        if (changes.begin(answer)) {
            changes.goOn(answer, () -> paths(beside), reads -> decide(reads, plan));
        }
    }

    private List<String> paths(List<String> beside) {
        JobState now = jobTable.find(job);
        known = now;
        List<String> paths = new ArrayList<>();
        paths.add(now == null ? layout.job(job) : now.life().records());
        paths.add(layout.job(job));
        paths.addAll(beside);
        return paths;
    }

    private <T> Changes.Decision<T> decide(List<Read> reads, Plan<T> plan) {
        if (!(reads.get(1) instanceof Read.Present present)) {
            throw new NoSuchJobException(job);
        }
        JobState now = known;
        boolean isKnown = now != null
                && now.node().created() == present.stat().created()
                && !now.life().isAnother(present);
        if (now == null || !isKnown) {
            return Changes.Decision.hear(
                    "This instance cannot read the stored job " + job + " at present",
                    heard -> registration.usable().ifPresent(over -> jobTable.reread(over, List.of(job), heard)));
        }
        of = now.life().require(of);
        jobTable.foundRecords(now, reads.get(0), present);
        return plan.decide(new Found(now, present), reads.subList(2, reads.size()));
    }
}
