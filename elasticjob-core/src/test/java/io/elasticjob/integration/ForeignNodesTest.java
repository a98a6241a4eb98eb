package io.elasticjob.integration;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Operator;
import io.elasticjob.PlanRequest;
import io.elasticjob.TriggerRequest;
import io.elasticjob.integration.Application.Place;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.ZooDefs.Ids;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Nodes that this user may not read or write, such as after somebody has protected some of them: each costs what needs it. */
class ForeignNodesTest {

    private static final Duration SESSION = Duration.ofSeconds(40);

    private static final List<JobDefinition> JOBS = List.of(
            every("bills", Map.of()),
            every("counted", Map.of(JobKey.MAX_CONCURRENT_SHARDS, "1")),
            every("named", Map.of(JobKey.LIMITS, "db")),
            every("homely", Map.of(JobKey.SHARDING_STRATEGY, "static")),
            every("audited", Map.of(JobKey.RECORD_FIRINGS, "true")),
            every("orders", Map.of(JobKey.RECORD_FIRINGS, "true")),
            after("left", "orders"),
            after("right", "orders"),
            after("both", "left,right"),
            JobDefinition.named("planned").shards(2).build());

    private final Queue<ElasticJobEvent> events = new ConcurrentLinkedQueue<>();
    private final Queue<String> runs = new ConcurrentLinkedQueue<>();
    private final List<Application> applications = new ArrayList<>();
    private final TestingServer server;

    ForeignNodesTest() throws Exception {
        server = new TestingServer(
                new InstanceSpec(
                        null,
                        -1,
                        -1,
                        -1,
                        true,
                        -1,
                        500,
                        -1,
                        Map.of("minSessionTimeout", "1000", "maxSessionTimeout", "60000")),
                true);
    }

    @AfterEach
    void close() throws Exception {
        applications.forEach(Application::close);
        server.close();
    }

    private static JobDefinition every(String name, Map<JobKey, String> settings) {
        JobDefinition.Builder job =
                JobDefinition.named(name).every(Duration.ofSeconds(1)).shards(2);
        settings.forEach(job::set);
        return job.build();
    }

    private static JobDefinition after(String name, String after) {
        JobDefinition.Builder job =
                JobDefinition.named(name).set(JobKey.RECORD_FIRINGS, "true").set(JobKey.AFTER, after);
        return after.contains(",") ? job.set(JobKey.JOIN, "ALL").build() : job.build();
    }

    private Application start(String name) {
        Application application = Application.with(
                name,
                new Place(server.getConnectString(), SESSION),
                JOBS,
                context -> runs.add(context.jobName() + "/" + context.fireTime().getEpochSecond()),
                builder -> builder.listener(events::add).limits(Map.of("db", 2)).homesAfter(Duration.ofSeconds(1)));
        applications.add(application);
        return application;
    }

    private void until(java.util.function.BooleanSupplier condition) {
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(condition::getAsBoolean);
    }

    private void runsAgain(String job) {
        long now = Instant.now().getEpochSecond();
        until(() -> runs.stream()
                .anyMatch(run -> run.startsWith(job + "/") && Long.parseLong(run.substring(job.length() + 1)) > now));
    }

    private static List<String> nodes(ZooKeeper zooKeeper, String folder) throws Exception {
        List<String> nodes = new ArrayList<>();
        if (zooKeeper.exists("/proof/" + folder, false) != null) {
            for (String name : zooKeeper.getChildren("/proof/" + folder, false)) {
                nodes.add("/proof/" + folder + "/" + name);
            }
        }
        return nodes;
    }

    @Timeout(240)
    @Test
    void eachIsToldByNameAndCostsNoOtherJob() throws Exception {
        Application first = start("first");
        for (String job : List.of("bills", "counted", "named", "homely", "audited", "both")) {
            runsAgain(job);
        }
        first.engine
                .operations()
                .plan(PlanRequest.after(
                        Duration.ofHours(1), TriggerRequest.of("planned").by(Operator.UNKNOWN)))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        List<String> theirs = new ArrayList<>();
        try (ZooKeeper zooKeeper = new ZooKeeper(server.getConnectString(), 10_000, event -> {})) {
            until(() -> {
                try {
                    return !nodes(zooKeeper, "homes").isEmpty()
                            && !nodes(zooKeeper, "joins").isEmpty();
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            first.close();
            zooKeeper.addAuthInfo("digest", "somebody:else".getBytes(UTF_8));
            for (String folder : List.of("limits", "homes", "firings", "joins", "planned")) {
                List<String> nodes = nodes(zooKeeper, folder);
                assertThat(nodes).as(folder).isNotEmpty();
                for (String node : nodes) {
                    if (!folder.equals("firings") || node.contains("/audited@")) {
                        zooKeeper.setACL(node, Ids.CREATOR_ALL_ACL, -1);
                        theirs.add(node);
                    }
                }
            }
            zooKeeper.create("/proof/leader", new byte[0], Ids.CREATOR_ALL_ACL, CreateMode.PERSISTENT);
            theirs.add("/proof/leader");
        }
        events.clear();

        start("second");
        runsAgain("bills");
        runsAgain("homely");
        until(() -> theirs.stream().allMatch(told()::contains));
        for (int i = 0; i < 3; i++) {
            runsAgain("bills");
        }
        assertThat(told().lines()).as("each is told once").doesNotHaveDuplicates();
        assertThat(events).noneMatch(ElasticJobEvent.EngineImpaired.class::isInstance);
    }

    private String told() {
        StringBuilder told = new StringBuilder();
        for (ElasticJobEvent event : events) {
            if (event instanceof ElasticJobEvent.ValueUnreadable unreadable) {
                told.append(unreadable.path()).append('\n');
            } else if (event instanceof ElasticJobEvent.RegistryTrouble trouble) {
                told.append(trouble.what()).append('\n');
            }
        }
        return told.toString();
    }
}
