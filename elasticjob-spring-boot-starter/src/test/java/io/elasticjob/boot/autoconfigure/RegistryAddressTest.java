package io.elasticjob.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.elasticjob.InvalidSettingException;
import org.junit.jupiter.api.Test;
import org.springframework.boot.cloud.CloudPlatform;

class RegistryAddressTest {

    @Test
    void aConfiguredZooKeeperIsUsedWhateverElseIsSaid() {
        assertThat(RegistryAddress.of("zk:2181", true, CloudPlatform.KUBERNETES))
                .isEqualTo(new RegistryAddress.Remote("zk:2181"));
    }

    @Test
    void withoutOneTheEmbeddedServerIsUsed() {
        assertThat(RegistryAddress.of(null, null, null)).isEqualTo(new RegistryAddress.Embedded());
    }

    @Test
    void onACloudPlatformTheEmbeddedServerHasToBeAskedFor() {
        assertThat(RegistryAddress.of(null, true, CloudPlatform.KUBERNETES)).isEqualTo(new RegistryAddress.Embedded());
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> RegistryAddress.of(null, null, CloudPlatform.KUBERNETES))
                .withMessageContaining("elasticjob.registry.connect-string")
                .withMessageContaining("KUBERNETES")
                .withMessageContaining("elasticjob.registry.embedded.enabled=true");
    }

    @Test
    void noneAtAllIsRefusedNamingBothKeys() {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> RegistryAddress.of(null, false, null))
                .withMessageContaining("elasticjob.registry.embedded.enabled: \"false\"")
                .withMessageContaining("elasticjob.registry.connect-string");
    }

    @Test
    void theEmbeddedServerKeepsItsDataAmongTemporaryFiles() {
        assertThat(ZooKeeperConfiguration.defaultDirectory().toString())
                .startsWith(System.getProperty("java.io.tmpdir"))
                .contains(System.getProperty("user.name"))
                .endsWith("zookeeper");
    }
}
