package io.elasticjob.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ZooKeeperSettingsTest {

    private static ZooKeeperSettings settings(String connectString, @Nullable String digest) {
        return new ZooKeeperSettings(connectString, Duration.ofSeconds(15), Duration.ofSeconds(5), digest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"zk", "zk:2181", " zk1:1 , zk2:65535 ", "10.0.0.1:2181/apps/one", "[::1]:2181", "zk:2181/"})
    void namesOfServersAreTaken(String connectString) {
        assertThat(settings(connectString, null).connectString()).isEqualTo(connectString.strip());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''           | names no server",
                "/apps        | names no server",
                "zk:2181,     | is not host:port",
                "zk:port      | \"zk:port\" is not host:port",
                "zk:0         | must be 1–65535",
                "zk:70000     | must be 1–65535",
                "a b:2181     | is not host:port",
                "zk://zk:2181 | is not host:port",
                "zk:2181/a//b | the path at its end",
                "zk:2181/a/   | the path at its end",
            })
    void anythingElseIsRefusedByKeyValueAndRule(String connectString, String rule) {
        assertThatThrownBy(() -> settings(connectString, null))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("elasticjob.registry.connect-string: \"" + connectString + "\"")
                .hasMessageContaining(rule);
    }

    @Test
    void aDigestIsNeverShown() {
        assertThatThrownBy(() -> settings("zk", "secret"))
                .hasMessageStartingWith("elasticjob.registry.digest: ")
                .hasMessageNotContaining("secret");
        assertThat(settings("zk", "user:secret").toString()).doesNotContain("secret");
    }

    @Test
    void timeoutsArePositive() {
        assertThatThrownBy(() -> new ZooKeeperSettings("zk", Duration.ZERO, Duration.ofSeconds(1), null))
                .hasMessageStartingWith("elasticjob.registry.session-timeout: \"0s\" ");
    }
}
