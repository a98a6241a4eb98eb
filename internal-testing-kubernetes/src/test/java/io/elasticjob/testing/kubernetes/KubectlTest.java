package io.elasticjob.testing.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.testing.machine.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KubectlTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "Client Version: v1.32.4 | true",
                "Client Version: v1.32.4-dispatcher | true",
                "Client Version: v1.100.0 | true",
                "Client Version: v1.29.0 | true",
                "Client Version: v1.28.9 | false",
                "Client Version: version.Info{Major:\"1\", Minor:\"20+\", GitVersion:\"v1.20.2\"} | false",
                "Client Version: v1.9.0 | false",
                "command not found | false",
            })
    void kubectlIsNewEnoughFrom1Dot29On(String version, boolean enough) {
        assertThat(Kubectl.isNewEnough(version)).isEqualTo(enough);
    }

    @Test
    @Needs(value = Kubectl.NAME, there = Kubectl.class)
    void whatKubectlCannotRenderIsAnErrorThatSaysWhy(@TempDir Path empty) {
        assertThatThrownBy(() -> Kubectl.kustomize(empty))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("kustomization");
    }
}
