package io.elasticjob.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SlurmSettingsTest {

    private static SlurmSettings settings(String name, String directory, Map<String, SlurmTemplate> templates) {
        return new SlurmSettings(name, Path.of(directory), null, null, SlurmSettings.Times.DEFAULT, templates);
    }

    private static SlurmTemplate template(String command, String variable, String option) {
        return new SlurmTemplate(
                command.isEmpty() ? List.of() : List.of(command), null, Map.of(variable, "x"), List.of(option));
    }

    @Test
    void whatCanBeMeantIsTaken() {
        assertThat(settings(
                                "hpc-1",
                                "/shared/ej.d/runs_1+a@b",
                                Map.of("Resize_1.2-x", template("/opt/resize", "A_1", "--account=big")))
                        .templates())
                .containsOnlyKeys("Resize_1.2-x");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Hpc | /s | t | x | A | --qos=a | elasticjob.slurm.name: \"Hpc\"",
                "hpc | s | t | x | A | --qos=a | elasticjob.slurm.directory: \"s\"",
                "hpc | /s/%j | t | x | A | --qos=a | elasticjob.slurm.directory: \"/s/%j\"",
                "hpc | '/s/a b' | t | x | A | --qos=a | elasticjob.slurm.directory: \"/s/a b\"",
                "hpc | '/s/a,b' | t | x | A | --qos=a | elasticjob.slurm.directory: \"/s/a,b\"",
                "hpc | /s | ../t | x | A | --qos=a | elasticjob.slurm.templates: \"../t\" is no name of a template",
                "hpc | /s | t | '' | A | --qos=a | elasticjob.slurm.templates.t.command: \"\" is missing",
                "hpc | /s | t | x | A B | --qos=a | elasticjob.slurm.templates.t.environment: \"A B\" cannot be set",
                "hpc | /s | t | x | EJ_SHARD | --qos=a | elasticjob.slurm.templates.t.environment: \"EJ_SHARD\" cannot be set",
                "hpc | /s | t | x | A | -p long | elasticjob.slurm.templates.t.options[0]: \"-p long\" must be a long option"
            })
    void whatCannotBeMeantIsRefusedByKeyValueAndRule(
            String name,
            String directory,
            String template,
            String command,
            String variable,
            String option,
            String said) {
        assertThatThrownBy(() -> settings(name, directory, Map.of(template, template(command, variable, option))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(said);
    }

    /** Also by a beginning of the option, which sbatch takes for it. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "--array=0-1",
                "--arr=0-1",
                "--hold",
                "--wrap=id",
                "--exp=NONE",
                "--requeue",
                "--comment=x",
                "--wait"
            })
    void optionsThatThisModuleSetsAreRefused(String option) {
        assertThatThrownBy(() -> settings("hpc", "/s", Map.of("t", template("x", "A", option))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageContaining("ElasticJob sets --");
    }

    @ParameterizedTest
    @CsvSource({
        "PT0S, PT20S, PT30S, P30D, poll-interval",
        "PT1M, PT20S, PT30S, P30D, poll-interval",
        "PT2S, PT21S, PT30S, P30D, command-timeout",
        "PT2S, PT20S, PT0S, P30D, lost-after",
        "PT2S, PT20S, PT30S, PT1H, keep"
    })
    void timesHaveBounds(Duration poll, Duration command, Duration lost, Duration keep, String key) {
        assertThatThrownBy(() -> new SlurmSettings.Times(poll, command, lost, keep))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("elasticjob.slurm." + key + ": ");
    }

    @Test
    void theEnvironmentOfATemplateIsNotShown() {
        assertThat(new SlurmTemplate(List.of("x"), null, Map.of("TOKEN", "secret"), List.of()).toString())
                .isEqualTo("[x] []");
    }
}
