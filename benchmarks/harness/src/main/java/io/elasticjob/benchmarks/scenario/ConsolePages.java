package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
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

/** How the pages that show very many jobs are in a browser: the console, and what others have, each at three instances. */
final class ConsolePages implements Scenario {

    private static final Duration PATIENCE = Duration.ofSeconds(180);
    private static final Duration ANSWER = Duration.ofSeconds(30);
    private static final int OK = 200;
    private static final int INSTANCES = 3;
    private static final int SHARDS = 4;
    private static final double KILO = 1_024.0;
    private static final int NEW_TAB = 8; // times that a page is visited as by somebody who was never there

    @Override
    public String name() {
        return "console";
    }

    @Override
    public String title() {
        return "Pages that show jobs of 4 shards at 3 instances, in Chromium; and while some of them fire each second";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("paint", "first paint ms"),
                Column.compared("rows", "first rows ms"),
                Column.compared("filtered", "key to filtered rows ms"),
                Column.compared("listP50", "list p50 ms"),
                Column.compared("listP99", "list p99 ms"),
                Column.compared("listKilobytes", "list KiB"),
                Column.compared("scripts", "scripts KiB"),
                Column.shown("jarKilobytes", "jar KiB"),
                Column.shown("faults", "kinds of accessibility faults"),
                Column.shown("gantt10000", "10,000 executions drawn ms"),
                Column.shown("gantt100000", "1,000 shards × 100 firings drawn ms"),
                Column.shown("longestTask", "longest task ms"),
                Column.shown("received", "KiB/s a tab"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB || contender == Contender.DB_SCHEDULER_UI;
    }

    /** While much is going on only the console is measured: the other one polls, and shows no executions as they begin and end. */
    @Override
    public List<Case> cases(Contender contender, Options options) {
        return options.some("jobs", "5000", "500").stream()
                .flatMap(jobs -> options.some("busy", "0,250", "0").stream()
                        .filter(busy -> contender == Contender.ELASTICJOB || busy.equals("0"))
                        .map(busy -> Case.plain().with("jobs", jobs).with("busy", busy)))
                .toList();
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        int jobs = inCase.number("jobs");
        Pages pages = environment.contender() == Contender.ELASTICJOB
                ? console(jobs, inCase.number("busy"), environment)
                : tasks(jobs, environment);
        HttpClient client = HttpClient.newHttpClient();
        for (int i = 0; i < INSTANCES; i++) {
            // One after another, as the first one makes what the others find.
            Process application = pages.start(i);
            String name = pages.module() + i;
            Environment.await("the list of " + jobs + " jobs at " + name, PATIENCE, () -> {
                if (!application.isAlive()) {
                    throw new IOException("the application has ended: " + environment.printedBy(name));
                }
                return answers(client, pages.list(), pages.complete());
            });
        }
        Environment.Meter meter = environment.meter();
        Figures.Builder figures = Figures.builder();
        figures.put("jarKilobytes", environment.lengthOf(pages.module(), pages.library()) / KILO);
        boolean isQuiet = inCase.number("busy") == 0;
        if (isQuiet) {
            int times = environment
                    .options()
                    .number("requests", environment.options().quick() ? 20 : 200);
            ask(client, pages.list(), times); // for the compiler
            List<Double> took = ask(client, pages.list(), times);
            figures.put("listP50", Statistics.percentile(took, 0.5)).put("listP99", Statistics.percentile(took, 0.99));
            figures.put("listKilobytes", get(client, pages.list()).body().length / KILO);
        }
        look(pages, isQuiet, jobs, environment, figures);
        return figures.put("othersCpuPercent", meter.read().othersPercent()).build();
    }

    /**
     * Pages that are measured.
     *
     * @param library whose jar has them
     * @param list what a page of a hundred jobs is asked by
     * @param complete what its answer has in it when all jobs are there
     * @param rows a selector of what shows a job each
     * @param search a selector of the field that finds jobs by name
     */
    private record Pages(
            String module,
            String library,
            Starter starter,
            URI list,
            String complete,
            URI page,
            List<String> selectors) {

        Process start(int instance) throws Exception {
            return starter.start(instance);
        }
    }

    private interface Starter {

        Process start(int instance) throws Exception;
    }

    private static Pages console(int jobs, int busy, Environment environment) throws IOException {
        List<Integer> ports = ports();
        URI base = URI.create("http://127.0.0.1:" + ports.get(0) + "/actuator/");
        String registry = environment.zooKeeper().connectString();
        return new Pages(
                "endpoint",
                "elasticjob-console",
                instance -> environment.application(
                        "endpoint",
                        "endpoint" + instance,
                        "io.elasticjob.benchmarks.endpoint.EndpointApplication",
                        List.of("-Xmx1g"),
                        List.of(
                                "--server.address=127.0.0.1",
                                "--server.port=" + ports.get(instance),
                                "--elasticjob.registry.connect-string=" + registry,
                                "--benchmark.shards=" + SHARDS,
                                "--benchmark.busy=" + busy,
                                "--benchmark.jobs=" + jobs)),
                base.resolve("elasticjob/jobs?size=100"),
                "\"total\":" + (jobs + 1), // The handler of all of them is a job as well.
                base.resolve("elasticjobconsole/"),
                List.of("#jobs tbody tr:not(.spacer)", "input[type=search]"));
    }

    private static Pages tasks(int jobs, Environment environment) throws IOException {
        List<Integer> ports = ports();
        URI base = URI.create("http://127.0.0.1:" + ports.get(0) + "/");
        Environment.Database database = environment.database();
        return new Pages(
                "db-scheduler-ui",
                "db-scheduler-ui",
                instance -> environment.application(
                        "db-scheduler-ui",
                        "db-scheduler-ui" + instance,
                        "io.elasticjob.benchmarks.dbschedulerui.TasksApplication",
                        List.of("-Xmx1g"),
                        List.of(
                                "--server.address=127.0.0.1",
                                "--server.port=" + ports.get(instance),
                                "--spring.datasource.url=" + database.url(),
                                "--spring.datasource.username=" + database.user(),
                                "--benchmark.jobs=" + jobs)),
                base.resolve("db-scheduler-api/tasks/all?filter=ALL&pageNumber=0&size=100&sorting=DEFAULT&asc=true"
                        + "&searchTermTaskName=&searchTermTaskInstance=&taskNameExactMatch=false"
                        + "&taskInstanceExactMatch=false&isRefresh=true"),
                "\"numberOfItems\":" + jobs,
                base.resolve("db-scheduler"),
                List.of(".chakra-accordion__item", "input[placeholder='Search for task name']"));
    }

    private static List<Integer> ports() throws IOException {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < INSTANCES; i++) {
            ports.add(Environment.freePort());
        }
        return ports;
    }

    private static void look(Pages pages, boolean isQuiet, int jobs, Environment environment, Figures.Builder figures)
            throws Exception {
        List<String> arguments = new ArrayList<>(List.of(pages.page().toString()));
        arguments.addAll(pages.selectors());
        // No other name has this one in it.
        arguments.add("job-" + (jobs - 1));
        arguments.add(String.valueOf(environment.options().quick() ? 2 : NEW_TAB));
        if (!isQuiet) {
            arguments.add("busy");
        } else if (environment.contender() == Contender.ELASTICJOB) {
            arguments.add("gantt");
        }
        Process browser = environment.application(
                "browser", "io.elasticjob.benchmarks.browser.Look", List.of("-Xmx512m"), arguments);
        Environment.await("an end of looking", PATIENCE.multipliedBy(2), () -> !browser.isAlive());
        String printed = environment.printedBy("browser");
        if (browser.exitValue() != 0) {
            throw new IOException("the browser could not look at it all: " + printed);
        }
        printed.lines()
                .map(line -> line.split("=", 2))
                .filter(pair -> pair.length == 2)
                .forEach(pair -> {
                    if (pair[1].matches("-?\\d+(\\.\\d+)?(E-?\\d+)?")) {
                        figures.put(pair[0], Double.parseDouble(pair[1]));
                    }
                });
    }

    private static boolean answers(HttpClient client, URI address, String complete) throws InterruptedException {
        try {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(ANSWER)
                            .header("Accept", "application/json")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == OK && answer.body().contains(complete);
        } catch (IOException notYet) {
            return false;
        }
    }

    private static List<Double> ask(HttpClient client, URI address, int times) throws Exception {
        List<Double> took = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            long begin = System.nanoTime();
            get(client, address);
            took.add((System.nanoTime() - begin) / 1e6);
        }
        return took;
    }

    /** Compressed, as browsers ask for it. */
    private static HttpResponse<byte[]> get(HttpClient client, URI address) throws IOException, InterruptedException {
        HttpResponse<byte[]> response = client.send(
                HttpRequest.newBuilder(address)
                        .timeout(ANSWER)
                        .header("Accept", "application/json")
                        .header("Accept-Encoding", "gzip")
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != OK) {
            throw new IOException(address + " answered " + response.statusCode());
        }
        return response;
    }
}
