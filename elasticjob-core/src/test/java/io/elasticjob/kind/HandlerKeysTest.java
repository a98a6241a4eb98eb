package io.elasticjob.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys of kinds that say what runs a job. */
class HandlerKeysTest {

    @Test
    void aScriptOrATargetIsAHandlerOfThatName() {
        assertThat(JobDefinition.named("nightly")
                        .set(ScriptKind.SCRIPT, "report")
                        .build()
                        .handler())
                .isEqualTo("script:report");
        assertThat(JobDefinition.named("nightly")
                        .set(HttpKind.HTTP, "billing")
                        .build()
                        .handler())
                .isEqualTo("http:billing");
        assertThat(JobDefinition.named("nightly").build().handler()).isEqualTo("nightly");
        assertThat(JobDefinition.named("nightly").build().handlerKey()).isEqualTo(JobKey.HANDLER);
    }

    @Test
    void aJobHasOneThatRunsIt() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("nightly")
                        .set(ScriptKind.SCRIPT, "report")
                        .set(HttpKind.HTTP, "billing")
                        .build())
                .withMessage(
                        "nightly.script: \"report\" cannot be set beside http=billing: each of them says what runs the"
                                + " job, so leave one out");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("nightly")
                        .set(JobKey.HANDLER, "orders")
                        .set(ScriptKind.SCRIPT, "report")
                        .build())
                .withMessageContaining("beside handler=orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/bin/sh",
                "../report",
                "report; rm -rf /",
                "$(reboot)",
                "a b",
                "-x",
                ".",
                "..",
                "http://evil.example/",
                "report\u0000",
                "ünd"
            })
    void nothingElseThanANameIsTakenForOne(String value) {
        for (JobKey key : new JobKey[] {ScriptKind.SCRIPT, HttpKind.HTTP}) {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(
                            () -> JobDefinition.named("nightly").set(key, value).build())
                    .withMessageStartingWith("nightly." + key.key());
        }
    }

    @Test
    void aParameterThatNoProcessCanBeGivenIsRefusedAndNotShown() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("nightly")
                        .set(ScriptKind.SCRIPT, "report")
                        .set(JobKey.JOB_PARAMETER, "x".repeat(130_000))
                        .build())
                .withMessageStartingWith("nightly.jobParameter: ")
                .withMessageContaining("is too long for a script")
                .withMessageNotContaining("xxxx");
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.named("nightly")
                        .set(ScriptKind.SCRIPT, "report")
                        .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=a\0b")
                        .build())
                .withMessageStartingWith("nightly.shardingItemParameters: ")
                .withMessageContaining("U+0000");
    }
}
