package io.elasticjob.alert;

import io.elasticjob.ExecutionId;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a channel is to tell.
 *
 * @param subject what it is about
 * @param origin who tells it
 * @param suppressed how many alerts of the same job and condition this channel was spared since the last one
 * @since 0.1.0
 */
public record Alert(
        AlertCondition condition,
        State state,
        Subject subject,
        Message message,
        Period period,
        Origin origin,
        long suppressed) {

    /** Whether something begins or ends. */
    public enum State {
        RAISED,
        /** What was told before is over. */
        RECOVERED
    }

    /**
     * What has happened.
     *
     * @param what in one short line: {@code failed 3 times in a row}
     * @param detail more of it, such as an error; several lines at most, or ""
     */
    public record Message(String what, String detail) {}

    /**
     * When it happened.
     *
     * @param since when it began, by the local clock or, for {@link AlertCondition#OVERDUE}, as a fire time
     * @param at when it was found out, by the local clock
     */
    public record Period(Instant since, Instant at) {}

    /**
     * What an alert is about, as far as it is about a job.
     *
     * @param job null when it is about an instance, or about many jobs
     * @param shard null when it is about no single shard
     * @param execution null when it is about no single execution
     */
    public record Subject(
            @Nullable String job,
            @Nullable Integer shard,
            @Nullable ExecutionId execution) {

        static final Subject NONE = new Subject(null, null, null);

        static Subject of(String job) {
            return new Subject(job, null, null);
        }

        static Subject of(String job, int shard) {
            return new Subject(job, shard, null);
        }

        static Subject of(ExecutionId execution) {
            return new Subject(execution.job(), execution.shard(), execution);
        }
    }

    /**
     * Who tells an alert.
     *
     * @param instance id of the instance, or "" before its first registration
     */
    public record Origin(String namespace, String application, String instance) {

        Origin by(String registered) {
            return new Origin(namespace, application, registered);
        }
    }

    Alert withSuppressed(long number) {
        return new Alert(condition, state, subject, message, period, origin, number);
    }

    /** Whether it tells the end of what was told before. */
    public boolean isRecovery() {
        return state == State.RECOVERED;
    }

    /** One line without control characters, for subjects and lists: {@code [ElasticJob] orders: failed 3 times in a row}. */
    public String headline() {
        String job = subject.job();
        return ("[ElasticJob] " + (isRecovery() ? "Recovered: " : "") + (job == null ? "" : job + ": ")
                        + message.what())
                .replaceAll("\\p{Cntrl}+", " ");
    }

    /** The whole of it for people, the headline first; lines are separated by {@code \n}. */
    public String text() {
        List<String> lines = new ArrayList<>();
        lines.add(headline());
        if (!message.detail().isEmpty()) {
            lines.add(message.detail());
        }
        if (subject.execution() != null) {
            lines.add("Execution " + subject.execution());
        } else if (subject.shard() != null) {
            lines.add("Shard " + subject.shard());
        }
        lines.add("Since " + period.since() + (period.since().equals(period.at()) ? "" : ", now " + period.at()));
        lines.add("Namespace " + origin.namespace() + ", application " + origin.application()
                + (origin.instance().isEmpty() ? "" : ", instance " + origin.instance()));
        if (suppressed > 0) {
            lines.add(suppressed + " more of this kind held back since the last message");
        }
        return String.join("\n", lines);
    }
}
