package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.elasticjob.Concurrency;
import io.elasticjob.JobDefinition;
import io.elasticjob.LabelSelector;
import io.elasticjob.Placement;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.discovery.DeclaredJobs;
import io.elasticjob.text.Pairs;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.PropertyPlaceholderAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ByteArrayResource;

/** What annotations and YAML say of parameters and labels comes through as it is, and is never told where it is refused. */
class DeclaredValuesTest {

    private static final String COMMAS = "DE, AT,CH";
    private static final String FILTER = "name in (1,1=2)";
    private static final String LINES = " two\nlines \"quoted\" \\ ";

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ElasticJobAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop", "elasticjob.auto-startup=false");

    @ElasticJob(
            name = "orders",
            shardingTotalCount = 3,
            shardingItemParameters = "0=\"DE, AT,CH\",1=\"name in (1,1=2)\",2=\" two\\nlines \\\"quoted\\\" \\\\ \"",
            labels = "\"a,b\"=\"c=d\",e=f",
            jobParameter = LINES)
    static final class Annotated implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @ElasticJob(name = "orders", shardingTotalCount = 3)
    static final class Plain implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @ElasticJob(name = "orders", jobParameter = "hunter2 ${nowhere}")
    static final class Unresolved implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void byAnnotation() {
        runner.withBean(Annotated.class)
                .run(context -> checked(only(context.getBean(DeclaredJobs.class).definitions())));
    }

    @Test
    void byAMapInYaml() {
        JobDefinition job = declared("""
                elasticjob:
                  jobs:
                    orders:
                      sharding-item-parameters: {0: "DE, AT,CH", 1: "name in (1,1=2)", 2: " two\\nlines \\"quoted\\" \\\\ "}
                      labels: {"[a,b]": "c=d", e: f}
                      job-parameter: " two\\nlines \\"quoted\\" \\\\ "
                """);

        checked(job);
    }

    @Test
    void byATextInYaml() {
        JobDefinition job = declared("""
                elasticjob:
                  jobs:
                    orders:
                      sharding-item-parameters: '0="DE, AT,CH",1="name in (1,1=2)",2=" two\\nlines \\"quoted\\" \\\\ "'
                      labels: '"a,b"="c=d",e=f'
                      job-parameter: " two\\nlines \\"quoted\\" \\\\ "
                """);

        checked(job);
    }

    @ElasticJob(
            name = "placed",
            every = "1m",
            labels = "zone in (eu,us),!spot",
            maxShardsPerInstance = 2,
            minInstances = 3,
            executionGroup = "reports")
    static class Placed implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void whereShardsRunIsSaidTheSameByAnnotationAndInYaml() {
        runner.withBean(Placed.class)
                .withPropertyValues("elasticjob.execution.groups.reports.slots=1")
                .run(context -> assertThat(
                                only(context.getBean(DeclaredJobs.class).definitions())
                                        .placement())
                        .isEqualTo(new Placement(LabelSelector.parse("zone in (us,eu),!spot"), 2, 3, "reports")));
        assertThat(declared("""
                elasticjob:
                  jobs:
                    orders:
                      labels: zone in (eu,us), !spot
                      max-shards-per-instance: 2
                      min-instances: 3
                      execution-group: reports
                """).placement())
                .isEqualTo(new Placement(LabelSelector.parse("zone in (us,eu),!spot"), 2, 3, "reports"));
    }

    @ElasticJob(name = "everywhere", every = "1m", broadcast = true)
    static class Everywhere implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void thatEachInstanceRunsItIsSaidTheSameByAnnotationAndInYaml() {
        runner.withBean(Everywhere.class)
                .run(context -> assertThat(
                                only(context.getBean(DeclaredJobs.class).definitions())
                                        .broadcast())
                        .isTrue());
        assertThat(declared("""
                elasticjob:
                  jobs:
                    orders:
                      broadcast: true
                      sharding-total-count: 1
                """).broadcast()).isTrue();
    }

    @ElasticJob(name = "limited", every = "1m", maxConcurrentShards = "3", limits = "db,api", priority = 8)
    static class Limited implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void howManyShardsRunAtATimeIsSaidTheSameByAnnotationAndInYaml() {
        Concurrency expected = new Concurrency(3, new TreeSet<>(Set.of("api", "db")), 8);
        runner.withBean(Limited.class)
                .withPropertyValues("elasticjob.limits.db=2", "elasticjob.limits.api=1")
                .run(context -> assertThat(
                                only(context.getBean(DeclaredJobs.class).definitions())
                                        .concurrency())
                        .isEqualTo(expected));
        assertThat(declared("""
                elasticjob:
                  limits: {db: 2, api: 1}
                  jobs:
                    orders:
                      max-concurrent-shards: 3
                      limits: db, api
                      priority: 8
                """).concurrency()).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, must be from 1 to 10000", "-1, must be from 1 to 10000", "10001, must be from 1 to 10000"})
    void aLimitThatCannotBeUsedIsRefusedByItsKey(int most, String rule) {
        runner.withPropertyValues("elasticjob.limits.db=" + most)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("elasticjob.limits.db: \"" + most + "\" " + rule));
    }

    @Test
    void aNameWithDotsIsOneName() {
        JobDefinition job = declared("""
                elasticjob:
                  jobs:
                    orders:
                      labels:
                        disk.kind: ssd,nvme
                        "[topology.kubernetes.io/zone]": eu
                """);

        assertThat(job.placement().labels())
                .isEqualTo(LabelSelector.of(Map.of("disk.kind", "ssd,nvme", "topology.kubernetes.io/zone", "eu")));
    }

    @Test
    void whateverAMapInYamlSaysComesThrough() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 12; i++) {
            Map<String, String> values = new LinkedHashMap<>();
            StringBuilder yaml =
                    new StringBuilder("elasticjob:\n  jobs:\n    orders:\n      sharding-item-parameters:\n");
            for (int shard = 0; shard < 3; shard++) {
                String value = text(random);
                values.put(Integer.toString(shard), value);
                // A JSON string is a YAML string, and so is ours.
                yaml.append("        ")
                        .append(shard)
                        .append(": ")
                        .append(Pairs.quoted(value))
                        .append('\n');
            }

            JobDefinition job = declared(yaml.toString());

            values.forEach((shard, value) -> assertThat(job.shardingParameter(Integer.parseInt(shard)))
                    .as("seed %d: %s", seed, yaml)
                    .isEqualTo(value));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elasticjob.jobs.orders.sharding-item-parameters=0=a,hunter2",
                "elasticjob.jobs.orders.sharding-item-parameters=0=\"hunter2",
                "elasticjob.jobs.orders.sharding-item-parameters=hunter2",
                "elasticjob.jobs.orders.job-paramter=hunter2",
                "elasticjob.jobs.orders.secret=hunter2",
                "elasticjob.jobs.orders.job-parameter.x=hunter2",
            })
    void aRefusedParameterIsNotTold(String property) {
        runner.withBean(Plain.class)
                .withPropertyValues(property)
                .run(context -> assertThat(told(catchThrowable(() -> context.getBean(DeclaredJobs.class))))
                        .contains("elasticjob.jobs.orders.")
                        .doesNotContain("hunter2"));
    }

    @Test
    void anUnresolvedParameterOfAnAnnotationIsNotTold() {
        runner.withBean(Unresolved.class)
                .withConfiguration(AutoConfigurations.of(PropertyPlaceholderAutoConfiguration.class))
                .run(context -> assertThat(told(catchThrowable(() -> context.getBean(DeclaredJobs.class))))
                        .contains("@ElasticJob(jobParameter)", "names a property that is not there: nowhere")
                        .doesNotContain("hunter2"));
    }

    private static void checked(JobDefinition job) {
        assertThat(job.shardingParameter(0)).isEqualTo(COMMAS);
        assertThat(job.shardingParameter(1)).isEqualTo(FILTER);
        assertThat(job.shardingParameter(2)).isEqualTo(LINES);
        assertThat(job.placement().labels()).isEqualTo(LabelSelector.of(Map.of("a,b", "c=d", "e", "f")));
        assertThat(job.jobParameter()).isEqualTo(LINES);
    }

    private JobDefinition declared(String yaml) {
        List<JobDefinition> declared = new java.util.ArrayList<>();
        runner.withBean(Plain.class)
                .withInitializer(context -> {
                    for (PropertySource<?> source : load(yaml)) {
                        context.getEnvironment().getPropertySources().addLast(source);
                    }
                })
                .run(context ->
                        declared.addAll(context.getBean(DeclaredJobs.class).definitions()));
        return only(declared);
    }

    private static List<PropertySource<?>> load(String yaml) {
        try {
            return new YamlPropertySourceLoader()
                    .load("application.yml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
        } catch (java.io.IOException impossible) {
            throw new AssertionError(impossible);
        }
    }

    private static JobDefinition only(List<JobDefinition> jobs) {
        assertThat(jobs).hasSize(1);
        return jobs.get(0);
    }

    private static String text(Random random) {
        List<String> pieces =
                List.of(",", "=", "\"", "\\", "\n", "\t", " ", "a", "0=", "\\n", "#", ": ", "'", "{", "é", "中");
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(8); n > 0; n--) {
            text.append(pieces.get(random.nextInt(pieces.size())));
        }
        return text.toString();
    }

    private static String told(Throwable refusal) {
        StringWriter trace = new StringWriter();
        if (refusal != null) {
            refusal.printStackTrace(new PrintWriter(trace));
        }
        return trace.toString();
    }
}
