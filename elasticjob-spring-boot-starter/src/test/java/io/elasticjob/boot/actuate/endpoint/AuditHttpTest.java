package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.JobOperations;
import io.elasticjob.JobPart;
import io.elasticjob.Operator;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.boot.ElasticJobDataSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import tools.jackson.databind.JsonNode;

/** Who has changed what, whichever instance was asked to, and whichever is asked about it. */
@ResourceLock("applications") // each sets up the logging of the whole process
class AuditHttpTest {

    private static final String DATABASE = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private static final Fleet FLEET = new Fleet();
    private static final Fleet WITHOUT_DATABASE = new Fleet();

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Plain {

        @ElasticJob(name = "declared", shardingTotalCount = 2)
        void declared(io.elasticjob.ShardingContext context) {}

        @Bean
        SimpleJob quick() {
            return context -> {};
        }

        /** A job that changes another one. */
        @Bean
        SimpleJob busybody(ObjectProvider<JobOperations> operations) {
            return context -> operations
                    .getObject()
                    .disable("declared", new JobPart.Shard(1), new Operator("", "the disk is full"))
                    .toCompletableFuture()
                    .join();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Shop extends Plain {

        @Bean(defaultCandidate = false)
        @ElasticJobDataSource
        DataSource history() {
            JdbcDataSource database = new JdbcDataSource();
            database.setURL(DATABASE);
            return database;
        }
    }

    @BeforeAll
    static void start() {
        for (Fleet fleet : List.of(FLEET, WITHOUT_DATABASE)) {
            Class<?> application = fleet == FLEET ? Shop.class : Plain.class;
            fleet.start(Fleet.MVC, application);
            fleet.start(Fleet.WEBFLUX, application);
            fleet.start(Fleet.MVC, application);
            fleet.instances.forEach(instance -> await().until(() -> Fleet.get(Fleet.port(instance), "/instances")
                            .at("/instances")
                            .size()
                    == 3));
        }
    }

    @AfterAll
    static void stop() {
        FLEET.close();
        WITHOUT_DATABASE.close();
    }

    @Test
    void everyWayToChangeAJobIsInItWithWhoAndWhy() {
        post(FLEET, "/jobs/walked", Map.of("operation", "create", "set", "handler=quick", "reason", "needed"));
        post(FLEET, "/jobs/walked", Map.of("operation", "configure", "set", "jobParameter=s3cret"));
        JobOperations operations = FLEET.instances.get(1).getBean(JobOperations.class);
        operations
                .disable("walked", JobPart.WHOLE_JOB, new Operator("billing run", "month end"))
                .toCompletableFuture()
                .join();
        assertThat(Fleet.post(FLEET.balanced(), null, "/jobs/walked", Map.of("operation", "trigger"))
                        .statusCode())
                .isEqualTo(409);
        post(FLEET, "/jobs/meddling", Map.of("operation", "create", "set", "handler=busybody"));
        post(FLEET, "/jobs/meddling", Map.of("operation", "trigger"));

        await().until(() -> audit(FLEET, "job=declared").at("/changes").size() == 1);
        await().until(() -> audit(FLEET, "job=walked").at("/changes").size() == 4);
        JsonNode byJob = audit(FLEET, "job=declared").at("/changes/0");
        assertThat(byJob.at("/origin").asString()).isEqualTo("JOB");
        assertThat(byJob.at("/who").asString()).isEqualTo("meddling");
        assertThat(byJob.at("/why").asString()).isEqualTo("the disk is full");
        assertThat(byJob.at("/detail").asString()).isEqualTo("shard 1");
        JsonNode walked = audit(FLEET, "job=walked").at("/changes");
        assertThat(texts(walked, "operation")).containsExactly("trigger", "disable", "configure", "create");
        assertThat(texts(walked, "result")).containsExactly("REFUSED", "DONE", "DONE", "DONE");
        assertThat(walked.at("/0/refusal").asString()).contains("disabled");
        assertThat(walked.at("/1/origin").asString()).isEqualTo("APPLICATION");
        assertThat(walked.at("/1/who").asString()).isEqualTo("billing run");
        assertThat(walked.at("/1/asked").asString()).isEqualTo("till-1");
        assertThat(walked.at("/2/detail").asString()).isEqualTo("jobParameter");
        assertThat(walked.at("/3/why").asString()).isEqualTo("needed");
        assertThat(walked.toString()).doesNotContain("s3cret");
        assertThat(audit(FLEET, "who=billing+run").at("/changes").size()).isEqualTo(1);
    }

    @Test
    void aPageGoesOnAtWhicheverInstanceIsAsked() {
        Set<String> jobs = new TreeSet<>();
        for (int i = 0; i < 12; i++) {
            post(FLEET, "/jobs/page-" + i, Map.of("operation", "create", "set", "handler=quick", "reason", "page"));
            jobs.add("page-" + i);
        }
        await().until(() -> texts(audit(FLEET, "operation=create&size=200").at("/changes"), "job")
                .containsAll(jobs));
        List<String> found = pages(FLEET, "operation=create&size=5");

        assertThat(found).containsAll(jobs).doesNotHaveDuplicates();
    }

    @Test
    void withoutADatabaseItTellsOfWhatHoldsAtPresent() {
        for (int i = 0; i < 7; i++) {
            String job = "made-" + i;
            post(WITHOUT_DATABASE, "/jobs/" + job, Map.of("operation", "create", "set", "handler=quick"));
            post(
                    WITHOUT_DATABASE,
                    "/jobs/" + job,
                    Map.of("operation", "disable", "shard", "0", "reason", "reason " + i));
        }
        WITHOUT_DATABASE.instances.forEach(instance -> await().until(
                        () -> Fleet.get(Fleet.port(instance), "/audit?operation=disable&size=200")
                                        .at("/changes")
                                        .size()
                                == 7));
        JsonNode one = audit(WITHOUT_DATABASE, "job=made-3&operation=disable");
        assertThat(one.at("/scope").asString()).isEqualTo("PRESENT");
        assertThat(one.at("/changes/0/why").asString()).isEqualTo("reason 3");
        assertThat(one.at("/changes/0/detail").asString()).isEqualTo("shard 0");
        assertThat(pages(WITHOUT_DATABASE, "operation=disable&size=3"))
                .containsExactly("made-6", "made-5", "made-4", "made-3", "made-2", "made-1", "made-0");
        post(WITHOUT_DATABASE, "/instances/till-2", Map.of("operation", "drain", "reason", "new disk"));
        await().until(() ->
                audit(WITHOUT_DATABASE, "instance=till-2").at("/changes").size() == 1);
        assertThat(audit(WITHOUT_DATABASE, "instance=till-2")
                        .at("/changes/0/why")
                        .asString())
                .isEqualTo("new disk");
    }

    @ParameterizedTest
    @CsvSource({"size=201, size", "size=0, size", "before=x, before", "from=never, from", "job=a&instance=b, instance"})
    void whatMakesNoSenseIs400(String query, String key) {
        var answer = Fleet.ask(FLEET.balanced(), null, "/audit?" + query);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(Fleet.json(answer.body()).at("/key").asString()).isEqualTo(key);
    }

    private static JsonNode audit(Fleet fleet, String query) {
        return Fleet.get(fleet.balanced(), "/audit?" + query);
    }

    private static List<String> pages(Fleet fleet, String query) {
        List<String> jobs = new ArrayList<>();
        String before = "";
        while (before != null) {
            JsonNode page = audit(fleet, query + before);
            jobs.addAll(texts(page.at("/changes"), "job"));
            before = page.has("next")
                    ? "&before=" + Fleet.encoded(page.at("/next").asString())
                    : null;
        }
        return jobs;
    }

    private static List<String> texts(JsonNode array, String field) {
        List<String> texts = new ArrayList<>();
        array.forEach(one -> texts.add(one.at("/" + field).asString()));
        return texts;
    }

    private static void post(Fleet fleet, String path, Map<String, String> fields) {
        var answer = Fleet.post(fleet.balanced(), null, path, fields);
        assertThat(answer.statusCode()).as(answer.body()).isBetween(200, 204);
    }
}
