package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** How long the actuator endpoint of an application with very many jobs takes to answer, over HTTP, one request at a time. */
final class EndpointLatency implements Scenario {

    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final Duration ANSWER = Duration.ofSeconds(10);
    private static final int OK = 200;

    @Override
    public String name() {
        return "endpoint";
    }

    @Override
    public String title() {
        return "Actuator endpoint over HTTP, jobs of 3 shards";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("allP50", "GET /jobs p50 ms"),
                Column.shown("allP95", "GET /jobs p95 ms"),
                Column.shown("allKilobytes", "GET /jobs KiB"),
                Column.shown("oneP50", "GET /jobs/{name} p50 ms"),
                Column.shown("oneP95", "GET /jobs/{name} p95 ms"),
                Column.shown("readyMillis", "application ready ms"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        return options.some("jobs", "5000", "5000").stream()
                .map(jobs -> Case.plain().with("jobs", jobs))
                .toList();
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int jobs = inCase.number("jobs");
        int port = Environment.freePort();
        long begin = System.nanoTime();
        Process application = environment.application(
                "endpoint",
                "io.elasticjob.benchmarks.endpoint.EndpointApplication",
                List.of("-Xmx2g"),
                List.of(
                        "--server.address=127.0.0.1",
                        "--server.port=" + port,
                        "--elasticjob.registry.connect-string="
                                + environment.zooKeeper().connectString(),
                        "--benchmark.jobs=" + jobs));
        HttpClient client = HttpClient.newHttpClient();
        URI base = URI.create("http://127.0.0.1:" + port + "/actuator/elasticjob/");
        String last = "jobs/job-" + (jobs - 1);
        Environment.await("the last of " + jobs + " jobs at the endpoint", PATIENCE, () -> {
            if (!application.isAlive()) {
                throw new IOException("the application has ended: " + environment.printedBy("endpoint"));
            }
            return answers(client, base.resolve(last));
        });
        double ready = (System.nanoTime() - begin) / 1e6;
        int few = options.number("requests", options.quick() ? 20 : 200);
        IntFunction<URI> all = i -> base.resolve("jobs");
        IntFunction<URI> one = i -> base.resolve("jobs/job-" + (i * 31 % jobs));
        ask(client, all, few); // for the compiler
        ask(client, one, few * 5);
        Environment.Meter meter = environment.meter();
        List<Double> allTook = ask(client, all, few);
        List<Double> oneTook = ask(client, one, few * 5);
        Load load = meter.read();
        int length = get(client, all.apply(0)).body().length;
        return Figures.builder()
                .put("readyMillis", ready)
                .put("allP50", Statistics.percentile(allTook, 0.5))
                .put("allP95", Statistics.percentile(allTook, 0.95))
                .put("allKilobytes", length / 1_024.0)
                .put("oneP50", Statistics.percentile(oneTook, 0.5))
                .put("oneP95", Statistics.percentile(oneTook, 0.95))
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }

    private static boolean answers(HttpClient client, URI address) throws InterruptedException {
        try {
            return client.send(request(address), HttpResponse.BodyHandlers.discarding())
                            .statusCode()
                    == OK;
        } catch (IOException notYet) {
            return false;
        }
    }

    private static List<Double> ask(HttpClient client, IntFunction<URI> addresses, int times) throws Exception {
        List<Double> took = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            get(client, addresses.apply(i));
            took.add((System.nanoTime() - begin) / 1e6);
        }
        return took;
    }

    private static HttpResponse<byte[]> get(HttpClient client, URI address) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(request(address), HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != OK) {
            throw new IOException(address + " answered " + response.statusCode());
        }
        return response;
    }

    private static HttpRequest request(URI address) {
        return HttpRequest.newBuilder(address).timeout(ANSWER).build();
    }
}
