package io.elasticjob.boot.faults;

import io.elasticjob.testing.faults.Fault;
import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.faults.LedgerAudit;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** Copies of {@link LedgerApplication} in processes of their own, what was done to them, and what they wrote down. */
final class Fleet implements AutoCloseable {

    static final Duration SESSION = Duration.ofSeconds(4);

    /** How long after a fault firings may be late: the session, and what is promised on top of it. */
    static final Duration RECOVERY = SESSION.plusSeconds(2);

    /** How long before a firing is due its shards may be claimed. */
    private static final Duration CLAIMED_AHEAD = Duration.ofMillis(200);

    /** What is later than this is not on time. */
    private static final Duration ON_TIME = Duration.ofSeconds(1);

    final List<Copy> alive = new ArrayList<>();
    private final List<Copy> all = new ArrayList<>();
    private final List<Fault> faults = new ArrayList<>();
    private final List<Loss> losses = new ArrayList<>();
    private final Ensemble ensemble;
    private final Path directory;
    private final String namespace;
    private final List<LedgerAudit.Job> jobs;
    private final List<String> settings;

    /** A loss of data: nothing can be claimed from when the servers stop until they are started again. */
    private record Loss(Instant stopped, Instant back) {

        /** What is due before this may have been claimed ahead, from the servers that were stopped. */
        Instant firstDue() {
            return stopped.equals(Instant.MIN) ? stopped : stopped.plus(CLAIMED_AHEAD);
        }
    }

    /** @param settings as on a command line, for all copies */
    Fleet(Ensemble ensemble, Path directory, String namespace, List<LedgerAudit.Job> jobs, List<String> settings) {
        this.ensemble = ensemble;
        this.directory = directory;
        this.namespace = namespace;
        this.jobs = jobs;
        this.settings = settings;
    }

    /** Starts so many more, and waits until each runs something. */
    void start(int count) throws IOException {
        List<Copy> started = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            started.add(new Copy());
        }
        started.forEach(Copy::awaitFirstRun);
    }

    /** Ends the sessions of all copies. */
    void expire() {
        ensemble.expireHolders(alive.stream()
                .map(copy -> "/" + namespace + "/instances/" + copy.name + ".")
                .toList());
    }

    /** Does it, and keeps in mind when, and to whom. */
    void suffers(Fault.Kind kind, String instance, Act fault) throws Exception {
        Instant from = Instant.now();
        fault.run();
        faults.add(new Fault(kind, instance, from, Instant.now()));
    }

    /**
     * Stops all servers, and starts them with other data than they had. Lasts until all is on time again.
     *
     * @return how long that took
     */
    Duration suffersLoss(Act ofData) throws Exception {
        Duration[] recovery = {Duration.ZERO};
        suffers(Fault.Kind.CUT, Fault.ALL, () -> {
            ensemble.kill();
            Instant stopped = Instant.now();
            ofData.run();
            Instant back = Instant.now();
            ensemble.start();
            losses.add(new Loss(stopped, back));
            recovery[0] = awaitOnTime(back);
        });
        return recovery[0];
    }

    interface Act {
        void run() throws Exception;
    }

    /**
     * Waits until every shard of every job has run a firing on time that came due after this.
     *
     * @return how long after {@code since} the last one of those that fire every second did
     */
    Duration awaitOnTime(Instant since) {
        Map<String, Instant> onTime = new HashMap<>();
        Eventually.until(
                () -> "runs on time since " + since + " by more than " + new TreeSet<>(onTime.keySet()) + report(),
                () -> {
                    onTime.clear();
                    for (LedgerLine line : lines()) {
                        if (line.what() == What.START
                                && !line.firing().isBefore(since)
                                && line.time().isBefore(line.firing().plus(ON_TIME))) {
                            onTime.merge(line.job() + "/" + line.shard(), line.time(), (a, b) -> a.isBefore(b) ? a : b);
                        }
                    }
                    return onTime.size()
                            == jobs.stream().mapToInt(LedgerAudit.Job::shards).sum();
                });
        return jobs.stream()
                .filter(job -> job.every().equals(Duration.ofSeconds(1)))
                .flatMap(job -> onTime.entrySet().stream()
                        .filter(entry -> entry.getKey().startsWith(job.name() + "/")))
                .map(entry -> Duration.between(since, entry.getValue()))
                .max(Duration::compareTo)
                .orElseThrow();
    }

    /** Ends all in good order, and holds what they wrote against what is promised. */
    LedgerAudit audit() {
        List.copyOf(alive).forEach(copy -> copy.process.terminate());
        List.copyOf(alive).forEach(Copy::stop);
        return new LedgerAudit(jobs, RECOVERY, lines(), faults);
    }

    /**
     * The same, of each time between two losses of data by itself. Nothing is promised across one: tokens go back, and
     * what was recorded before is not known. So of the time after a loss only what came due after it counts, and could not
     * be claimed before it.
     */
    List<LedgerAudit> auditEachEra() {
        List<LedgerAudit> audits = new ArrayList<>();
        audit(); // ends all
        List<LedgerLine> written = lines();
        Loss before = new Loss(Instant.MIN, Instant.MIN);
        for (int i = 0; i <= losses.size(); i++) {
            Loss since = before;
            Instant until = i < losses.size() ? losses.get(i).back() : Instant.MAX;
            Set<String> begun = written.stream()
                    .filter(line -> line.what() == What.START)
                    .filter(line ->
                            !line.time().isBefore(since.back()) && line.time().isBefore(until))
                    .filter(line -> !line.firing().isBefore(since.firstDue()))
                    .map(Fleet::execution)
                    .collect(Collectors.toSet());
            List<LedgerLine> ofEra = written.stream()
                    .filter(line -> line.what() == What.SUPERSEDED || line.what() == What.LOST
                            ? !line.time().isBefore(since.back()) && line.time().isBefore(until)
                            : begun.contains(execution(line)))
                    .toList();
            audits.add(new LedgerAudit(jobs, RECOVERY, ofEra, faults));
            before = i < losses.size() ? losses.get(i) : before;
        }
        return audits;
    }

    private static String execution(LedgerLine line) {
        return line.job() + "/" + line.shard() + "/" + line.firing() + "/" + line.number() + "/" + line.token() + "/"
                + line.instance();
    }

    List<LedgerLine> lines() {
        return all.stream().flatMap(copy -> copy.lines().stream()).toList();
    }

    /** How many copies say so in their log. */
    long told(String text) {
        return all.stream().filter(copy -> copy.process.log().contains(text)).count();
    }

    /** All that is known, for a test that fails. */
    String report() {
        return all.stream()
                .map(copy -> "\n-- " + copy.name + "\n" + copy.process.log())
                .collect(Collectors.joining());
    }

    @Override
    public void close() {
        all.forEach(Copy::close);
    }

    /** One process of the application, which reaches each server through a proxy of its own. */
    final class Copy {

        final String name = namespace + "-" + all.size();
        final JavaProcess process;
        private final Path ledger = directory.resolve(name + ".csv");
        private final List<FaultProxy> proxies;

        Copy() throws IOException {
            proxies = ensemble.servers.stream()
                    .map(server -> new FaultProxy(server.port()))
                    .toList();
            List<String> arguments = new ArrayList<>(settings);
            arguments.addAll(List.of(
                    "--elasticjob.namespace=" + namespace,
                    "--elasticjob.instance.name=" + name,
                    "--elasticjob.registry.session-timeout=" + SESSION.toSeconds() + "s",
                    "--elasticjob.registry.connect-string="
                            + proxies.stream().map(FaultProxy::address).collect(Collectors.joining(",")),
                    "--logging.level.io.elasticjob=info",
                    "--spring.main.banner-mode=off",
                    "--ledger=" + ledger));
            process = new JavaProcess(directory.resolve(name + ".log"), List.of(), LedgerApplication.class, arguments);
            all.add(this);
            alive.add(this);
        }

        List<LedgerLine> lines() {
            return LedgerLine.of(ledger);
        }

        void awaitFirstRun() {
            Eventually.until(
                    () -> name + " runs something" + report(), () -> Files.exists(ledger) && !lines().isEmpty());
        }

        /** It runs a shard of the job that will take a while yet. */
        void awaitMidstOf(String job) {
            Instant now = Instant.now();
            Eventually.until(
                    () -> name + " runs " + job + report(),
                    () -> lines().stream()
                            .anyMatch(line -> line.what() == What.START
                                    && line.job().equals(job)
                                    && line.time().isAfter(now)));
        }

        void network(Consumer<FaultProxy> change) {
            proxies.forEach(change);
        }

        /** As an orchestrator does it: SIGTERM, and time to finish. */
        void stop() {
            process.terminate();
            int status = process.awaitEnd();
            leave();
            if (status != 128 + 15) {
                throw new AssertionError(name + " ended with " + status + report());
            }
        }

        void kill() {
            faults.add(Fault.killed(name, Instant.now()));
            process.kill();
            leave();
        }

        private void leave() {
            alive.remove(this);
            proxies.forEach(FaultProxy::close);
        }

        private void close() {
            process.kill();
            proxies.forEach(FaultProxy::close);
        }
    }
}
