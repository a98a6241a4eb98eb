package io.elasticjob.boot.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.boot.alert.Alert.Subject;
import org.junit.jupiter.api.Test;

class AlertTest {

    @Test
    void readsLikeAMessage() {
        assertThat(Samples.alert(AlertCondition.FAILURES_IN_A_ROW, "orders", ManualTime.NOON.plusSeconds(60))
                        .withSuppressed(2)
                        .text())
                .isEqualTo("""
                        [ElasticJob] orders: failed 3 times in a row
                        java.io.IOException: disk full
                        Execution orders/2026-06-01T12:00:00Z/0/1
                        Since 2026-06-01T12:00:00Z, now 2026-06-01T12:01:00Z
                        Namespace retail, application shop, instance till-7.x
                        2 more of this kind held back since the last message""");
    }

    @Test
    void ofAnInstanceItNamesNoJob() {
        Alert alert = new Alert(
                AlertCondition.CLOCK_OFF,
                true,
                Subject.NONE,
                "the clock is near the registry's again, 3ms away",
                "",
                ManualTime.NOON,
                ManualTime.NOON,
                Samples.ORIGIN.by(""),
                0);

        assertThat(alert.text()).isEqualTo("""
                        [ElasticJob] Recovered: the clock is near the registry's again, 3ms away
                        Since 2026-06-01T12:00:00Z
                        Namespace retail, application shop""");
    }

    @Test
    void theHeadlineIsOneLineWhateverIsInIt() {
        Alert alert = Samples.alert("orders\r\nBcc: everybody@example.org");

        assertThat(alert.headline())
                .isEqualTo("[ElasticJob] orders Bcc: everybody@example.org: failed 3 times in a row");
    }
}
