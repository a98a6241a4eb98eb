package io.elasticjob.slurm.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.slurm.SlurmCluster;
import io.elasticjob.slurm.SlurmSettings;
import io.elasticjob.spi.Cluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.config.YamlPropertiesFactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Bean;
import org.springframework.core.io.ByteArrayResource;

class ElasticJobSlurmAutoConfigurationTest {

    @TempDir
    private Path directory;

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ElasticJobSlurmAutoConfiguration.class));
    }

    private ApplicationContextRunner enabled() {
        return application()
                .withPropertyValues(
                        "elasticjob.slurm.enabled=true",
                        "elasticjob.slurm.name=hpc",
                        "elasticjob.slurm.directory=" + directory,
                        "elasticjob.secrets.db=correct horse",
                        "elasticjob.slurm.templates.resize.command=/opt/resize,--all",
                        "elasticjob.slurm.templates.resize.environment[0]=TOKEN={secret:db}",
                        "elasticjob.slurm.templates.resize.options=--partition=long,--mem=1G");
    }

    @Test
    void thereIsNoClusterUnlessItIsAskedFor() {
        application().run(context -> assertThat(context).doesNotHaveBean(Cluster.class));
        enabled()
                .withPropertyValues("elasticjob.enabled=false")
                .run(context -> assertThat(context).doesNotHaveBean(Cluster.class));
    }

    @Test
    void theClusterHasTheTemplatesOfTheProperties() {
        enabled().run(context -> {
            Cluster cluster = context.getBean(Cluster.class);

            assertThat(cluster.name()).isEqualTo("hpc");
            assertThat(cluster.templates()).containsExactly("resize");
            assertThat(cluster.abilities()).containsExactly(Cluster.Ability.CANCEL_TASKS);
        });
    }

    @Test
    void whatTheGuideShowsIsTaken() throws Exception {
        String guide =
                Files.readString(Path.of(System.getProperty("basedir", ".")).resolve("../docs/guides/slurm.md"));
        Matcher yaml = Pattern.compile("(?s)```yaml\\n(.*?)```").matcher(guide);
        assertThat(yaml.find()).isTrue();
        YamlPropertiesFactoryBean properties = new YamlPropertiesFactoryBean();
        properties.setResources(new ByteArrayResource(yaml.group(1).getBytes(StandardCharsets.UTF_8)));
        String[] written = Objects.requireNonNull(properties.getObject()).entrySet().stream()
                .map(each -> each.getKey() + "=" + each.getValue())
                .toArray(String[]::new);

        application().withPropertyValues(written).run(context -> {
            assertThat(context.getBean(Cluster.class).name()).isEqualTo("hpc");
            assertThat(context.getBean(Cluster.class).templates()).containsExactly("resize");
        });
    }

    @Test
    void oneOfTheApplicationsOwnTakesItsPlace() {
        enabled()
                .withUserConfiguration(Own.class)
                .run(context -> assertThat(context).hasSingleBean(SlurmCluster.class));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "elasticjob.slurm.directory= | elasticjob.slurm.directory",
                "elasticjob.slurm.directory=relative | elasticjob.slurm.directory: \"relative\"",
                "elasticjob.slurm.keep=1h | elasticjob.slurm.keep: \"1h\"",
                "elasticjob.slurm.templates.x.options=--hold | elasticjob.slurm.templates.x.command: \"\" is missing",
                "elasticjob.slurm.templates.resize.environment[0]=TOKEN | elasticjob.slurm.templates.resize.environment[0]",
                "elasticjob.slurm.templates.resize.environment[1]=TOKEN=x | elasticjob.slurm.templates.resize.environment[1]: \"TOKEN\" is set twice",
                "elasticjob.slurm.templates.resize.environment[0]=A={secret:dbb} | elasticjob.slurm.templates.resize.environment[0]: \"{secret:dbb}\" names no secret"
            })
    void whatCannotBeMeantStopsTheApplication(String property, String message) {
        enabled()
                .withPropertyValues(property)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageStartingWith(message));
    }

    static class Own {

        @Bean
        SlurmCluster own(ElasticJobSlurmProperties properties) {
            return new SlurmCluster(new SlurmSettings(
                    "own",
                    Objects.requireNonNull(properties.getDirectory()),
                    null,
                    null,
                    SlurmSettings.Times.DEFAULT,
                    Map.of()));
        }
    }
}
