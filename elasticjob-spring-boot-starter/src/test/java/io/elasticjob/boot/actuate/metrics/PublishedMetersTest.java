package io.elasticjob.boot.actuate.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a real engine shows to Prometheus, and whether that is what the documentation, the dashboard and the alerts speak
 * of: a name that is written wrong there shows nothing and alerts nobody.
 */
class PublishedMetersTest {

    private static final Path DOCS = Path.of("..", "docs");

    /** Prometheus gives these to whatever it scrapes; a label of that name becomes {@code exported_…}. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    private static final Pattern SAMPLE = Pattern.compile("(?<name>[a-zA-Z_:][\\w:]*)(\\{(?<labels>.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("(\\w+)=\"([^\"]*)\"");

    private static PrometheusMeterRegistry prometheus;
    private static BusyEngines engines;

    /** By the name of the metric, its labels as Prometheus stores them, with their values. */
    private static Map<String, Map<String, Set<String>>> scraped;

    @BeforeAll
    static void letAllHappen() {
        prometheus = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        engines = new BusyEngines(prometheus);
        engines.run();
        scraped = scrape();
    }

    @AfterAll
    static void close() {
        engines.close();
    }

    @Test
    void aHangingHandlerIsOverdueThoughItsInstanceLives() {
        assertThat(engines.status().isConnected()).isTrue();
        await().untilAsserted(
                        () -> { // each is read at a time of its own
                            int overdue = engines.status().leadership().overdueJobs();
                            assertThat(overdue).isPositive();
                            assertThat(engines.value("elasticjob.jobs.overdue")).isEqualTo(overdue);
                        });
        assertThat(engines.value("elasticjob.executions", "job", "stuck")).isZero();
    }

    @Test
    void whatIsMeasuredHasSensibleValues() {
        assertThat(engines.value("elasticjob.executions.slots")).isEqualTo(16);
        assertThat(engines.value("elasticjob.shards.owned", "job", "survivor")).isEqualTo(2);
        assertThat(engines.value("elasticjob.registry.connected")).isEqualTo(1);
        assertThat(engines.value("elasticjob.events.untold")).isZero();
        assertThat(Math.abs(engines.value("elasticjob.clock.skew"))).isLessThan(1);
        assertThat(engines.value("elasticjob.registry.requests", "kind", "commit", "result", "answered"))
                .isPositive();
        assertThat(engines.value("elasticjob.registry.requests", "kind", "commit", "result", "refused"))
                .isPositive();
        assertThat(engines.value("elasticjob.registry.requests", "kind", "read", "result", "answered"))
                .isPositive();
        assertThat(engines.value("elasticjob.registry.requests", "kind", "children", "result", "answered"))
                .isPositive();
        assertThat(engines.value("elasticjob.registry.requests", "kind", "watch", "result", "answered"))
                .isPositive();
    }

    @Test
    void theDocumentationNamesAllMetersWithTheirTagsAndNoOthers() throws IOException {
        Map<String, Set<String>> documented = new TreeMap<>();
        Matcher row = Pattern.compile("(?m)^\\| `(elasticjob\\.[a-z.]+)` \\| [a-z ]+ \\| ([^|]*) \\|")
                .matcher(section("## Meters"));
        while (row.find()) {
            Set<String> tags = new TreeSet<>();
            Matcher tag = Pattern.compile("`(\\w+)`").matcher(row.group(2));
            while (tag.find()) {
                tags.add(tag.group(1));
            }
            documented.put(row.group(1), tags);
        }
        Map<String, Set<String>> real = new TreeMap<>();
        prometheus
                .getMeters()
                .forEach(meter -> real.computeIfAbsent(meter.getId().getName(), any -> new TreeSet<>())
                        .addAll(meter.getId().getTags().stream()
                                .map(tag -> tag.getKey())
                                .toList()));

        assertThat(documented).isEqualTo(real);
    }

    @Test
    void theDashboardAsksForWhatIsThereAndShowsEveryMeter() throws IOException {
        Map<String, String> queries = new LinkedHashMap<>();
        JsonNode dashboard = JsonMapper.shared()
                .readTree(Files.readString(DOCS.resolve("grafana").resolve("elasticjob-dashboard.json")));
        for (JsonNode panel : dashboard.get("panels")) {
            panel.path("targets")
                    .forEach(target -> queries.put(
                            panel.get("title").asString() + " "
                                    + target.get("refId").asString(),
                            target.get("expr").asString()));
        }
        for (JsonNode variable : dashboard.get("templating").get("list")) {
            if (variable.get("type").asString().equals("query")) {
                queries.put(
                        variable.get("name").asString(),
                        variable.get("query").get("query").asString());
            }
        }
        assertThat(queries).hasSizeGreaterThan(10);
        assertThat(problems(queries)).isEmpty();

        Set<String> shown = queries.values().stream()
                .flatMap(query -> PromQl.of(query).selectors().stream())
                .map(PromQl.Selector::metric)
                .collect(Collectors.toSet());
        assertThat(prometheus.getMeters())
                .extracting(meter -> meter.getId().getName())
                .allSatisfy(name -> assertThat(shown)
                        .as(name)
                        .anyMatch(metric -> metric.matches(name.replace('.', '_') + "(_total|_seconds.*)?")));
    }

    @Test
    void thePanelsOfTheDashboardDoNotOverlapAndUseItsVariables() throws IOException {
        JsonNode dashboard = JsonMapper.shared()
                .readTree(Files.readString(DOCS.resolve("grafana").resolve("elasticjob-dashboard.json")));
        Set<String> cells = new LinkedHashSet<>();
        Set<Integer> ids = new LinkedHashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            JsonNode grid = panel.get("gridPos");
            for (int x = 0; x < grid.get("w").asInt(); x++) {
                for (int y = 0; y < grid.get("h").asInt(); y++) {
                    int column = grid.get("x").asInt() + x;
                    assertThat(column).isLessThan(24);
                    assertThat(cells.add(column + "," + (grid.get("y").asInt() + y)))
                            .as(panel.get("title").asString())
                            .isTrue();
                }
            }
            panel.path("targets")
                    .forEach(target -> assertThat(target.get("expr").asString()).contains("$application"));
        }
    }

    @Test
    @SuppressWarnings("unchecked")
    void theAlertsAskForWhatIsThereAndSayWhatToDo() throws IOException {
        Map<String, Object> file =
                new Yaml().load(Files.readString(DOCS.resolve("prometheus").resolve("elasticjob-alerts.yaml")));
        Map<String, String> queries = new LinkedHashMap<>();
        for (Map<String, Object> group : (List<Map<String, Object>>) file.get("groups")) {
            for (Map<String, Object> rule : (List<Map<String, Object>>) group.get("rules")) {
                String name = (String) rule.get("alert");
                assertThat(queries.put(name, (String) rule.get("expr")))
                        .as(name)
                        .isNull();
                assertThat((Map<String, String>) rule.get("labels"))
                        .as(name)
                        .extractingByKey("severity")
                        .isIn("critical", "warning");
                assertThat((Map<String, String>) rule.get("annotations"))
                        .as(name)
                        .containsOnlyKeys("summary", "description");
            }
        }
        assertThat(queries).hasSizeGreaterThan(5);
        assertThat(problems(queries)).isEmpty();
    }

    @Test
    void aQueryForWhatIsNotThereIsSeen() {
        assertThat(problems(Map.of("q", "sum(elasticjob_shards_owend)"))).hasSize(1);
        assertThat(problems(Map.of("q", "elasticjob_shards_owned{outcome=\"FAILED\"}")))
                .hasSize(1);
        assertThat(problems(Map.of("q", "elasticjob_executions_seconds_count{outcome=\"failed\"}")))
                .hasSize(1);
        assertThat(problems(Map.of("q", "sum by (kind) (elasticjob_jobs_overdue)")))
                .hasSize(1);
        assertThat(problems(Map.of("q", "sum by (job, exported_job) (elasticjob_shards_owned)")))
                .isEmpty();
    }

    @Test
    void aRemovedJobIsNotScrapedAnyMore() {
        PrometheusMeterRegistry own = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (BusyEngines shortLived = new BusyEngines(own)) {
            shortLived.start();
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> shortLived.value("elasticjob.executions", "job", "fine") > 0);
            shortLived.removeFine();

            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(own.scrape()).doesNotContain("job=\"fine\""));
            assertThat(own.scrape()).contains("job=\"broken\"");
        }
    }

    /** A section of the documentation, up to the next heading. */
    private static String section(String heading) throws IOException {
        String text = Files.readString(DOCS.resolve("reference").resolve("meters.md"));
        int begin = text.indexOf("\n" + heading + "\n") + heading.length() + 2;
        return text.substring(begin, text.indexOf("\n#", begin));
    }

    /** What is asked for and not there, in words. */
    private static List<String> problems(Map<String, String> queries) {
        List<String> problems = new ArrayList<>();
        queries.forEach((where, query) -> {
            PromQl parsed = PromQl.of(query);
            for (PromQl.Selector selector : parsed.selectors()) {
                Map<String, Set<String>> labels = scraped.get(selector.metric());
                if (labels == null) {
                    problems.add(where + ": there is no metric " + selector.metric());
                    continue;
                }
                Set<String> asked = new TreeSet<>(selector.labels());
                asked.addAll(parsed.grouping());
                asked.removeAll(labels.keySet());
                asked.removeAll(OF_THE_TARGET);
                asked.forEach(label -> problems.add(where + ": " + selector.metric() + " has no label " + label));
                selector.equal().forEach((label, value) -> {
                    if (labels.containsKey(label)
                            && !value.startsWith("$")
                            && !labels.get(label).contains(value)) {
                        problems.add(where + ": " + label + " of " + selector.metric() + " is never " + value);
                    }
                });
            }
        });
        return problems;
    }

    private static Map<String, Map<String, Set<String>>> scrape() {
        Map<String, Map<String, Set<String>>> metrics = new TreeMap<>();
        prometheus.scrape().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            Matcher sample = SAMPLE.matcher(line);
            assertThat(sample.matches()).as(line).isTrue();
            Map<String, Set<String>> labels = metrics.computeIfAbsent(sample.group("name"), any -> new TreeMap<>());
            Matcher label = LABEL.matcher(sample.group("labels") == null ? "" : sample.group("labels"));
            while (label.find()) {
                String name = OF_THE_TARGET.contains(label.group(1)) ? "exported_" + label.group(1) : label.group(1);
                labels.computeIfAbsent(name, any -> new TreeSet<>()).add(label.group(2));
            }
        });
        return metrics;
    }
}
