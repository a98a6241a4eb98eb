package io.elasticjob.kubernetes.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.autoconfigure.ElasticJobPropertyNamesAutoConfiguration;
import io.elasticjob.kubernetes.JobTemplate;
import io.elasticjob.kubernetes.KubernetesCluster;
import io.elasticjob.kubernetes.TemplateFolder;
import io.elasticjob.spi.Cluster;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

class ElasticJobKubernetesAutoConfigurationTest {

    private static final String MANIFEST = """
            apiVersion: batch/v1
            kind: Job
            spec:
              template:
                spec:
                  containers:
                    - name: task
                      image: registry.example.org/task:1.0
                      command: [/app/task]
            """;

    @TempDir
    Path folder;

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ElasticJobKubernetesAutoConfiguration.class))
            .withUserConfiguration(Client.class);

    @Configuration(proxyBeanMethods = false)
    static class Client {

        @Bean
        KubernetesClient client() {
            return new KubernetesClientBuilder().withConfig(Config.empty()).build();
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Composed {

        @Bean
        JobTemplate report() {
            return JobTemplate.parse(MANIFEST);
        }
    }

    @Test
    void isOffByDefault() {
        runner.run(context -> assertThat(context).doesNotHaveBean(Cluster.class));
    }

    /** Also what nobody uses while known deaths are switched off. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
            false, selector, app=shop, -
            false, selektor, app=shop, elasticjob.kubernetes.known-deaths.selektor
            true,  selektor, app=shop, elasticjob.kubernetes.known-deaths.selektor
            on,    selector, app=shop, must be true or false
            """)
    void namesBelowKnownDeathsAreChecked(String enabled, String key, String value, String refused) {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ElasticJobPropertyNamesAutoConfiguration.class))
                .withPropertyValues(
                        "elasticjob.kubernetes.known-deaths.enabled=" + enabled,
                        "elasticjob.kubernetes.known-deaths." + key + "=" + value)
                .run(context -> {
                    if (refused == null) {
                        assertThat(context).hasNotFailed();
                    } else {
                        assertThat(context).getFailure().hasStackTraceContaining(refused);
                    }
                });
    }

    @Test
    void isOffWithElasticJob() {
        enabled()
                .withPropertyValues("elasticjob.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(Cluster.class));
    }

    @Test
    void offersTemplatesOfCodeOfFilesAndOfAFolder() throws IOException {
        Files.writeString(folder.resolve("index.yaml"), MANIFEST);
        Files.writeString(folder.resolve("notes.txt"), "nothing");
        Path file = Files.writeString(folder.resolve("elsewhere.manifest"), MANIFEST);

        enabled()
                .withUserConfiguration(Composed.class)
                .withPropertyValues(
                        "elasticjob.kubernetes.templates.resize=file:" + file,
                        "elasticjob.kubernetes.template-folder=" + folder)
                .run(context -> {
                    assertThat(context).hasSingleBean(KubernetesCluster.class);
                    assertThat(context.getBean(Cluster.class).name()).isEqualTo("kubernetes");
                    assertThat(context.getBean(Cluster.class).templates())
                            .containsExactlyInAnyOrder("report", "resize", "index");
                });
    }

    @Test
    void readsAFolderAgainAndKeepsWhatIsBroken() throws IOException {
        Path file = Files.writeString(folder.resolve("index.yaml"), MANIFEST);
        TemplateFolder templates = TemplateFolder.of(folder);
        JobTemplate first = templates.get().get("index");

        Files.writeString(file, MANIFEST.replace("command", "commando"));
        templates.refresh();
        assertThat(templates.get()).containsEntry("index", first);

        Files.writeString(file, MANIFEST.replace("1.0", "2.0"));
        Files.writeString(folder.resolve("more.yml"), MANIFEST);
        templates.refresh();
        assertThat(templates.get()).containsOnlyKeys("index", "more");
        assertThat(templates.get().get("index")).isNotSameAs(first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "namespace=Jobs | elasticjob.kubernetes.namespace",
                "name=K8s | elasticjob.kubernetes.name",
                "calls-per-second=0 | elasticjob.kubernetes.calls-per-second",
                "template-folder=/no/such | elasticjob.kubernetes.template-folder",
                "templates.resize=file:/no/such.yaml | elasticjob.kubernetes.templates.resize"
            })
    void refusesAWrongSettingByItsName(String setting, String key) {
        enabled()
                .withPropertyValues("elasticjob.kubernetes." + setting)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(InvalidSettingException.class)
                        .hasMessageContaining(key));
    }

    @Test
    void needsANamespace() {
        runner.withPropertyValues("elasticjob.kubernetes.enabled=true")
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("elasticjob.kubernetes.namespace"));
    }

    private ApplicationContextRunner enabled() {
        return runner.withPropertyValues("elasticjob.kubernetes.enabled=true", "elasticjob.kubernetes.namespace=jobs");
    }
}
