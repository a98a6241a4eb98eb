package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.PlayedConsumer;
import io.elasticjob.benchmarks.environment.PlayedWorker;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** Workers at one gateway, by HTTP: what share of what was due they were given, and how late; and what they cost when idle. */
final class Workers implements Scenario {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final int SHARDS = 50;

    @Override
    public String name() {
        return "workers";
    }

    @Override
    public String title() {
        return "Workers at one gateway, by HTTP: jobs each second; 0 jobs are idle workers";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("achievedPercent", "given %"),
                Column.shown("doubled", "given twice"),
                Column.shown("p50", "due to given p50 ms"),
                Column.shown("p99", "due to given p99 ms"),
                Column.shown("claimToGivenP99", "claimed and due to given p99 ms"),
                Column.shown("gatewayCorePercent", "gateway, % of a core"),
                Column.shown("registryCorePercent", "registry, % of a core"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB || contender == Contender.BEANSTALKD;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>(options.some("jobs", "20,100", "20").stream()
                .filter(jobs -> !jobs.isEmpty())
                .map(jobs -> Case.plain().with("jobs", jobs).with("workers", 20).with("slots", 50))
                .toList());
        options.some("idle", "1000", "100").stream()
                .filter(idle -> !idle.isEmpty())
                .forEach(idle -> cases.add(
                        Case.plain().with("jobs", 0).with("workers", idle).with("slots", 1)));
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        return environment.contender() == Contender.BEANSTALKD
                ? ofBeanstalkd(inCase, environment)
                : ofGateway(inCase, environment);
    }

    private static Figures ofGateway(Case inCase, Environment environment) throws Exception {
        int jobs = inCase.number("jobs");
        int port = Environment.freePort();
        Process application = environment.application(
                "gateway",
                "io.elasticjob.benchmarks.gateway.GatewayApplication",
                List.of("-Xmx1g"),
                List.of(
                        "--server.address=127.0.0.1",
                        "--server.port=" + port,
                        "--spring.application.name=benchmarks",
                        "--elasticjob.registry.connect-string="
                                + environment.zooKeeper().connectString(),
                        "--elasticjob.gateway.enabled=true",
                        "--elasticjob.gateway.insecure=true",
                        "--elasticjob.gateway.handlers=work",
                        "--benchmark.jobs=" + jobs,
                        "--benchmark.shards=" + SHARDS));
        HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        URI gateway = URI.create("http://127.0.0.1:" + port);
        Queue<PlayedWorker.Given> given = new ConcurrentLinkedQueue<>();
        List<PlayedWorker> workers = new ArrayList<>();
        Environment.await("the gateway", PATIENCE, () -> {
            if (!application.isAlive()) {
                throw new IOException("the application has ended: " + environment.printedBy("gateway"));
            }
            try {
                workers.add(worker(client, gateway, inCase, 0, given));
                return true;
            } catch (IOException notYet) {
                return false;
            }
        });
        // Each at once: its lease is shorter than it takes until a thousand are attached.
        workers.forEach(PlayedWorker::start);
        for (int i = 1; i < inCase.number("workers"); i++) {
            PlayedWorker next = worker(client, gateway, inCase, i, given);
            workers.add(next);
            next.start();
        }
        if (jobs > 0) {
            Environment.await("the first executions", PATIENCE, () -> given.size() >= jobs * SHARDS * 3);
        }
        Span span = Span.measure(environment);
        CompletableFuture.allOf(workers.stream().map(PlayedWorker::leave).toArray(CompletableFuture[]::new))
                .get(60, TimeUnit.SECONDS);
        Figures.Builder figures = figures(inCase, span, given)
                .put("gatewayCorePercent", ofACore(span.load().workers(), span))
                .put("registryCorePercent", ofACore(span.load().servers(), span));
        if (jobs > 0) {
            Map<String, Instant> started = started(client, gateway);
            List<Double> toGiven = new ArrayList<>();
            for (PlayedWorker.Given one : given) {
                Instant begun = started.get(one.id());
                if (span.has(one) && begun != null) {
                    toGiven.add(millis(begun, one.given()));
                }
            }
            figures.put("claimToGivenP50", Statistics.percentile(toGiven, 0.5))
                    .put("claimToGivenP99", Statistics.percentile(toGiven, 0.99));
        }
        return figures.build();
    }

    /** By executions, when their engine handed them to the gateway: claimed, and due. */
    private static Map<String, Instant> started(HttpClient client, URI gateway)
            throws IOException, InterruptedException {
        String lines = client.send(
                        HttpRequest.newBuilder(gateway.resolve("/benchmark/started"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
        return lines.lines()
                .map(line -> line.split(" "))
                .collect(Collectors.toMap(words -> words[0], words -> Instant.parse(words[1]), (one, again) -> one));
    }

    /** The same work, put in at each second by one connection. */
    private static Figures ofBeanstalkd(Case inCase, Environment environment) throws Exception {
        int count = inCase.number("jobs") * SHARDS;
        Queue<PlayedWorker.Given> given = new ConcurrentLinkedQueue<>();
        List<PlayedConsumer> workers = new ArrayList<>();
        for (int i = 0; i < inCase.number("workers"); i++) {
            PlayedConsumer worker = new PlayedConsumer(environment.dispatcher());
            workers.add(worker);
            worker.start(given::add);
        }
        ScheduledExecutorService producer = Executors.newSingleThreadScheduledExecutor();
        try (PlayedConsumer connection = new PlayedConsumer(environment.dispatcher())) {
            Instant first = Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
            AtomicLong seconds = new AtomicLong();
            if (count > 0) {
                producer.scheduleAtFixedRate(
                        () -> put(connection, count, first.plusSeconds(seconds.getAndIncrement())),
                        Duration.between(Instant.now(), first).toNanos(),
                        Duration.ofSeconds(1).toNanos(),
                        TimeUnit.NANOSECONDS);
                Environment.await("the first of it", PATIENCE, () -> given.size() >= count * 3);
            }
            Span span = Span.measure(environment);
            return figures(inCase, span, given)
                    .put("gatewayCorePercent", ofACore(span.load().servers(), span))
                    .build();
        } finally {
            producer.shutdownNow();
            for (PlayedConsumer worker : workers) {
                worker.close();
            }
        }
    }

    private static void put(PlayedConsumer connection, int count, Instant due) {
        try {
            connection.put(count, due);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** What was measured. */
    private record Span(Instant begin, Instant end, Load load) {

        static Span measure(Environment environment) throws Exception {
            Options options = environment.options();
            int seconds = options.number("seconds", options.quick() ? 5 : 60);
            TimeUnit.SECONDS.sleep(options.number("warm-up", options.quick() ? 2 : 15));
            Instant begin = Instant.now().plusSeconds(1).truncatedTo(ChronoUnit.SECONDS);
            Environment.Meter meter = environment.meter();
            TimeUnit.SECONDS.sleep(seconds + 2L);
            return new Span(begin, begin.plusSeconds(seconds), meter.read());
        }

        boolean has(PlayedWorker.Given one) {
            return !one.due().isBefore(begin) && one.due().isBefore(end);
        }
    }

    private static Figures.Builder figures(Case inCase, Span span, Queue<PlayedWorker.Given> given) {
        Figures.Builder figures =
                Figures.builder().put("othersCpuPercent", span.load().othersPercent());
        int jobs = inCase.number("jobs");
        if (jobs > 0) {
            Set<String> once = new HashSet<>();
            List<Double> late = new ArrayList<>();
            int doubled = 0;
            for (PlayedWorker.Given one : given) {
                boolean isNew = once.add(one.id());
                doubled += isNew ? 0 : 1;
                if (isNew && span.has(one)) {
                    late.add(millis(one.due(), one.given()));
                }
            }
            double all = (double) jobs
                    * SHARDS
                    * Duration.between(span.begin(), span.end()).toSeconds();
            figures.put("achievedPercent", 100.0 * late.size() / all)
                    .put("doubled", doubled)
                    .put("p50", Statistics.percentile(late, 0.5))
                    .put("p99", Statistics.percentile(late, 0.99));
        }
        return figures;
    }

    private static double millis(Instant from, Instant to) {
        return Duration.between(from, to).toNanos() / 1e6;
    }

    private static double ofACore(long millis, Span span) {
        return millis / 10.0 / span.load().seconds();
    }

    private static PlayedWorker worker(
            HttpClient client, URI gateway, Case inCase, int number, Queue<PlayedWorker.Given> given)
            throws IOException, InterruptedException {
        return new PlayedWorker(client, gateway, "w" + number, inCase.number("slots"), given::add);
    }
}
