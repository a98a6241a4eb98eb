package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.SimpleJob;
import io.elasticjob.alert.Alert;
import io.elasticjob.alert.AlertChannel;
import io.elasticjob.alert.AlertCondition;
import io.elasticjob.alert.AlertNotifier;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.testing.http.Receiver;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.mail.autoconfigure.MailSenderAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.mail.javamail.JavaMailSender;
import org.springframework.mail.javamail.JavaMailSenderImpl;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ElasticJobAlertAutoConfigurationTest {

    private final ApplicationContextRunner empty = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    LifecycleAutoConfiguration.class,
                    MailSenderAutoConfiguration.class,
                    ElasticJobAutoConfiguration.class,
                    ElasticJobAlertAutoConfiguration.class,
                    ElasticJobAlertMetricsAutoConfiguration.class))
            .withPropertyValues("spring.application.name=shop");

    private final ApplicationContextRunner runner = empty.withUserConfiguration(InMemoryRegistry.class, Orders.class);

    /** Fails three times and then goes on, without another run in between that a test does not know of. */
    @Configuration(proxyBeanMethods = false)
    static class Orders {

        final AtomicInteger runs = new AtomicInteger();
        final CountDownLatch repaired = new CountDownLatch(1);

        @Bean
        @ElasticJob(every = "1s")
        SimpleJob orders() {
            return context -> {
                if (runs.incrementAndGet() <= 3) {
                    throw new IOException("disk \"full\"");
                }
                repaired.await();
            };
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class OwnChannel {

        final Queue<Alert> taken = new ConcurrentLinkedQueue<>();

        @Bean
        AlertChannel pager() {
            return taken::add;
        }
    }

    // ---- End to end ----

    @Test
    void aJobThatFailsThreeTimesInARowIsPostedOnceAndItsRecoveryToo() throws Exception {
        try (Receiver receiver = new Receiver()) {
            runner.withPropertyValues(
                            "elasticjob.alerts.webhooks.ops.url=" + receiver.url("/hook/4f1d0c9e7b6a58"),
                            "elasticjob.namespace=retail",
                            "elasticjob.instance.name=till-7")
                    .withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        MeterRegistry meters = context.getBean(MeterRegistry.class);
                        await().atMost(Duration.ofSeconds(30)).until(() -> sent(meters) == 1);

                        assertThat(receiver.requests()).hasSize(1);
                        JsonNode raised = JsonMapper.shared()
                                .readTree(receiver.requests().get(0).body());
                        assertThat(raised.get("state").asString()).isEqualTo("RAISED");
                        assertThat(raised.get("condition").asString()).isEqualTo("failures-in-a-row");
                        assertThat(raised.get("job").asString()).isEqualTo("orders");
                        assertThat(raised.get("shard").asInt()).isZero();
                        assertThat(raised.get("what").asString()).isEqualTo("failed 3 times in a row");
                        assertThat(raised.get("detail").asString()).isEqualTo("java.io.IOException: disk \"full\"");
                        assertThat(raised.get("namespace").asString()).isEqualTo("retail");
                        assertThat(raised.get("application").asString()).isEqualTo("shop");
                        assertThat(raised.get("instance").asString()).startsWith("till-7.");

                        context.getBean(Orders.class).repaired.countDown();
                        await().atMost(Duration.ofSeconds(30)).until(() -> sent(meters) == 2);
                        assertThat(receiver.requests()).hasSize(2);
                        JsonNode recovered = JsonMapper.shared()
                                .readTree(receiver.requests().get(1).body());
                        assertThat(recovered.get("state").asString()).isEqualTo("RECOVERED");
                        assertThat(recovered.get("since").asString())
                                .isEqualTo(raised.get("since").asString());
                    });
        }
    }

    private static double sent(MeterRegistry meters) {
        return meters.get("elasticjob.alerts.sent")
                .tags("channel", "webhook.ops", "condition", "failures-in-a-row")
                .functionCounter()
                .count();
    }

    @Test
    void anExecutionThatRunsTooLongIsToldWhileItRuns() {
        runner.withUserConfiguration(OwnChannel.class)
                .withPropertyValues(
                        "elasticjob.alerts.on.longer-than=1h",
                        "elasticjob.alerts.on.failures-in-a-row=0",
                        "elasticjob.alerts.jobs.Orders.longer-than=50ms")
                .run(context -> {
                    Queue<Alert> taken = context.getBean(OwnChannel.class).taken;
                    await().atMost(Duration.ofSeconds(30)).until(() -> !taken.isEmpty());
                    assertThat(context.getBean(Orders.class).repaired.getCount())
                            .as("it still runs")
                            .isEqualTo(1);
                    assertThat(taken.peek().condition()).isEqualTo(AlertCondition.LONGER_THAN);

                    context.getBean(Orders.class).repaired.countDown();
                    await().atMost(Duration.ofSeconds(30)).until(() -> taken.size() == 2);
                    assertThat(taken).last().matches(Alert::isRecovery);
                });
    }

    @Test
    void alertsAreMailedByTheSenderOfTheApplicationThoughWithTimeouts() {
        GreenMail server = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        server.start();
        server.setUser("jobs@example.org", "jobs", "s3cret");
        try {
            runner.withPropertyValues(
                            "spring.mail.host=127.0.0.1",
                            "spring.mail.port=" + server.getSmtp().getPort(),
                            "spring.mail.username=jobs",
                            "spring.mail.password=s3cret",
                            "spring.mail.properties.mail.smtp.auth=true",
                            "elasticjob.alerts.mail.to=ops@example.org,boss@example.org",
                            "elasticjob.alerts.mail.from=jobs@example.org")
                    .run(context -> {
                        assertThat(context).hasNotFailed();
                        assertThat(server.waitForIncomingEmail(30_000, 1)).isTrue();
                        assertThat(server.getReceivedMessages()[0].getSubject())
                                .isEqualTo("[ElasticJob] orders: failed 3 times in a row");
                        assertThat(((JavaMailSenderImpl) context.getBean(JavaMailSender.class)).getJavaMailProperties())
                                .as("that of the application is left as it is")
                                .containsOnlyKeys("mail.smtp.auth");
                        context.getBean(Orders.class).repaired.countDown();
                    });
        } finally {
            server.stop();
        }
    }

    // ---- What is there, and what is not ----

    @Test
    void withoutAChannelNobodyListens() {
        runner.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(isMade(context)).isFalse();
            context.getBean(Orders.class).repaired.countDown();
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"elasticjob.alerts.enabled=false", "elasticjob.enabled=false"})
    void switchedOffNobodyListensAndNothingIsChecked(String off) {
        runner.withUserConfiguration(OwnChannel.class)
                .withPropertyValues(off, "elasticjob.alerts.webhooks.ops.url=nonsense")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(isMade(context)).isFalse();
                    context.getBean(Orders.class).repaired.countDown();
                });
    }

    @Test
    void anApplicationWithoutJobsGetsNothing() {
        empty.withPropertyValues("elasticjob.alerts.log.enabled=true").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(isMade(context)).isFalse();
        });
    }

    @Test
    void theMetersAreBoundedByChannelsAndConditions() {
        runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
                .withUserConfiguration(OwnChannel.class)
                .withPropertyValues("elasticjob.alerts.log.enabled=true")
                .run(context -> {
                    List<Meter> meters = context.getBean(MeterRegistry.class).getMeters().stream()
                            .filter(meter -> meter.getId().getName().startsWith("elasticjob.alerts."))
                            .toList();
                    assertThat(meters).hasSize(2 * 3 * AlertCondition.values().length);
                    assertThat(meters)
                            .extracting(meter -> meter.getId().getTag("channel"))
                            .containsOnly("log", "pager");
                    context.getBean(Orders.class).repaired.countDown();
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"org.springframework.mail", "jakarta.mail", "io.micrometer"})
    void alertsAreSentWithoutTheOptionalModules(String missing) {
        runner.withClassLoader(new FilteredClassLoader(missing))
                .withUserConfiguration(OwnChannel.class)
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    Queue<Alert> taken = context.getBean(OwnChannel.class).taken;
                    await().atMost(Duration.ofSeconds(30)).until(() -> !taken.isEmpty());
                    context.getBean(Orders.class).repaired.countDown();
                });
    }

    @Test
    @ExtendWith(OutputCaptureExtension.class)
    void aJobThatNobodyHereDeclaresIsDoubtedButNoError(CapturedOutput output) {
        runner.withUserConfiguration(OwnChannel.class)
                .withPropertyValues("elasticjob.alerts.jobs.oders.enabled=false")
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(output)
                            .contains("elasticjob.alerts.jobs.oders matches no job that this application"
                                    + " declares; did you mean \"orders\"?");
                    context.getBean(Orders.class).repaired.countDown();
                });
    }

    // ---- What is refused ----

    @Test
    void aBundleOfAWebhookThatDoesNotExistIsRefused() {
        runner.withPropertyValues(
                        "elasticjob.alerts.webhooks.ops.url=https://host/4f1d0c9e",
                        "elasticjob.alerts.webhooks.ops.ssl.bundle=nothing")
                .run(context ->
                        refused(context, "elasticjob.alerts.webhooks.ops.ssl.bundle: \"nothing\" names an SSL bundle"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enabled=true | elasticjob.alerts.enabled: \"true\" needs a channel",
                "webhooks.ops.format=slack | elasticjob.alerts.webhooks.ops.url: \"\" must be set",
                "webhooks.ops.url=ftp://host/4f1d0c9e | elasticjob.alerts.webhooks.ops.url: \"(not shown)\" must begin with",
                "mail.to=ops@example.org | elasticjob.alerts.mail.to: \"ops@example.org\" needs one mail sender: set spring.mail.host",
                "mail.to=two words@x | elasticjob.alerts.mail.to: \"two words@x\" is not an e-mail address"
            })
    void isRefused(String property, String message) {
        runner.withPropertyValues("elasticjob.alerts." + property).run(context -> refused(context, message));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "on.failures-in-a-row=-1 | elasticjob.alerts.on.failures-in-a-row: \"-1\" must not be negative",
                "on.longer-than=-1s | elasticjob.alerts.on.longer-than: \"-1s\" must not be negative",
                "on.registry-away=-1s | elasticjob.alerts.on.registry-away: \"-1s\" must not be negative",
                "jobs.orders.longer-than=-2s | elasticjob.alerts.jobs.orders.longer-than: \"-2s\" must not be negative",
                "jobs.orders.failures-in-a-row=-2 | elasticjob.alerts.jobs.orders.failures-in-a-row: \"-2\" must not be",
                "interval=40000d | elasticjob.alerts.interval: \"40000d\" must be at least 0s and at most 36500d",
                "on.longer-than=40000d | elasticjob.alerts.on.longer-than: \"40000d\" must be at least 0s",
                "interval=0s | elasticjob.alerts.interval: \"0s\" must be more than nothing",
                "max-per-minute=0 | elasticjob.alerts.max-per-minute: \"0\" must be at least 1",
                "webhooks.ops.timeout=0s | elasticjob.alerts.webhooks.ops.timeout: \"0s\" must be more than nothing",
                "webhooks.ops.timeout=3m | elasticjob.alerts.webhooks.ops.timeout: \"3m\" must be 2m at most",
                "webhooks.ops.template={jop} | elasticjob.alerts.webhooks.ops.template: \"{jop}\" has the placeholder {jop}",
                "webhooks.ops.secret=SEC4711 | elasticjob.alerts.webhooks.ops.secret: \"(not shown)\" is of no use to the format"
            })
    void besideAGoodChannelIsRefused(String property, String message) {
        runner.withPropertyValues(
                        "elasticjob.alerts.webhooks.ops.url=https://hooks.example/4f1d0c9e7b6a58",
                        "elasticjob.alerts." + property)
                .run(context -> {
                    refused(context, message);
                    assertThat(context.getStartupFailure())
                            .hasStackTraceContaining(message)
                            .satisfies(failure -> assertThat(stackTrace(failure))
                                    .doesNotContain("4f1d0c9e7b6a58")
                                    .doesNotContain("SEC4711"));
                });
    }

    @Test
    void recipientsWithoutTheMailModuleAreRefused() {
        runner.withClassLoader(new FilteredClassLoader("org.springframework.mail"))
                .withPropertyValues("elasticjob.alerts.mail.to=ops@example.org")
                .run(context -> refused(
                        context,
                        "elasticjob.alerts.mail.to: \"ops@example.org\" needs a mail sender: add the dependency"
                                + " spring-boot-starter-mail and set spring.mail.host"));
    }

    @Test
    void aBeanThatIsCalledLikeAConfiguredChannelIsRefused() {
        runner.withBean("log", AlertChannel.class, () -> alert -> {})
                .withPropertyValues("elasticjob.alerts.log.enabled=true")
                .run(context ->
                        refused(context, "name of an AlertChannel bean: \"log\" is that of a configured channel"));
    }

    private static void refused(AssertableApplicationContext context, String message) {
        assertThat(context)
                .getFailure()
                .rootCause()
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message);
    }

    private static String stackTrace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text));
        return text.toString();
    }

    private static boolean isMade(ApplicationContext context) {
        return Arrays.stream(context.getBeanNamesForType(AlertNotifier.class, true, false))
                .anyMatch(((ConfigurableApplicationContext) context).getBeanFactory()::containsSingleton);
    }
}
