package io.elasticjob.boot.autoconfigure;

import io.elasticjob.CancelReceipt;
import io.elasticjob.CancelRequest;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.PlanStatus;
import io.elasticjob.RerunReceipt;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.boot.history.AuditEntry;
import io.elasticjob.engine.JobEngine;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;
import org.springframework.beans.factory.ObjectProvider;

/**
 * Has each change noted for the audit once it is known what came of it: who asked for it, by which way, and why. What is only
 * looked at is passed on. A handler that gives no name is known by that of its job.
 */
final class AuditedJobOperations implements JobOperations {

    private static final int MOST_CHARACTERS = 500;
    private static final int MOST_OF_NAME = 255;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final JobOperations operations;
    private final Consumer<AuditEntry> audit;
    private final boolean isEndpoint;
    private final String instance;
    private final InstantSource clock;

    /**
     * @param audit never blocks, never fails
     * @param isEndpoint whether the endpoint asks, and not the application
     * @param instance name of this one
     */
    AuditedJobOperations(
            JobOperations operations,
            Consumer<AuditEntry> audit,
            boolean isEndpoint,
            String instance,
            InstantSource clock) {
        this.operations = operations;
        this.audit = audit;
        this.isEndpoint = isEndpoint;
        this.instance = instance;
        this.clock = clock;
    }

    /** Those of an engine, with the audit of the application, where there is one. */
    static JobOperations of(JobEngine engine, ObjectProvider<Audit> audit, boolean isEndpoint) {
        Audit kept = audit.getIfAvailable();
        return kept == null || kept.kept().isEmpty()
                ? engine.operations()
                : new AuditedJobOperations(
                        engine.operations(),
                        kept::tell,
                        isEndpoint,
                        engine.self().name(),
                        InstantSource.system());
    }

    // ---- What changes something -----------------------------------------------------------------------------------

    @Override
    public CompletionStage<TriggerReceipt> trigger(TriggerRequest request) {
        return noted(
                new Asked("trigger", "job", request.job(), ofShards(request.shards()), request.by()),
                operations.trigger(request),
                receipt -> ofShards(request.shards()) + " trigger "
                        + receipt.accepted().number());
    }

    @Override
    public CompletionStage<PlanStatus> plan(PlanRequest request) {
        TriggerRequest trigger = request.trigger();
        return noted(
                new Asked("plan", "job", trigger.job(), ofShards(trigger.shards()), trigger.by()),
                operations.plan(request),
                stored -> ofShards(trigger.shards()) + " plan " + stored.id());
    }

    @Override
    public CompletionStage<Boolean> cancelPlan(String job, String id, Operator by) {
        return noted(new Asked("cancel", "job", job, "plan " + id, by), operations.cancelPlan(job, id, by));
    }

    @Override
    public CompletionStage<Optional<TriggerStatus>> cancel(String job, long number, Operator by) {
        return noted(new Asked("cancel", "job", job, "trigger " + number, by), operations.cancel(job, number, by));
    }

    @Override
    public CompletionStage<CancelReceipt> cancel(CancelRequest request) {
        Firing firing = request.firing();
        String detail = (firing == null ? "" : "firing " + firing.text() + " ") + ofShards(request.shards());
        return noted(new Asked("cancel", "job", request.job(), detail, request.by()), operations.cancel(request));
    }

    @Override
    public CompletionStage<RerunReceipt> rerun(RerunRequest request) {
        return noted(
                new Asked("rerun", "job", request.job(), words(request), request.by()),
                operations.rerun(request),
                receipt -> words(request) + " triggers "
                        + receipt.reruns().stream()
                                .map(one -> String.valueOf(one.trigger()))
                                .collect(Collectors.joining(", ")));
    }

    private static String words(RerunRequest request) {
        String which = request.which() instanceof RerunRequest.Firings named
                ? "firings " + named.firings().stream().map(Firing::text).collect(Collectors.joining(", "))
                : String.valueOf(request.which());
        return which + " " + ofShards(request.shards())
                + (request.options().isEmpty() ? "" : " " + new TreeSet<>(request.options()));
    }

    @Override
    public CompletionStage<Void> configure(String job, Map<JobKey, String> values, Operator by) {
        return noted(
                new Asked("configure", "job", job, keys(values.keySet()), by), operations.configure(job, values, by));
    }

    @Override
    public CompletionStage<Void> reset(String job, Set<JobKey> keys, Operator by) {
        return noted(
                new Asked("reset", "job", job, keys.isEmpty() ? "all keys" : keys(keys), by),
                operations.reset(job, keys, by));
    }

    @Override
    public CompletionStage<Void> disable(String job, JobPart part, Operator by) {
        return noted(new Asked("disable", "job", job, words(part), by), operations.disable(job, part, by));
    }

    @Override
    public CompletionStage<Void> enable(String job, JobPart part, Operator by) {
        return noted(new Asked("enable", "job", job, words(part), by), operations.enable(job, part, by));
    }

    @Override
    public CompletionStage<Void> create(String job, Map<JobKey, String> settings, Operator by) {
        return noted(
                new Asked("create", "job", job, keys(settings.keySet()), by), operations.create(job, settings, by));
    }

    @Override
    public CompletionStage<Void> transfer(String job, String application, Operator by) {
        return noted(
                new Asked("transfer", "job", job, "application " + application, by),
                operations.transfer(job, application, by));
    }

    @Override
    public CompletionStage<Void> remove(String job, Operator by) {
        return noted(new Asked("remove", "job", job, "", by), operations.remove(job, by));
    }

    @Override
    public CompletionStage<Void> drain(String asked, Operator by) {
        return noted(new Asked("drain", "instance", asked, "", by), operations.drain(asked, by));
    }

    @Override
    public CompletionStage<Void> resume(String asked, Operator by) {
        return noted(new Asked("resume", "instance", asked, "", by), operations.resume(asked, by));
    }

    // ---- What is only looked at -----------------------------------------------------------------------------------

    @Override
    public CompletionStage<Optional<TriggerStatus>> triggerStatus(String job, long number) {
        return operations.triggerStatus(job, number);
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private record Asked(String operation, String kind, String name, String detail, Operator by) {}

    private static String ofShards(Collection<Integer> shards) {
        return shards.isEmpty()
                ? "all shards"
                : "shards " + shards.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    private static String keys(Collection<JobKey> keys) {
        return keys.stream().map(JobKey::key).sorted().collect(Collectors.joining(", "));
    }

    private static String words(JobPart part) {
        if (part instanceof JobPart.Shard shard) {
            return "shard " + shard.item();
        }
        return part instanceof JobPart.OnInstance on ? "instance " + on.name() : "";
    }

    private <T extends @Nullable Object> CompletionStage<T> noted(Asked asked, CompletionStage<T> answer) {
        return noted(asked, answer, done -> asked.detail());
    }

    private <T extends @Nullable Object> CompletionStage<T> noted(
            Asked asked, CompletionStage<T> answer, Function<T, String> detail) {
        AuditEntry.By by = by(asked.by());
        answer.whenComplete((done, why) -> {
            Throwable cause = why instanceof CompletionException && why.getCause() != null ? why.getCause() : why;
            String told = cause == null ? detail.apply(done) : asked.detail();
            AuditEntry.What what = new AuditEntry.What(
                    asked.operation(),
                    asked.kind(),
                    cut(asked.name(), MOST_OF_NAME),
                    cut(told, MOST_CHARACTERS),
                    cause == null ? null : cut(inWords(cause), MOST_CHARACTERS));
            Instant now = clock.instant();
            audit.accept(new AuditEntry(id(now), now, by, what, result(cause)));
        });
        return answer;
    }

    private AuditEntry.By by(Operator operator) {
        String job = isEndpoint ? null : MDC.get("elasticjob.job");
        AuditEntry.Origin origin = isEndpoint
                ? AuditEntry.Origin.ENDPOINT
                : job == null ? AuditEntry.Origin.APPLICATION : AuditEntry.Origin.JOB;
        String who = operator.who().isEmpty() && job != null ? job : operator.who();
        return new AuditEntry.By(who, operator.why(), origin, instance);
    }

    private static AuditEntry.Result result(@Nullable Throwable why) {
        if (why == null) {
            return AuditEntry.Result.DONE;
        }
        boolean isRefused = why instanceof InvalidSettingException
                || why instanceof NoSuchJobException
                || why instanceof OperationRefusedException;
        return isRefused ? AuditEntry.Result.REFUSED : AuditEntry.Result.UNKNOWN;
    }

    /** Without the value, which may be secret. */
    private static String inWords(Throwable why) {
        return why instanceof InvalidSettingException invalid
                ? invalid.key() + " " + invalid.rule()
                : String.valueOf(why.getMessage());
    }

    private static String cut(String text, int most) {
        String line = text.replaceAll("\\p{Cntrl}", " ").strip();
        return line.length() <= most ? line : line.substring(0, most);
    }

    /** In the order of time, as far as clocks agree. */
    private static String id(Instant now) {
        byte[] random = new byte[8];
        RANDOM.nextBytes(random);
        return String.format(Locale.ROOT, "%012x-", now.toEpochMilli())
                + HexFormat.of().formatHex(random);
    }
}
