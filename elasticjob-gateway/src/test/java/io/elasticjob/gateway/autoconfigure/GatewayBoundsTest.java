package io.elasticjob.gateway.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.util.unit.DataSize;

class GatewayBoundsTest {

    private final ElasticJobGatewayProperties.Limits limits = new ElasticJobGatewayProperties.Limits();

    @ParameterizedTest
    @ValueSource(ints = {0, -1, Integer.MIN_VALUE, Integer.MAX_VALUE})
    void numbersUnderWhichNobodyCouldAttachAreRefused(int number) {
        limits.setWorkers(number);
        refused("elasticjob.gateway.limits.workers", Integer.toString(number));
        limits.setWorkers(1);
        limits.setCrews(number);
        refused("elasticjob.gateway.limits.crews", Integer.toString(number));
    }

    @Test
    void soIsMemoryOfANegativeSize() {
        limits.setLogs(DataSize.ofBytes(Long.MIN_VALUE));
        refused("elasticjob.gateway.limits.logs", "-9223372036854775808B");
        limits.setLogs(DataSize.ofBytes(0));
        assertThat(GatewayBounds.limits(limits).logs()).isZero();
    }

    private void refused(String key, String value) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> GatewayBounds.limits(limits))
                .withMessageContaining(key)
                .withMessageContaining(value);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "s1:8443",
                "ftp://s1",
                "http://",
                "http:///path",
                "https://user:secret@s1",
                "https://s1?x=1",
                "https://s1#x",
                "https://s1:8443 ",
                "https://s1\n",
                "ｈttps://s1",
                "https://ｓ1",
                "https://%zz",
                "https://s1:99999",
                "https://s1:0",
                "https://s1:port",
                "https://:8443",
                "https://,",
                "https://s1,s2"
            })
    void addressesAtWhichNobodyIsReachedAreRefused(String address) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> GatewayBounds.addresses(List.of("https://s0", address)))
                .withMessageContaining("elasticjob.gateway.addresses[1]")
                .withMessageContaining("such as https://s1:8443");
    }

    @Test
    void oneOfManyIsNamedAndTooManyAreRefused() {
        assertThatCode(() -> GatewayBounds.addresses(
                        List.of("http://127.0.0.1:8080", "https://my_gateway:8443/jobs", "HTTPS://[::1]:8443")))
                .doesNotThrowAnyException();
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> GatewayBounds.addresses(Collections.nCopies(101, "https://s1")))
                .withMessageContaining("elasticjob.gateway.addresses");
    }
}
