package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.kind.HttpKind;
import io.elasticjob.kind.ScriptKind;
import io.elasticjob.testing.http.Receiver;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** Jobs that run what the properties of an application declare. */
@Needs(value = Signals.NAME, there = Signals.class)
class DeclaredTemplatesTest {

    @TempDir
    private Path directory;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(
                    AutoConfigurations.of(LifecycleAutoConfiguration.class, ElasticJobAutoConfiguration.class))
            .withUserConfiguration(InMemoryRegistry.class, Ends.class)
            .withPropertyValues("spring.application.name=shop");

    static class Ends {
        final Queue<ElasticJobEvent.ExecutionEnded> heard = new ConcurrentLinkedQueue<>();

        @EventListener
        void on(ElasticJobEvent.ExecutionEnded ended) {
            heard.add(ended);
        }
    }

    private String[] script() {
        return new String[] {
            "elasticjob.secrets.db=correct horse",
            "elasticjob.scripts.report.command[0]=sh",
            "elasticjob.scripts.report.command[1]=-c",
            "elasticjob.scripts.report.command[2]=printf '%s %s %s' \"$EJ_JOB\" \"$EJ_JOB_PARAMETER\" \"$PASSWORD\" > \"$EJ_JOB\"",
            "elasticjob.scripts.report.working-directory=" + directory,
            "elasticjob.scripts.report.environment[0]=PASSWORD={secret:db}"
        };
    }

    private String written(String job) {
        try {
            return Files.readString(directory.resolve(job));
        } catch (IOException notYet) {
            return "";
        }
    }

    @Test
    void aJobInAFileAndOneThatIsMadeAtRunTimeRunADeclaredScript() {
        runner.withPropertyValues(script())
                .withPropertyValues(
                        "elasticjob.jobs.nightly.script=report",
                        "elasticjob.jobs.nightly.every=1s",
                        "elasticjob.jobs.nightly.job-parameter=all; touch hacked")
                .run(context -> {
                    await().until(() -> written("nightly").equals("nightly all; touch hacked correct horse"));

                    JobOperations operations = context.getBean(JobOperations.class);
                    operations
                            .create(
                                    "made",
                                    Map.of(
                                            ScriptKind.SCRIPT,
                                            "report",
                                            JobKey.EVERY,
                                            "1s",
                                            JobKey.JOB_PARAMETER,
                                            "$(ls)"),
                                    Operator.UNKNOWN)
                            .toCompletableFuture()
                            .join();
                    await().until(() -> written("made").equals("made $(ls) correct horse"));
                    assertThat(directory.resolve("hacked")).doesNotExist();
                    assertThat(context.getBean(JobEngine.class)
                                    .namespace()
                                    .toCompletableFuture()
                                    .join()
                                    .instances()
                                    .values())
                            .singleElement()
                            .satisfies(
                                    it -> assertThat(it.instance().handlers()).containsOnly("script:report"));
                });
    }

    @Configuration(proxyBeanMethods = false)
    @ElasticJob(name = "annotated", every = "1s", jobParameter = "of $(id)", settings = "script = ${which:report}")
    @ElasticJob(name = "second", every = "1s", shardingTotalCount = 2, settings = "script=report")
    static class Annotated {}

    static class Misplaced {
        @ElasticJob(every = "1s", settings = "script=report")
        void never() {}
    }

    @ElasticJob(name = "both", every = "1s", settings = "script=report")
    static class Both implements SimpleJob {
        @Override
        public void execute(ShardingContext context) {}
    }

    @Test
    void anAnnotatedJobRunsADeclaredScriptAndPropertiesChangeIt() {
        runner.withPropertyValues(script())
                .withUserConfiguration(Annotated.class)
                .withPropertyValues("elasticjob.jobs.second.job-parameter=twice")
                .run(context -> {
                    await().until(() -> written("annotated").equals("annotated of $(id) correct horse"));
                    await().until(() -> written("second").equals("second twice correct horse"));
                    assertThat(context.getBean(JobEngine.class)
                                    .namespace()
                                    .toCompletableFuture()
                                    .join()
                                    .instances()
                                    .values())
                            .singleElement()
                            .satisfies(
                                    it -> assertThat(it.instance().handlers()).containsOnly("script:report"));
                });
    }

    @ParameterizedTest
    @ValueSource(classes = {Misplaced.class, Both.class})
    void whatIsAHandlerItselfCannotNameAScript(Class<?> bean) {
        runner.withPropertyValues(script())
                .withUserConfiguration(bean)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("@ElasticJob(settings) on ")
                        .hasMessageContaining(
                                "what carries the annotation is the handler. A job that is run by a script"
                                        + " is declared on a class that is no job, such as a @Configuration"));
    }

    @Test
    void anAnnotatedJobWhoseScriptNobodyDeclaresEndsTheStart() {
        runner.withUserConfiguration(Annotated.class)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("@ElasticJob(settings: script) on bean ")
                        .hasMessageContaining("\"report\" is no script of this application"));
    }

    @Test
    void aJobCallsADeclaredTarget() throws IOException {
        try (Receiver receiver = new Receiver()) {
            runner.withPropertyValues(
                            "elasticjob.http.targets.billing.url=" + receiver.url("/bill"),
                            "elasticjob.http.targets.billing.headers.X-Team=jobs",
                            "elasticjob.http.targets.billing.timeout=5s",
                            "elasticjob.jobs.bill.http=billing",
                            "elasticjob.jobs.bill.every=1s",
                            "elasticjob.jobs.bill.job-parameter=2026")
                    .run(context -> {
                        await().until(() -> !receiver.requests().isEmpty());
                        assertThat(receiver.requests().get(0).body()).contains("\"jobParameter\":\"2026\"");

                        receiver.answer(Receiver.status(503, "later"));
                        await().until(() -> context.getBean(Ends.class).heard.stream()
                                .anyMatch(end -> end.outcome().toString().contains("answered 503")));
                        context.getBean(JobOperations.class)
                                .create("made", Map.of(HttpKind.HTTP, "billing", JobKey.EVERY, "1s"), Operator.UNKNOWN)
                                .toCompletableFuture()
                                .join();
                        await().until(() -> receiver.requests().stream()
                                .anyMatch(request -> request.body().contains("\"job\":\"made\"")));
                    });
        }
    }

    @Test
    void whatIsDeclaredIsOfferedAlsoWithoutAJob() {
        runner.withPropertyValues(script())
                .run(context -> assertThat(context.getBean(JobEngine.class)).isNotNull());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "elasticjob.jobs.x.script=reprot | elasticjob.jobs.x.script: \"reprot\" is no script of this application; did you mean \"report\"?",
                "elasticjob.jobs.x.http=billing | elasticjob.jobs.x.http: \"billing\" is no HTTP target of this application",
                "elasticjob.jobs.x.script=/bin/sh | elasticjob.jobs.x.script: \"/bin/sh\" cannot be the name of a script",
                "elasticjob.jobs.x.command=/bin/sh | elasticjob.jobs",
                "elasticjob.scripts.y.command=/no/such | elasticjob.scripts.y.command: \"/no/such\" is no file",
                "elasticjob.secrets.pin=1234 | elasticjob.secrets.pin",
                "elasticjob.http.targets.t.url=ftp://h | elasticjob.http.targets.t.url",
            })
    void whatCannotBeMeantEndsTheStart(String property, String message) {
        runner.withPropertyValues(script())
                .withPropertyValues(property)
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith(message)
                        .hasMessageNotContaining("1234"));
    }

    @Test
    void aBundleThatIsNotThereEndsTheStart() {
        runner.withPropertyValues(
                        "elasticjob.http.targets.t.url=https://h/", "elasticjob.http.targets.t.ssl.bundle=missing")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("elasticjob.http.targets.t.ssl.bundle: \"missing\""));
    }

    @Test
    void aJobThatHasBothAHandlerAndAScriptIsRefused() {
        runner.withPropertyValues(script())
                .withPropertyValues("elasticjob.jobs.x.script=report", "elasticjob.jobs.x.handler=y")
                .run(context -> assertThat(context)
                        .hasFailed()
                        .getFailure()
                        .rootCause()
                        .hasMessageStartingWith("elasticjob.jobs.x.script: \"report\" cannot be set beside handler=y"));
    }
}
