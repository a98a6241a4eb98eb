package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.CancelRequest;
import io.elasticjob.Firing;
import io.elasticjob.Instance;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.RegistryException;
import io.elasticjob.RerunRequest;
import io.elasticjob.TriggerReceipt;
import io.elasticjob.TriggerRequest;
import io.elasticjob.TriggerStatus;
import io.elasticjob.text.NearestName;
import io.elasticjob.view.InstanceView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/** Knows what operators can ask for, has it done, and has each request audited. */
final class EndpointRequests {

    /** How long a change is waited for. The engine goes on with it for longer. */
    static final Duration PATIENCE = Duration.ofSeconds(10);

    /** What can be asked of a job, or of an instance: by its name. */
    private record Operation(String name, List<String> fields, Act act) {}

    private interface Act {
        /** @return what is to be told of it; null for nothing */
        @Nullable
        OperationResponseBody on(String name, OperationFields fields, Operator by);
    }

    /** Whose request it is, and what it says. */
    record Request(Rights rights, OperationFields fields) {

        /** Of somebody who may do everything. */
        Request(String who, OperationFields fields) {
            this(Rights.unlimited(who), fields);
        }

        String who() {
            return rights.who();
        }
    }

    private final JobOperations operations;
    private final Supplier<Optional<NamespaceView>> view;
    private final Audit audit;

    private final Map<String, Operation> ofJobs = byName(
            new Operation("trigger", List.of("shards", "parameter", "force", "id", "notBefore"), this::trigger),
            new Operation("backfill", List.of("from", "to", "shards", "parameter", "force", "id"), this::backfill),
            new Operation("cancel", List.of("firing", "shards", "id"), this::cancelRuns),
            new Operation(
                    "rerun",
                    List.of("firing", "from", "to", "shards", "successors", "parameters", "force", "id"),
                    this::rerun),
            new Operation("configure", List.of("set"), this::configure),
            new Operation("reset", List.of("keys"), this::reset),
            new Operation("disable", List.of("shard", "instance"), this::disable),
            new Operation("enable", List.of("shard", "instance"), this::enable),
            new Operation("create", List.of("set"), this::create),
            new Operation("transfer", List.of("set"), this::transfer));

    private final Map<String, Operation> ofInstances =
            byName(new Operation("drain", List.of(), this::drain), new Operation("resume", List.of(), this::resume));

    private final Map<String, Operation> ofDeletions = byName(
            new Operation("remove", List.of(), this::remove), new Operation("cancel", List.of("number"), this::cancel));

    EndpointRequests(JobOperations operations, Supplier<Optional<NamespaceView>> view, Audit audit) {
        this.operations = operations;
        this.view = view;
        this.audit = audit;
    }

    private static Map<String, Operation> byName(Operation... all) {
        Map<String, Operation> byName = new LinkedHashMap<>();
        Arrays.stream(all).forEach(operation -> byName.put(operation.name(), operation));
        return Collections.unmodifiableMap(byName);
    }

    // ---- What is asked for ----------------------------------------------------------------------------------------

    /**
     * Does something with a job.
     *
     * @param operation its name, as it was given; null when it was not
     * @return what is to be told of it; null for nothing
     * @throws RuntimeException that says why it was not done, or that nobody knows
     */
    @Nullable
    OperationResponseBody job(String job, @Nullable String operation, Request request) {
        return audited(ofJobs, "job", job, operation, request);
    }

    /** Does something with an instance; otherwise as {@link #job}. */
    @Nullable
    OperationResponseBody instance(String instance, @Nullable String operation, Request request) {
        return audited(ofInstances, "instance", instance, operation, request);
    }

    /** Removes a job; otherwise as {@link #job}. */
    @Nullable
    OperationResponseBody removal(String job, Request request) {
        return audited(ofDeletions, "job", job, "remove", request);
    }

    /** Takes a trigger back, whose {@code number} is in the request; otherwise as {@link #job}. */
    @Nullable
    OperationResponseBody cancellation(String job, Request request) {
        return audited(ofDeletions, "job", job, "cancel", request);
    }

    private @Nullable OperationResponseBody audited(
            Map<String, Operation> known, String kind, String name, @Nullable String operation, Request request) {
        OperationFields fields = request.fields();
        Audit.Entry entry = new Audit.Entry(
                request.who(),
                operation == null ? "" : operation,
                kind,
                name,
                fields.text(OperationFields.REASON).orElse(""),
                details(fields));
        try {
            OperationResponseBody answer = carryOut(known, kind, name, operation, request);
            audit.accepted(
                    entry,
                    answer instanceof TriggerDescriptor.Accepted accepted
                            ? Map.of("trigger", accepted.number())
                            : Map.of());
            return answer;
        } catch (RuntimeException why) {
            audit.refused(entry, why);
            throw why;
        }
    }

    /** Which fields were given, and of those that are no data of the application's, what they say. */
    private static Map<String, Object> details(OperationFields fields) {
        Map<String, Object> details = new LinkedHashMap<>();
        for (String name : List.of(
                "firing",
                "shards",
                "force",
                "id",
                "keys",
                "shard",
                "instance",
                "number",
                "notBefore",
                "from",
                "to",
                "successors",
                "parameters")) {
            fields.text(name).ifPresent(value -> details.put(name, OneLine.of(value, 200)));
        }
        if (fields.text("set").filter(OperationFields::namesApplication).isPresent()) {
            details.put("application", OneLine.of(fields.application(), 200));
        } else if (fields.text("set").isPresent()) {
            try {
                details.put(
                        "set",
                        fields.settings().keySet().stream().map(JobKey::key).toList());
            } catch (InvalidSettingException unreadable) {
                details.put("set", "not readable");
            }
        }
        return details;
    }

    private @Nullable OperationResponseBody carryOut(
            Map<String, Operation> known, String kind, String name, @Nullable String wanted, Request request) {
        Operation operation = wanted == null ? null : known.get(wanted);
        if (operation == null) {
            String written = wanted == null ? "" : OneLine.of(wanted, 80);
            throw OperationFields.invalid(
                    "operation",
                    written,
                    "is nothing that can be done with a" + (kind.equals("job") ? " " : "n ") + kind
                            + NearestName.hint(written, known.keySet()));
        }
        request.fields().allowOnly(operation.name(), operation.fields());
        check(kind, name, operation.name(), request.rights());
        return operation.act().on(name, request.fields(), request.fields().by(request.who()));
    }

    /** What changes a job needs the right to it, and what makes one or gives it away needs the right to both ends. */
    void check(String kind, String name, String operation, Rights rights) {
        if (rights.everything().isOperated()) {
            return;
        }
        if (kind.equals("instance")) {
            checkInstance(name, rights);
            return;
        }
        switch (operation) {
            case "create" -> rights.checkOperatesEverything(kind, name, "create jobs");
            case "transfer" -> rights.checkOperatesEverything(kind, name, "give jobs to another application");
            default ->
                rights.checkOperates(view.get()
                        .map(namespace -> namespace.jobs().get(name))
                        .orElseThrow(() -> new NotThereException(
                                "There is no job \"" + OneLine.of(name, 80) + "\" in this namespace")));
        }
    }

    private void checkInstance(String idOrName, Rights rights) {
        List<Instance> meant = view.get().stream()
                .flatMap(namespace -> namespace.instances().values().stream())
                .map(InstanceView::instance)
                .filter(live -> live.id().equals(idOrName) || live.name().equals(idOrName))
                .toList();
        if (meant.isEmpty()) {
            throw new NotThereException(
                    "There is no live instance with the id or name \"" + OneLine.of(idOrName, 80) + "\"");
        }
        meant.forEach(rights::checkOperates);
    }

    /** What can be asked for: of jobs, of instances, and of what is removed. */
    Map<String, Set<String>> operations() {
        return Map.of(
                "POST /jobs/{name}",
                ofJobs.keySet(),
                "POST /instances/{id}",
                ofInstances.keySet(),
                "DELETE /jobs/{name}",
                ofDeletions.keySet());
    }

    // ---- What is done ---------------------------------------------------------------------------------------------

    private OperationResponseBody trigger(String job, OperationFields fields, Operator by) {
        TriggerRequest request = asked(job, fields, by);
        String id = request.id();
        Optional<PlanRequest.When> when = fields.when();
        if (when.isPresent()) {
            return plan(new PlanRequest(request, when.get()));
        }
        try {
            TriggerReceipt receipt = Answers.within(PATIENCE, operations.trigger(request));
            return TriggerDescriptor.Accepted.of(receipt.accepted());
        } catch (RegistryException unknown) {
            throw new RegistryException(
                    unknown.getMessage() + ". Ask again with \"id\": \"" + id
                            + "\": as long as the trigger is not done, that is the same request",
                    unknown);
        }
    }

    private static TriggerRequest asked(String job, OperationFields fields, Operator by) {
        String id = fields.text("id")
                .map(String::strip)
                .orElseGet(() -> UUID.randomUUID().toString());
        if (id.isEmpty()) {
            throw OperationFields.invalid("id", id, "must not be blank; without one, the request is given one");
        }
        return new TriggerRequest(
                checked(job), fields.shards(), fields.text("parameter").orElse(null), fields.flag("force"), id, by);
    }

    private OperationResponseBody backfill(String job, OperationFields fields, Operator by) {
        TriggerRequest request = asked(job, fields, by);
        return plan(PlanRequest.backfill(fields.instant("from"), fields.instant("to"), request));
    }

    private OperationResponseBody plan(PlanRequest request) {
        return PlanDescriptor.of(Answers.within(PATIENCE, operations.plan(request)));
    }

    private @Nullable OperationResponseBody cancelPlan(String job, String id, Operator by) {
        if (!Answers.within(PATIENCE, operations.cancelPlan(checked(job), id, by))) {
            throw new NotThereException("There is no plan " + OneLine.of(id, 60) + " of " + job
                    + ", or it is carried out: then it is in the history");
        }
        return null;
    }

    private @Nullable OperationResponseBody cancelRuns(String job, OperationFields fields, Operator by) {
        String plan = fields.text("id").map(String::strip).orElse("");
        if (!plan.isEmpty()) {
            fields.allowOnly("cancel of a plan", List.of("id"));
            return cancelPlan(job, plan, by);
        }
        CancelRequest request = new CancelRequest(
                checked(job),
                fields.text("firing").map(String::strip).map(Firing::of).orElse(null),
                fields.shards(),
                by);
        return CancelDescriptor.of(Answers.within(PATIENCE, operations.cancel(request)));
    }

    private OperationResponseBody rerun(String job, OperationFields fields, Operator by) {
        Set<RerunRequest.Option> options = EnumSet.noneOf(RerunRequest.Option.class);
        if (fields.flag("successors")) {
            options.add(RerunRequest.Option.SUCCESSORS);
        }
        if (fields.flag("force")) {
            options.add(RerunRequest.Option.FORCED);
        }
        if (fields.presentParameters()) {
            options.add(RerunRequest.Option.PRESENT_PARAMETERS);
        }
        String id = fields.text("id")
                .map(String::strip)
                .orElseGet(() -> UUID.randomUUID().toString());
        if (id.isEmpty()) {
            throw OperationFields.invalid("id", id, "must not be blank; without one, the request is given one");
        }
        RerunRequest request = new RerunRequest(checked(job), fields.reruns(), fields.shards(), options, id, by);
        try {
            return RerunDescriptor.of(Answers.within(PATIENCE, operations.rerun(request)));
        } catch (RegistryException unknown) {
            throw new RegistryException(
                    unknown.getMessage() + ". Ask again with \"id\": \"" + id + "\": that is the same request",
                    unknown);
        }
    }

    private @Nullable OperationResponseBody configure(String job, OperationFields fields, Operator by) {
        return done(operations.configure(checked(job), fields.settings(), by));
    }

    private @Nullable OperationResponseBody reset(String job, OperationFields fields, Operator by) {
        return done(operations.reset(checked(job), fields.keys(), by));
    }

    private @Nullable OperationResponseBody disable(String job, OperationFields fields, Operator by) {
        return done(operations.disable(checked(job), fields.part(), by));
    }

    private @Nullable OperationResponseBody enable(String job, OperationFields fields, Operator by) {
        return done(operations.enable(checked(job), fields.part(), by));
    }

    private @Nullable OperationResponseBody create(String job, OperationFields fields, Operator by) {
        return done(operations.create(checked(job), fields.settings(), by));
    }

    private @Nullable OperationResponseBody transfer(String job, OperationFields fields, Operator by) {
        return done(operations.transfer(checked(job), fields.application(), by));
    }

    private @Nullable OperationResponseBody remove(String job, OperationFields fields, Operator by) {
        return done(operations.remove(checked(job), by));
    }

    private OperationResponseBody cancel(String job, OperationFields fields, Operator by) {
        String number = fields.text("number").orElse("");
        TriggerStatus status = number.matches("\\d{1,10}")
                ? Answers.within(PATIENCE, operations.cancel(checked(job), Long.parseLong(number), by))
                        .orElse(null)
                : null;
        if (status == null) {
            throw new NotThereException("There is no trigger " + OneLine.of(number, 20) + " of " + job
                    + ", or it is done: then it is in the history");
        }
        return TriggerDescriptor.of(status);
    }

    private @Nullable OperationResponseBody drain(String instance, OperationFields fields, Operator by) {
        return withLive(instance, () -> operations.drain(instance, by));
    }

    private @Nullable OperationResponseBody resume(String instance, OperationFields fields, Operator by) {
        return withLive(instance, () -> operations.resume(instance, by));
    }

    /** The engine alone knows for certain which instances live; who it says is none of them is not there. */
    private @Nullable OperationResponseBody withLive(String instance, Supplier<CompletionStage<Void>> change) {
        try {
            return done(change.get());
        } catch (InvalidSettingException invalid) {
            boolean known = view.get().stream()
                    .flatMap(namespace -> namespace.instances().values().stream())
                    .anyMatch(live -> live.instance().id().equals(instance)
                            || live.instance().name().equals(instance));
            if (invalid.key().equals("instance") && !known) {
                throw new NotThereException(String.valueOf(invalid.getMessage()));
            }
            throw invalid;
        }
    }

    private static @Nullable OperationResponseBody done(CompletionStage<Void> change) {
        Answers.within(PATIENCE, change.thenApply(nothing -> true));
        return null;
    }

    private static String checked(String job) {
        return JobDefinition.checkedName("name", job);
    }
}
