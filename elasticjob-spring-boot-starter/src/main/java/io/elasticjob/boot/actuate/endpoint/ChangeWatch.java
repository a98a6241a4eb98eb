package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.EngineBusyException;
import io.elasticjob.boot.actuate.endpoint.ChangesQuery.Reading;
import io.elasticjob.view.JobDetail;
import io.elasticjob.view.NamespaceChanges;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Those who wait for changes of the namespace. However many they are, one daemon thread, {@code elasticjob-changes}, looks for
 * all of them: at what the engine knows five times a second, and at the records of jobs that somebody looks at once a second.
 * While nobody waits, it does nothing and ends.
 *
 * <p>It ends before the web server does, which would wait for them.
 */
public final class ChangeWatch implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(ChangeWatch.class);

    /** So many may wait. */
    static final int MOST_WAITING = 1_000;

    /** So many jobs, and shards as far as is known, are read at a time. */
    private static final int MOST_SHARDS = JobRows.MAX_SHARDS;

    private static final Duration LOOK = Duration.ofMillis(200);
    private static final long READ_NANOS = Duration.ofSeconds(1).toNanos();

    /** A look that has no answer by then is given up. */
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    /** Who has waited for this long at an instance that is behind has a transaction of a registry that is no more. */
    private static final Duration BEHIND = Duration.ofSeconds(20);

    private final Supplier<Optional<NamespaceReader>> reader;
    private final ScheduledThreadPoolExecutor thread;

    // Confined to the thread, but for additions to those who wait.
    private final Set<Waiting> waiting = new LinkedHashSet<>();
    private final Map<String, Read> records = new HashMap<>();
    private boolean looking;
    private boolean toLook;
    private boolean reading;
    private @Nullable Long readNanos;

    private volatile boolean running = true;

    private record Read(Reading reading, long nanos, int shards) {}

    private static final class Waiting {
        private final ChangesQuery query;
        private final CompletableFuture<ChangesDescriptor> answer = new CompletableFuture<>();
        private final long sinceNanos = System.nanoTime();
        private boolean seen;

        Waiting(ChangesQuery query) {
            this.query = query;
        }

        boolean isOver(Duration limit) {
            return System.nanoTime() - sinceNanos >= limit.toNanos();
        }
    }

    /** @param reader of the application's engine, empty where there is none */
    public ChangeWatch(Supplier<Optional<NamespaceReader>> reader) {
        this.reader = reader;
        this.thread = new ScheduledThreadPoolExecutor(1, task -> {
            Thread made = new Thread(task, "elasticjob-changes");
            made.setDaemon(true);
            // Made by a request, and no thread of the web application's, which Tomcat would warn of as it stops.
            made.setContextClassLoader(ChangeWatch.class.getClassLoader());
            return made;
        });
        this.thread.setKeepAliveTime(10, TimeUnit.SECONDS);
        this.thread.allowCoreThreadTimeOut(true);
        this.thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /**
     * Answers as soon as there is something to tell, or when the wait is over. The answer never fails.
     *
     * @return cancelled by the one who does not want it any more
     * @throws EngineBusyException when too many wait already
     */
    CompletableFuture<ChangesDescriptor> ask(ChangesQuery query) {
        return ask(query, Rights.unlimited(""));
    }

    /** As {@link #ask(ChangesQuery)}, for somebody who hears only of those jobs that they may look at. */
    CompletableFuture<ChangesDescriptor> ask(ChangesQuery query, Rights rights) {
        CompletableFuture<ChangesDescriptor> all = askAll(query);
        if (rights.everything().isViewed()) {
            return all;
        }
        CompletableFuture<ChangesDescriptor> seen = all.thenCompose(told -> seen(told, rights));
        seen.whenComplete((told, cancelled) -> all.cancel(false));
        return seen;
    }

    private CompletionStage<ChangesDescriptor> seen(ChangesDescriptor told, Rights rights) {
        NamespaceReader namespace = reader.get().orElse(null);
        if (told.isNothing() || namespace == null) {
            return CompletableFuture.completedFuture(told);
        }
        return within(namespace.namespace())
                .thenApply(view -> told.only(job -> view.jobs().containsKey(job)
                        && rights.mayView(view.jobs().get(job))))
                .exceptionally(noAnswer -> ChangesDescriptor.readAgain(Long.parseLong(told.at())));
    }

    private CompletableFuture<ChangesDescriptor> askAll(ChangesQuery query) {
        Waiting one = new Waiting(query);
        synchronized (waiting) {
            if (!running) {
                throw new EngineBusyException("this instance is shutting down");
            }
            if (waiting.size() >= MOST_WAITING) {
                throw new EngineBusyException(
                        MOST_WAITING + " requests wait for changes already; ask again in a moment");
            }
            waiting.add(one);
        }
        one.answer.whenComplete((answer, why) -> {
            synchronized (waiting) {
                waiting.remove(one);
            }
        });
        onThread(this::look, Duration.ZERO);
        return one.answer;
    }

    private List<Waiting> waiting() {
        synchronized (waiting) {
            return List.copyOf(waiting);
        }
    }

    boolean isWaitedFor() {
        return !waiting().isEmpty();
    }

    private void onThread(Runnable task, Duration delay) {
        try {
            thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (Throwable failed) {
                            log.error("Changes could not be looked for; they are looked for again", failed);
                            looking = false;
                            reading = false;
                            lookAfter(PATIENCE);
                        }
                    },
                    delay.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            log.trace("Nobody waits for changes any more", closed);
        }
    }

    // ---- On the thread --------------------------------------------------------------------------------------------

    private void look() {
        List<Waiting> all = waiting();
        if (looking || all.isEmpty()) {
            return;
        }
        NamespaceReader namespace = reader.get().orElse(null);
        if (namespace == null) {
            all.forEach(one -> one.answer.complete(ChangesDescriptor.readAgain(0)));
            return;
        }
        looking = true;
        if (!reading && isReadingDue()) {
            read(namespace, all);
        }
        long after = all.stream()
                .mapToLong(one -> one.query.after() == null ? Long.MAX_VALUE : one.query.after())
                .min()
                .orElse(0);
        within(namespace.changes(after == Long.MAX_VALUE ? 0 : after))
                .whenComplete((changes, why) -> onThread(() -> looked(changes), Duration.ZERO));
    }

    private static <T> CompletionStage<T> within(CompletionStage<T> asked) {
        return asked.toCompletableFuture().copy().orTimeout(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void looked(@Nullable NamespaceChanges changes) {
        looking = false;
        for (Waiting one : waiting()) {
            if (changes == null) {
                expire(one, null, null);
            } else {
                answer(one, changes);
            }
        }
        lookAfter(LOOK);
    }

    /** Unless there is a look anyway. */
    private void lookAfter(Duration pause) {
        if (!toLook && !waiting().isEmpty()) {
            toLook = true;
            onThread(
                    () -> {
                        toLook = false;
                        look();
                    },
                    pause);
        }
    }

    /** What was read before they came may be what they know already. */
    private void answer(Waiting one, NamespaceChanges changes) {
        Map<String, Reading> read = new HashMap<>();
        boolean isAllRead = true;
        for (String job : one.query.jobs()) {
            Read known = records.get(job);
            if (known != null && known.nanos() - one.sinceNanos > 0) {
                read.put(job, known.reading());
            } else {
                isAllRead = false;
            }
        }
        ChangesDescriptor told = one.query.answer(changes, read);
        one.seen = isAllRead;
        if (told.again() || isAllRead && !told.isNothing()) {
            one.answer.complete(told);
        } else {
            expire(one, changes, told);
        }
    }

    private static void expire(Waiting one, @Nullable NamespaceChanges changes, @Nullable ChangesDescriptor told) {
        Duration wait = one.query.patience();
        if (!one.isOver(one.seen ? wait : wait.plus(PATIENCE))) {
            return;
        }
        long after = one.query.after() == null ? 0 : one.query.after();
        if (changes == null || told == null) {
            one.answer.complete(ChangesDescriptor.nothing(after));
        } else if (changes.at() < after && one.isOver(BEHIND)) {
            one.answer.complete(ChangesDescriptor.readAgain(changes.at()));
        } else {
            one.answer.complete(told);
        }
    }

    private boolean isReadingDue() {
        return readNanos == null || System.nanoTime() - readNanos >= READ_NANOS;
    }

    /** Those that were read longest ago come first, so that all have their turn. */
    private void read(NamespaceReader namespace, List<Waiting> all) {
        Set<String> wanted = new LinkedHashSet<>();
        all.forEach(one -> wanted.addAll(one.query.jobs()));
        records.keySet().retainAll(wanted);
        if (wanted.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>(wanted);
        names.sort((a, b) -> Long.compare(age(b), age(a)));
        long began = System.nanoTime();
        readNanos = began;
        reading = true;
        List<CompletableFuture<?>> answers = new ArrayList<>();
        int shards = 0;
        for (String name : names.subList(0, Math.min(names.size(), ChangesQuery.MOST_JOBS))) {
            shards += Math.max(1, records.containsKey(name) ? records.get(name).shards() : 1);
            if (shards > MOST_SHARDS && !answers.isEmpty()) {
                break;
            }
            answers.add(within(namespace.job(name))
                    .whenComplete((detail, why) -> onThread(() -> read(name, detail, began), Duration.ZERO))
                    .toCompletableFuture());
        }
        CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .whenComplete((done, why) -> onThread(
                        () -> {
                            reading = false;
                            look();
                        },
                        Duration.ZERO));
    }

    private long age(String job) {
        Read known = records.get(job);
        return known == null ? Long.MAX_VALUE : System.nanoTime() - known.nanos();
    }

    /** @param detail null when it could not be read; empty when there is no such job */
    private void read(String job, @Nullable Optional<JobDetail> detail, long began) {
        if (detail != null) {
            records.put(
                    job,
                    detail.map(one -> new Read(
                                    new Reading(one.modified(), one.asOf()),
                                    began,
                                    one.shards().size()))
                            .orElseGet(() -> new Read(new Reading(0, Long.MAX_VALUE), began, 1)));
        }
    }

    // ---- Life cycle -----------------------------------------------------------------------------------------------

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        synchronized (waiting) {
            running = false;
        }
        waiting()
                .forEach(one -> one.answer.complete(
                        ChangesDescriptor.nothing(one.query.after() == null ? 0 : one.query.after())));
    }

    @Override
    public boolean isRunning() {
        return running;
    }
}
