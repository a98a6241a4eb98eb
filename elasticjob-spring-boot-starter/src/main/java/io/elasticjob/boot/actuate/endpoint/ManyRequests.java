package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.EngineBusyException;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobPart;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.Operator;
import io.elasticjob.boot.actuate.endpoint.ElasticJobEndpointWebExtension.Problem;
import io.elasticjob.boot.actuate.endpoint.ManyDescriptor.Answer;
import io.elasticjob.boot.actuate.endpoint.ManyDescriptor.Result;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.view.JobView;
import io.elasticjob.view.NamespaceView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Does many things at once, on threads that are there for the request only. Each is answered on its own, and goes the same way
 * as one that is asked for alone: with the same rights, and audited.
 */
final class ManyRequests {

    static final int MAX_JOBS = 200;

    private static final Set<String> OF_JOBS = Set.of("enable", "disable", "trigger");

    private static final int AT_ONCE = 8;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** So many requests of this kind are dealt with at a time. */
    private static final int MOST = 4;

    private final EndpointRequests requests;
    private final Supplier<Optional<NamespaceView>> view;
    private final InstantSource clock;
    private final Semaphore places = new Semaphore(MOST);

    ManyRequests(EndpointRequests requests, Supplier<Optional<NamespaceView>> view, InstantSource clock) {
        this.requests = requests;
        this.view = view;
        this.clock = clock;
    }

    /** What can be asked for, by request. */
    static Map<String, Set<String>> operations() {
        return Map.of("POST /jobs", new TreeSet<>(OF_JOBS), "POST /import", Set.of("import"));
    }

    /**
     * Enables, disables or runs jobs by their {@code names}.
     *
     * @throws InvalidSettingException when the request as a whole cannot be understood; then nothing is done
     */
    ManyDescriptor jobs(@Nullable String operation, EndpointRequests.Request request) {
        OperationFields given = request.fields();
        String wanted = operation == null ? "" : operation;
        if (!OF_JOBS.contains(wanted)) {
            throw OperationFields.invalid(
                    "operation",
                    wanted,
                    "is nothing that can be done with many jobs: there are enable, disable, trigger");
        }
        given.allowOnly(wanted, List.of("names"));
        Set<String> names = new LinkedHashSet<>(JobsQuery.parts(given, "names"));
        if (names.isEmpty() || names.size() > MAX_JOBS) {
            throw OperationFields.invalid(
                    "names", names.size() + " names", "must name 1 to " + MAX_JOBS + " jobs, with commas between");
        }
        given.by(request.who());
        OperationFields each = OperationFields.of(
                OperationFields.REASON, given.text(OperationFields.REASON).orElse(null));
        return all(
                List.copyOf(names),
                name -> answer(
                        name,
                        wanted,
                        () -> requests.job(name, wanted, new EndpointRequests.Request(request.rights(), each))));
    }

    /**
     * Does again what a {@code document} of {@link ExportDescriptor} says, or with {@code dryRun} says what that would come to.
     *
     * @throws InvalidSettingException when the document as a whole cannot be understood; then nothing is done
     */
    ManyDescriptor imported(EndpointRequests.Request request) {
        OperationFields given = request.fields();
        given.text("names").ifPresent(names -> {
            throw OperationFields.invalid("names", names, "is given for \"import\", which does not know it");
        });
        boolean isRehearsal = given.flag("dryRun");
        Operator by = given.by(request.who());
        List<ImportedLines.Line> lines = ImportedLines.of(given.text("document").orElse(""));
        request.rights().checkOperatesAnything();
        // A job has to be there before something of it is switched off.
        List<ImportedLines.Line> first = lines.stream()
                .filter(line -> !line.operation().equals("disable"))
                .toList();
        List<ImportedLines.Line> then = lines.stream()
                .filter(line -> line.operation().equals("disable"))
                .toList();
        Function<ImportedLines.Line, Answer> act =
                isRehearsal ? line -> rehearsed(line, request.rights(), by, lines) : line -> done(line, request);
        List<Answer> answers = new ArrayList<>(all(first, act).answers());
        answers.addAll(all(then, act).answers());
        return ManyDescriptor.of(answers);
    }

    private Answer done(ImportedLines.Line line, EndpointRequests.Request request) {
        return answer(line.job(), line.operation(), () -> {
            OperationFields fields = understood(line, request.fields());
            requests.check("job", line.job(), line.operation(), request.rights());
            if (isSame(line, fields, request.fields().by(request.who()))) {
                return SAME;
            }
            return requests.job(line.job(), line.operation(), new EndpointRequests.Request(request.rights(), fields));
        });
    }

    /** Answers what it would come to, as far as can be told without asking for it. */
    private Answer rehearsed(ImportedLines.Line line, Rights rights, Operator by, List<ImportedLines.Line> all) {
        return answer(line.job(), line.operation(), () -> {
            OperationFields fields = understood(line, OperationFields.of());
            requests.check("job", line.job(), line.operation(), rights);
            JobView known = known(line.job());
            boolean isToBeMade = all.stream()
                    .anyMatch(other ->
                            other.operation().equals("create") && other.job().equals(line.job()));
            if (known == null && !isToBeMade) {
                throw new NoSuchJobException(line.job());
            }
            if (isSame(line, fields, by)) {
                return SAME;
            }
            if (known != null && line.operation().equals("create")) {
                throw new OperationRefusedException("There is a job " + line.job() + " already");
            }
            changed(line, fields, by, known);
            return WOULD_CHANGE;
        });
    }

    private static OperationFields understood(ImportedLines.Line line, OperationFields request) {
        if (line.wrong() != null) {
            throw line.wrong();
        }
        List<@Nullable String> given = new ArrayList<>();
        line.fields().forEach((name, value) -> {
            given.add(name);
            given.add(value);
        });
        given.add(OperationFields.REASON);
        given.add(request.text(OperationFields.REASON).orElse("imported"));
        return OperationFields.of(given.toArray(String[]::new));
    }

    private @Nullable JobView known(String job) {
        return view.get().map(namespace -> namespace.jobs().get(job)).orElse(null);
    }

    /** Whether the job is so already; what was withheld stays as it is. */
    private boolean isSame(ImportedLines.Line line, OperationFields fields, Operator by) {
        JobView known = known(line.job());
        if (known == null) {
            return false;
        }
        StoredJob stored = known.stored();
        if (line.operation().equals("disable")) {
            return stored.saysTheSameAs(stored.switched(fields.part(), false, by, clock.instant(), Duration.ZERO));
        }
        return stored.isMade() == line.operation().equals("create")
                && fields.settings().entrySet().stream().allMatch(set -> {
                    StoredJob.Override there = stored.overrides().get(set.getKey());
                    return there != null && there.value().equals(set.getValue());
                });
    }

    /** As the engine decides it, short of what only a live instance can tell. */
    private void changed(ImportedLines.Line line, OperationFields fields, Operator by, @Nullable JobView known) {
        Instant now = clock.instant();
        if (line.operation().equals("disable")) {
            JobPart part = fields.part();
            if (known != null) {
                known.stored().switched(part, false, by, now, Duration.ZERO);
            }
        } else if (line.operation().equals("create")) {
            StoredJob.made(line.job(), fields.settings(), by, now).effective();
        } else if (known != null) {
            known.stored().configured(fields.settings(), by, now, Duration.ZERO).effective();
        }
    }

    // ---- Help -----------------------------------------------------------------------------------------------------

    private static final OperationResponseBody SAME = new OperationResponseBody() {};
    private static final OperationResponseBody WOULD_CHANGE = new OperationResponseBody() {};

    private static Answer answer(String job, String operation, Supplier<@Nullable OperationResponseBody> act) {
        String shown = OneLine.of(job, 100);
        String asked = OneLine.of(operation, 20);
        try {
            OperationResponseBody done = act.get();
            Result result = done == SAME ? Result.SAME : done == WOULD_CHANGE ? Result.WOULD_CHANGE : Result.DONE;
            Long trigger = done instanceof TriggerDescriptor.Accepted accepted ? accepted.number() : null;
            return new Answer(shown, asked, result, trigger, null);
        } catch (RuntimeException why) {
            return new Answer(shown, asked, Result.REFUSED, null, Problem.of(why));
        }
    }

    /** In their order; what is not answered in time was not asked for, or nobody knows. */
    private <T> ManyDescriptor all(List<T> asked, Function<T, Answer> act) {
        if (asked.isEmpty()) {
            return ManyDescriptor.of(List.of());
        }
        if (!places.tryAcquire()) {
            throw new EngineBusyException(MOST + " requests for many jobs are being dealt with; ask again in a moment");
        }
        ExecutorService threads = Executors.newFixedThreadPool(Math.min(AT_ONCE, asked.size()), task -> {
            Thread thread = new Thread(task, "elasticjob-many");
            thread.setDaemon(true);
            return thread;
        });
        try {
            List<Callable<Answer>> tasks = new ArrayList<>();
            asked.forEach(one -> tasks.add(() -> act.apply(one)));
            List<Answer> answers = new ArrayList<>();
            for (Future<Answer> future : threads.invokeAll(tasks, PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                answers.add(told(future));
            }
            return ManyDescriptor.of(answers);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new EngineBusyException("the request was interrupted; some of it may have been done");
        } finally {
            threads.shutdownNow();
            places.release();
        }
    }

    private static Answer told(Future<Answer> future) throws InterruptedException {
        if (!future.isCancelled()) {
            try {
                return future.get();
            } catch (ExecutionException failed) {
                throw new IllegalStateException("A request could not be dealt with", failed.getCause());
            }
        }
        return new Answer(
                "",
                "",
                Result.REFUSED,
                null,
                Problem.of(new EngineBusyException("There was no time left for it; ask again")));
    }
}
