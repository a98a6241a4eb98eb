package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.StoredJobCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Trigger;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parameters may be secret: nothing that is said of them has a piece of them in it. */
class ConfidentialSettingsTest {

    private static final String SECRET = "hunter2";
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hunter2",
                "0=a,hunter2",
                "hunter2=a",
                "0=a,0=hunter2",
                "9=hunter2",
                "0=\"hunter2",
                "0=\"a\"hunter2",
                "0=\"\\hunter2\"",
                "0=hunter2\ud800",
            })
    void aRefusedParameterOfShardsIsNotToldOf(String value) {
        Throwable given = catchThrowable(
                () -> JobDefinition.checkAsGiven("orders", Map.of(JobKey.SHARDING_ITEM_PARAMETERS, value)));
        Throwable made = catchThrowable(() -> JobDefinition.of(
                "orders", Map.of(JobKey.SHARDING_ITEM_PARAMETERS, new Setting(value, Setting.Source.CODE))));

        assertThat(given == null && made == null).as("neither refused").isFalse();
        assertThat(told(given) + told(made)).doesNotContain(SECRET);
    }

    @Test
    void aParameterThatIsTooLongOrNoTextIsNotToldOf() {
        for (String value : List.of(SECRET.repeat(40_000), SECRET + "\ud800")) {
            assertThat(told(catchThrowable(() -> JobDefinition.named("orders")
                            .set(JobKey.JOB_PARAMETER, value)
                            .build())))
                    .contains("orders.jobParameter: \"(" + value.length() + " characters, not shown)\"")
                    .doesNotContain(SECRET);
        }
        assertThat(told(catchThrowable(() -> TriggerRequest.of("orders").withParameter(SECRET.repeat(1_000)))))
                .contains("not shown")
                .doesNotContain(SECRET);
    }

    @Test
    void nothingThatHoldsAParameterShowsItAsAText() {
        JobDefinition job = JobDefinition.named("orders")
                .set(JobKey.JOB_PARAMETER, SECRET)
                .shardParameters(Map.of(0, SECRET))
                .set(JobKey.DESCRIPTION, "shown")
                .build();
        StoredJob stored = StoredJob.declared(job, "shop", NOW)
                .configured(Map.of(JobKey.JOB_PARAMETER, SECRET), Operator.UNKNOWN, NOW, java.time.Duration.ZERO);
        TriggerRequest request = TriggerRequest.of("orders").withParameter(SECRET);
        Trigger trigger = new Trigger(
                1,
                NOW,
                "id",
                new Trigger.Content(new TreeSet<>(List.of(0)), 1, SECRET, null),
                false,
                Operator.UNKNOWN,
                Map.of());
        ShardingContext context = ShardingContext.builder()
                .jobParameter(SECRET)
                .shardingParameter(SECRET)
                .build();

        assertThat(job.toString()).contains("description=shown", "jobParameter=(7 characters, not shown)");
        for (Object shown : List.of(
                job,
                job.settings(),
                stored,
                stored.overrides(),
                new Decoded.Value<>(stored),
                request,
                trigger,
                context)) {
            assertThat(shown.toString()).doesNotContain(SECRET);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"format\":1,\"application\":\"a\",\"since\":\"2026-01-01T00:00:00Z\",\"declared\":{\"CODE\":{\"jobParameter\":[\"hunter2\"]}}}",
                "{\"format\":1,\"application\":\"a\",\"declared\":{\"CODE\":[\"hunter2\"]}}",
                "{\"format\":1,\"declared\":hunter2}",
                "hunter2",
                "\"hunter2\"",
                "{\"parameter\":{\"x\":\"hunter2\"},\"format\":1,\"request\":\"r\",\"shards\":[0],\"of\":1,\"who\":\"\",\"why\":\"\"}"
            })
    void whatIsStoredAndBrokenIsNotToldOf(String json) {
        byte[] bytes = json.getBytes(StandardCharsets.UTF_8);

        assertThat(StoredJobCodec.decode("orders", bytes).toString()).doesNotContain(SECRET);
        assertThat(TriggerCodec.decode(1, NOW, bytes).toString()).doesNotContain(SECRET);
    }

    private static String told(Throwable refusal) {
        if (refusal == null) {
            return "";
        }
        StringWriter trace = new StringWriter();
        refusal.printStackTrace(new PrintWriter(trace));
        return trace.toString();
    }
}
