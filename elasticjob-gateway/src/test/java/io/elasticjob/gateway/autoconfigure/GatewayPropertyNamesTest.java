package io.elasticjob.gateway.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.autoconfigure.ElasticJobPropertyNamesAutoConfiguration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

/** Where the gateway is on the class path, its properties are known one by one, as those of the starter are. */
class GatewayPropertyNamesTest {

    @Configuration(proxyBeanMethods = false)
    @EnableConfigurationProperties(ElasticJobGatewayProperties.class)
    static class Bound {}

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ElasticJobPropertyNamesAutoConfiguration.class))
            .withUserConfiguration(Bound.class);

    @ParameterizedTest
    @CsvSource({
        "elasticjob.gateway.inscure, elasticjob.gateway.insecure",
        "elasticjob.gatway.enabled, elasticjob.gateway.enabled",
        "elasticjob.gateway.limits.worker, elasticjob.gateway.limits.workers",
        "elasticjob.gateway.clients.billing.token-hash[0], elasticjob.gateway.clients.billing.token-hashes[0]",
    })
    void aMisspeltNameIsRefusedWithTheNearest(String written, String meant) {
        runner.withPropertyValues(written + "=x")
                .run(context -> assertThat(context)
                        .getFailure()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageStartingWith(written)
                        .hasMessageContaining("did you mean \"" + meant + "\"?"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "elasticjob.gateway.clients.billing.token-hashes[0]=x",
                "elasticjob.gateway.clients.billing.handlers=copy,move",
                "elasticjob.gateway.limits.workers=7",
                "elasticjob.gateway.enabled=true",
            })
    void eachNameThatThereIsIsTaken(String property) {
        runner.withPropertyValues(property).run(context -> assertThat(context).hasNotFailed());
    }
}
