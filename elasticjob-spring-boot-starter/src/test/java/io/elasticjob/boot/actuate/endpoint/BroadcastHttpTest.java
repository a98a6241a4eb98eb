package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** A job that each instance runs, seen and operated through the endpoint. */
@ResourceLock("applications") // each sets up the logging of the whole process
class BroadcastHttpTest {

    private static final Fleet FLEET = new Fleet();
    private static final Queue<String> RAN = new ConcurrentLinkedQueue<>();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Shop {

        @ElasticJob(name = "refresh", broadcast = true)
        void refresh(ShardingContext context) {
            RAN.add(context.executionId().shard() + " as " + context.shardingItem() + " of "
                    + context.shardingTotalCount());
        }

        @ElasticJob(name = "orders", shardingTotalCount = 2)
        void orders(ShardingContext context) {}
    }

    private static int port;

    @BeforeAll
    static void start() {
        FLEET.start(Fleet.MVC, Shop.class);
        FLEET.start(Fleet.MVC, Shop.class);
        port = Fleet.port(FLEET.instances.get(0));
        await().until(() -> assignedTo("refresh").size() == 2);
    }

    @AfterAll
    static void stop() {
        FLEET.close();
    }

    private static List<String> assignedTo(String job) {
        List<String> names = new ArrayList<>();
        Fleet.get(port, "/jobs/" + job).at("/shards").forEach(shard -> {
            String id = shard.at("/assignedTo").asString("");
            if (!id.isEmpty()) {
                names.add(shard.at("/item").asInt() + " " + id.substring(0, id.lastIndexOf('.')));
            }
        });
        return names;
    }

    @Test
    void theJobShowsWhichInstanceHasWhichShardAndATriggerRunsOnEach() {
        assertThat(assignedTo("refresh")).containsExactlyInAnyOrder("10000 till-0", "10001 till-1");

        assertThat(Fleet.post(port, null, "/jobs/refresh", Map.of("operation", "trigger"))
                        .statusCode())
                .isEqualTo(202);
        await().until(() -> RAN.size() >= 2);
        assertThat(RAN).containsExactlyInAnyOrder("10000 as 0 of 1", "10001 as 0 of 1");

        HttpResponse<String> refused =
                Fleet.post(port, null, "/jobs/refresh", Map.of("operation", "disable", "shard", "10000"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("switch the job on the instance instead");
    }

    @Test
    void anInstanceOnWhichItIsOffIsNamedByExplain() {
        Map<String, String> off = Map.of("operation", "disable", "instance", "till-1");
        assertThat(Fleet.post(port, null, "/jobs/refresh", off).statusCode()).isEqualTo(204);
        await().until(() -> codes().containsAll(List.of("INSTANCE_NOT_ELIGIBLE", "PROCESS_GONE")));
        assertThat(assignedTo("refresh")).containsExactly("10000 till-0");

        Map<String, String> on = Map.of("operation", "enable", "instance", "till-1");
        assertThat(Fleet.post(port, null, "/jobs/refresh", on).statusCode()).isEqualTo(204);
        await().until(() -> assignedTo("refresh").size() == 2);
        assertThat(codes()).doesNotContain("INSTANCE_NOT_ELIGIBLE", "PROCESS_GONE");
    }

    private static List<String> codes() {
        List<String> codes = new ArrayList<>();
        Fleet.get(port, "/jobs/refresh/explain")
                .at("/findings")
                .forEach(finding -> codes.add(finding.at("/code").asString()));
        return codes;
    }

    @Test
    void itIsSetAtRunTimeLikeAllKeysAndRefusedBesideOthers() {
        HttpResponse<String> refused =
                Fleet.post(port, null, "/jobs/orders", Map.of("operation", "configure", "set", "broadcast=true"));
        assertThat(refused.statusCode()).isEqualTo(400);
        assertThat(refused.body()).contains("orders.broadcast", "cannot be set beside shardingTotalCount");

        HttpResponse<String> set = Fleet.post(
                port,
                null,
                "/jobs/orders",
                Map.of("operation", "configure", "set", "broadcast=true\nshardingTotalCount=1"));
        assertThat(set.statusCode()).as(set.body()).isEqualTo(204);
        await().until(() -> assignedTo("orders").size() == 2);
        assertThat(assignedTo("orders")).allMatch(shard -> shard.startsWith("1000"));
        JsonNode configuration = Fleet.get(port, "/jobs/orders").at("/configuration");
        assertThat(configuration.at("/broadcast/value").asString()).isEqualTo("true");
    }
}
