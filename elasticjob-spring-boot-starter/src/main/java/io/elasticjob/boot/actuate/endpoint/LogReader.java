package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.history.ExecutionHistory;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.history.ExecutionQuery;
import io.elasticjob.history.ExecutionRecord.Identity;
import io.elasticjob.history.HistoryException;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.view.ShardView;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Finds what an execution has said: on this instance, in the history, or else says which instance to ask.
 *
 * @param history null where none is kept
 * @param job as ZooKeeper has it, asked for when it is needed; empty when there is none
 * @param namespace as this instance sees it; empty when there is none
 * @param arrays shows executions on clusters
 */
record LogReader(
        ExecutionLogs logs,
        @Nullable HistoryReader history,
        Supplier<Optional<JobDetail>> job,
        Supplier<Optional<NamespaceView>> namespace,
        ArrayReader arrays) {

    /** Many attempts of a firing: more of one shard there are not. */
    private static final int ATTEMPTS = 200;

    /**
     * Which execution is meant: the latest one of the shard, unless there is a firing, and of its attempts the latest.
     */
    private record Meant(
            String job,
            @Nullable Integer shard,
            @Nullable String firing,
            @Nullable Integer attempt) {

        static Meant of(String job, OperationFields given) {
            return new Meant(
                    job,
                    given.text("shard")
                            .map(text -> ExecutionFilter.number("shard", text, 0))
                            .orElse(null),
                    given.text("firing").map(ExecutionFilter::firing).orElse(null),
                    given.text("attempt")
                            .map(text -> ExecutionFilter.number("attempt", text, 1))
                            .orElse(null));
        }

        Meant ofShard(int number) {
            return new Meant(job, number, firing, attempt);
        }

        boolean matches(Identity execution) {
            return execution.job().equals(job)
                    && (shard == null || shard == execution.shard())
                    && (firing == null || firing.equals(execution.firing()))
                    && (attempt == null || attempt == execution.attempt());
        }

        ExecutionQuery query() {
            return ExecutionQuery.latest(
                    new ExecutionQuery.Work(job, shard, firing, null), firing == null ? 1 : ATTEMPTS);
        }
    }

    /** An execution, and the instance that runs it or ran it; null when that is not known. */
    private record Found(Identity execution, @Nullable String instance) {}

    /**
     * Reads.
     *
     * @return empty when no such execution is known
     * @throws InvalidSettingException when a field makes no sense, or the shard is not given and the job has several
     * @throws HistoryException when the history gives no answer in time
     * @throws io.elasticjob.RegistryException when ZooKeeper gives none
     */
    Optional<LogDescriptor> read(String name, OperationFields given) {
        Meant asked = Meant.of(name, given);
        if (asked.shard() == null && !isKnown(name)) {
            return Optional.empty(); // so that no shard would do
        }
        Meant meant = asked.shard() == null ? asked.ofShard(onlyShard()) : asked;
        Optional<Integer> task = given.text("task").map(text -> ExecutionFilter.number("task", text, 0));
        return task.isPresent() ? ofTask(meant, task.get()) : found(meant).map(this::shown);
    }

    /** Of the latest execution alone it is known what the cluster runs. */
    private Optional<LogDescriptor> ofTask(Meant meant, int task) {
        JobDetail detail = job.get().orElse(null);
        Found latest = detail == null ? null : inZooKeeper(meant).orElse(null);
        if (detail == null || latest == null) {
            return found(meant)
                    .map(former -> LogDescriptor.of(
                            former.execution(),
                            former.instance(),
                            task,
                            null,
                            "A later execution of the job has begun: what single tasks of this one have printed is not read any"
                                    + " more. Its own log has the end of what the first tasks printed that failed"));
        }
        ShardView shard = detail.shards().stream()
                .filter(one -> one.shard() == latest.execution().shard())
                .findFirst()
                .orElseThrow();
        ArrayReader.TaskLog log = arrays.log(detail, shard, task, () -> ask(latest.instance()));
        return Optional.of(LogDescriptor.of(latest.execution(), latest.instance(), task, log.text(), log.message()));
    }

    /** Whether there is such a job, or was, as far as this instance and the history remember. */
    private boolean isKnown(String name) {
        return job.get().isPresent()
                || logs.latest(execution -> execution.job().equals(name)).isPresent()
                || (history != null && history.knows(name));
    }

    private int onlyShard() {
        List<ShardView> shards = job.get().map(JobDetail::shards).orElse(List.of());
        if (shards.size() != 1) {
            throw OperationFields.invalid(
                    "shard",
                    "",
                    shards.isEmpty()
                            ? "must be given: the job is not there, so that it is not known which shards it has"
                            : "must be given: the job has " + shards.size() + " shards");
        }
        return shards.get(0).shard();
    }

    /** What is asked for by its firing may be over, and then the record of the shard tells of another one. */
    private Optional<Found> found(Meant meant) {
        return meant.firing() == null
                ? inZooKeeper(meant).or(() -> here(meant)).or(() -> inHistory(meant))
                : here(meant).or(() -> inHistory(meant)).or(() -> inZooKeeper(meant));
    }

    private Optional<Found> inZooKeeper(Meant meant) {
        return job.get()
                .flatMap(detail -> detail.shards().stream()
                        .flatMap(shard -> shard.record().latest().stream().map(latest -> {
                            Identity execution = new Identity(
                                    meant.job(),
                                    detail.job().stored().life(),
                                    latest.firing().identity().text(),
                                    shard.shard(),
                                    latest.number(),
                                    shard.fencingToken() == 0 ? null : shard.fencingToken());
                            return new Found(execution, latest.owner());
                        }))
                        .filter(found -> meant.matches(found.execution()))
                        .findFirst());
    }

    private Optional<Found> here(Meant meant) {
        return logs.latest(meant::matches).map(log -> new Found(log.execution(), self()));
    }

    private Optional<Found> inHistory(Meant meant) {
        if (history == null) {
            return Optional.empty();
        }
        return history.find(meant.query()).stream()
                .filter(record -> meant.matches(record.identity()))
                .findFirst()
                .map(record -> new Found(record.identity(), record.instance()));
    }

    private @Nullable String self() {
        return namespace.get().flatMap(view -> view.status().instance()).orElse(null);
    }

    private LogDescriptor shown(Found found) {
        Identity execution = found.execution();
        String instance = found.instance();
        Optional<ExecutionLog> here = logs.log(execution);
        if (here.isPresent()) {
            return LogDescriptor.of(execution, instance, LogDescriptor.Source.INSTANCE, here.get());
        }
        if (instance != null && instance.equals(self())) {
            ExecutionLog nothing = new ExecutionLog(execution, "", null);
            return inHistory(execution)
                    .map(kept -> LogDescriptor.of(execution, instance, LogDescriptor.Source.HISTORY, kept))
                    .orElseGet(() -> LogDescriptor.of(execution, instance, LogDescriptor.Source.INSTANCE, nothing));
        }
        return inHistory(execution)
                .map(kept -> LogDescriptor.of(execution, instance, LogDescriptor.Source.HISTORY, kept))
                .orElseGet(() -> LogDescriptor.elsewhere(execution, instance, whom(instance)));
    }

    /** What a history of the namespace has of it, which is nothing as long as that is not told anything. */
    private Optional<ExecutionLog> inHistory(Identity execution) {
        return history == null ? Optional.empty() : history.log(execution);
    }

    private String whom(@Nullable String id) {
        boolean database = history != null && history.scope() == ExecutionHistory.Scope.NAMESPACE;
        String kept = database ? "It has logged nothing that is in the history yet. " : "";
        if (live(id) == null) {
            return kept + "The instance that ran it is gone"
                    + (database ? "" : ", and its log with it: only a history in a database keeps logs for longer");
        }
        return kept + ask(id);
    }

    private String ask(@Nullable String id) {
        InstanceView live = live(id);
        return live == null
                ? "The instance that ran it is gone: ask another one that has it"
                : "Ask the instance " + id + ", process "
                        + live.instance().process().pid() + " on "
                        + live.instance().process().host();
    }

    private @Nullable InstanceView live(@Nullable String id) {
        return namespace
                .get()
                .map(view -> view.instances().get(id == null ? "" : id))
                .orElse(null);
    }
}
