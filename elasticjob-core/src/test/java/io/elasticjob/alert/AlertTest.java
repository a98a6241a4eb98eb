package io.elasticjob.alert;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.alert.Alert.Subject;
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
                Alert.State.RECOVERED,
                Subject.NONE,
                new Alert.Message("the clock is close to ZooKeeper's again, the difference is 3ms", ""),
                new Alert.Period(ManualTime.NOON, ManualTime.NOON),
                Samples.ORIGIN.by(""),
                0);

        assertThat(alert.text()).isEqualTo("""
                        [ElasticJob] Recovered: the clock is close to ZooKeeper's again, the difference is 3ms
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
