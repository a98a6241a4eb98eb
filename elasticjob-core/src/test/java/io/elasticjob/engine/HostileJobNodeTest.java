package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.engine.World.Process;
import io.elasticjob.kind.HttpKind;
import io.elasticjob.kind.ScriptKind;
import io.elasticjob.registry.Read;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/** Somebody writes the node of a job by hand, to have something run that no application declares. */
class HostileJobNodeTest {

    private static final JobDefinition ORDERS =
            JobDefinition.named("orders").every(Duration.ofSeconds(1)).build();
    private static final JobDefinition REPORT = JobDefinition.named("report")
            .every(Duration.ofSeconds(1))
            .set(ScriptKind.SCRIPT, "report")
            .build();

    private final World world = new World();

    private static byte[] node(String settings) {
        return ("{'format':1,'life':'hostile','application':'','since':'2026-01-01T00:00:00Z','shards':{'count':1},"
                        + "'overrides':{" + settings + "}}")
                .replace('\'', '"')
                .getBytes(StandardCharsets.UTF_8);
    }

    private static String override(String key, String value) {
        return "'" + key + "':{'value':'" + value + "','who':'eve','when':'2026-01-01T00:00:00Z','why':''}";
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "script|not-declared",
                "script|/bin/sh",
                "script|../../bin/sh",
                "script|report; touch hacked",
                "script|$(touch hacked)",
                "script|report\\u0000x",
                "script| ",
                "http|not-declared",
                "http|http://evil.example/",
                "http|billing/../../admin",
                "handler|script:not-declared",
                "handler|http:http://evil.example/",
                "command|/bin/sh",
                "workingDirectory|/etc",
                "path|/bin/sh",
                "url|http://evil.example/",
                "class|java.lang.Runtime",
                "image|evil:latest",
            })
    void nothingRunsThatIsNotDeclaredAndTheOthersGoOn(String setting) {
        Process a = world.start("a", ORDERS, REPORT);
        String[] parts = setting.split("\\|");
        world.create(Map.of("/test/jobs/evil", node(override("every", "1s") + "," + override(parts[0], parts[1]))));
        world.seconds(4);

        assertThat(world.runs("evil")).isZero();
        assertThat(world.ensemble.node("/test/jobs/evil"))
                .as("it is left alone")
                .isInstanceOf(Read.Present.class);
        assertThat(world.record("evil", 0).isRunning()).isFalse();
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(3);
        assertThat(world.runs("report")).isGreaterThanOrEqualTo(3);
        assertThat(a.view().jobs().get("evil").definition()).satisfies(shown -> {
            if (shown != null) {
                assertThat(a.view().jobs().get("evil").eligible()).isEmpty();
            }
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"script|report", "handler|script:report"})
    void aNodeThatNamesWhatIsDeclaredRunsThatAndNothingElse(String setting) {
        world.start("a", ORDERS, REPORT);
        String[] parts = setting.split("\\|");
        world.create(Map.of("/test/jobs/evil", node(override("every", "1s") + "," + override(parts[0], parts[1]))));
        world.seconds(4);

        assertThat(world.runs("evil"))
                .as("so that the other nodes here are read as well")
                .isPositive();
    }

    @ParameterizedTest
    @ValueSource(strings = {"command|/bin/sh", "url|http://evil.example/", "script|/bin/sh", "handler|orders"})
    void aDeclaredScriptIsNotTurnedIntoAnythingElse(String setting) {
        world.start("a", ORDERS, REPORT);
        world.seconds(2);
        String[] parts = setting.split("\\|");
        Read.Present present = (Read.Present) world.ensemble.node("/test/jobs/report");
        String stored = new String(present.data(), StandardCharsets.UTF_8);
        String override = override(parts[0], parts[1]).replace('\'', '"');
        world.overwrite(
                "/test/jobs/report", stored.substring(0, stored.length() - 1) + ",\"overrides\":{" + override + "}}");
        world.seconds(4);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("report"))
                .extracting(entry -> entry.context.jobName())
                .containsOnly("report");
        assertThat(world.runs("orders")).isGreaterThanOrEqualTo(4);
    }

    static Stream<JobKey> keys() {
        return JobKey.values().stream();
    }

    /** Each key that there is, those that come later included. */
    @Timeout(300)
    @ParameterizedTest
    @MethodSource("keys")
    void whateverIsWrittenForAKeyCostsThatJobAlone(JobKey key) {
        Process a = world.start("a", ORDERS);
        world.seconds(2);
        long before = world.runs("orders");
        List<String> values = List.of(
                "",
                " ",
                "null",
                "0",
                "-1",
                "99999999999999999999",
                "\uFF11\uFF12",
                "\u0000",
                "\u202Ex",
                "${x}",
                "PT-9223372036854775808S",
                "PT9223372036854775807S",
                "+1000000000-12-31T23:59:59Z",
                "0 0 0 " + "1,".repeat(2_000) + "1 * ?",
                "evil",
                "orders,evil,orders",
                "a=b".repeat(3_000),
                "x".repeat(200_000));
        int turns = 0;
        for (boolean isDeclared : List.of(true, false)) {
            for (String value : values) {
                Map<String, String> settings = new TreeMap<>(Map.of("handler", "orders", "every", "1s"));
                settings.put(key.key(), value);
                byte[] node = isDeclared ? declared(settings) : overriding(settings);
                if (turns++ == 0) {
                    world.create(Map.of("/test/jobs/evil", node));
                } else {
                    world.overwrite("/test/jobs/evil", node);
                }
                world.seconds(2);
                assertThat(a.view().jobs()).containsKey("evil");
                a.detail("evil");
            }
        }

        assertThat(world.runs("orders") - before).isGreaterThanOrEqualTo(2L * turns);
        assertThat(a.events(ElasticJobEvent.EngineImpaired.class)).isEmpty();
        assertThat(a.events(ElasticJobEvent.RegistrySuspended.class)).isEmpty();
        world.now(a.engine.operations().remove("evil", Operator.UNKNOWN));
    }

    private static byte[] declared(Map<String, String> settings) {
        return JsonMapper.shared()
                .writeValueAsBytes(Map.of(
                        "format",
                        1,
                        "application",
                        "other",
                        "since",
                        "2026-01-01T00:00:00Z",
                        "shards",
                        Map.of("count", 1),
                        "declared",
                        Map.of("CODE", settings)));
    }

    private static byte[] overriding(Map<String, String> settings) {
        Map<String, Object> overrides = new TreeMap<>();
        settings.forEach((key, value) ->
                overrides.put(key, Map.of("value", value, "who", "eve", "when", "2026-01-01T00:00:00Z", "why", "")));
        return JsonMapper.shared()
                .writeValueAsBytes(Map.of(
                        "format",
                        1,
                        "application",
                        "",
                        "since",
                        "2026-01-01T00:00:00Z",
                        "shards",
                        Map.of("count", 1),
                        "overrides",
                        overrides));
    }

    @Test
    void whatAnotherInstanceDeclaresRunsThereAlone() {
        JobDefinition report = REPORT.with(Map.of());
        Process a = world.start("a", ORDERS);
        Process b = world.start("b", ORDERS, report);
        world.seconds(4);

        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("report"))
                .isNotEmpty()
                .extracting(entry -> entry.process)
                .containsOnly("b");
        assertThat(a.view().jobs().get("report").eligible()).containsExactly(world.owner("report", 0));
        assertThat(b.engine).isNotNull();
    }

    @Test
    void anInstanceIsAskedForAScriptThatItHasNoLongerAndDoesNotRunIt() {
        Process a = world.start("a", ORDERS, REPORT);
        world.seconds(2);
        long before = world.runs("report");
        a.runner.offer(java.util.Set.of("orders"), 8);
        world.seconds(4);

        assertThat(world.runs("report")).isLessThanOrEqualTo(before + 1);
        assertThat(world.ledger.entries())
                .filteredOn(entry -> entry.id.job().equals("orders"))
                .hasSizeGreaterThan(3);
    }

    @Test
    void whoMakesAJobAtRunTimeIsToldWhatIsNotThere() {
        Process a = world.start("a", ORDERS, REPORT);
        assertThat(failure(a.engine
                        .operations()
                        .create("made", Map.of(ScriptKind.SCRIPT, "reprot", JobKey.EVERY, "1s"), Operator.UNKNOWN)))
                .contains("made.script: \"reprot\" is no script that a live instance offers")
                .contains("report");
        assertThat(failure(a.engine
                        .operations()
                        .create("made", Map.of(HttpKind.HTTP, "billing", JobKey.EVERY, "1s"), Operator.UNKNOWN)))
                .contains("made.http: \"billing\" is no HTTP target that a live instance offers");
        world.now(a.engine
                .operations()
                .create("made", Map.of(ScriptKind.SCRIPT, "report", JobKey.EVERY, "1s"), Operator.UNKNOWN));
        world.seconds(3);
        assertThat(world.runs("made")).isPositive();
        assertThat(failure(a.engine
                        .operations()
                        .configure("report", Map.of(ScriptKind.SCRIPT, "orders"), Operator.UNKNOWN)))
                .contains("cannot be changed at run time");
    }

    private String failure(java.util.concurrent.CompletionStage<?> asked) {
        java.util.concurrent.CompletableFuture<?> answer = asked.toCompletableFuture();
        world.time.until(answer::isDone);
        return answer.handle((done, failed) -> String.valueOf(failed)).join();
    }
}
