package io.elasticjob.slurm.autoconfigure;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import io.elasticjob.boot.autoconfigure.ElasticJobKindProperties;
import io.elasticjob.kind.Secrets;
import io.elasticjob.slurm.SlurmCluster;
import io.elasticjob.slurm.SlurmSettings;
import io.elasticjob.slurm.SlurmTemplate;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;

/** The cluster of Slurm, where {@code elasticjob.slurm.enabled=true}. */
@AutoConfiguration(before = ElasticJobAutoConfiguration.class)
@ConditionalOnBooleanProperty(name = "elasticjob.enabled", matchIfMissing = true)
@ConditionalOnBooleanProperty(name = "elasticjob.slurm.enabled")
@EnableConfigurationProperties({ElasticJobSlurmProperties.class, ElasticJobKindProperties.class})
public final class ElasticJobSlurmAutoConfiguration {

    private static final String PREFIX = "elasticjob.slurm.";

    @Bean
    @ConditionalOnMissingBean
    SlurmCluster elasticJobSlurmCluster(ElasticJobSlurmProperties properties, ElasticJobKindProperties kinds) {
        return new SlurmCluster(settings(properties, Secrets.of(kinds.getSecrets())));
    }

    private static SlurmSettings settings(ElasticJobSlurmProperties properties, Secrets secrets) {
        Path directory = properties.getDirectory();
        if (directory == null) {
            throw new InvalidSettingException(
                    PREFIX + "directory", "", "is missing: name a directory that this machine shares with all nodes");
        }
        Map<String, SlurmTemplate> templates = new LinkedHashMap<>();
        properties.getTemplates().forEach((name, written) -> {
            String key = PREFIX + "templates." + name;
            templates.put(
                    name,
                    new SlurmTemplate(
                            written.getCommand(),
                            written.getWorkingDirectory(),
                            variables(key + ".environment", written.getEnvironment(), secrets),
                            written.getOptions()));
        });
        return new SlurmSettings(
                properties.getName(),
                directory,
                properties.getPrograms(),
                properties.getConfiguration(),
                new SlurmSettings.Times(
                        properties.getPollInterval(),
                        properties.getCommandTimeout(),
                        properties.getLostAfter(),
                        properties.getKeep()),
                templates);
    }

    private static Map<String, String> variables(String key, List<String> written, Secrets secrets) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (int i = 0; i < written.size(); i++) {
            String where = key + "[" + i + "]";
            int equals = written.get(i).indexOf('=');
            if (equals < 1) {
                throw new InvalidSettingException(
                        where, InvalidSettingException.hidden(written.get(i)), "is no variable: write NAME=value");
            }
            String name = written.get(i).substring(0, equals).strip();
            if (variables.put(name, secrets.resolve(where, written.get(i).substring(equals + 1))) != null) {
                throw new InvalidSettingException(where, name, "is set twice");
            }
        }
        return variables;
    }
}
