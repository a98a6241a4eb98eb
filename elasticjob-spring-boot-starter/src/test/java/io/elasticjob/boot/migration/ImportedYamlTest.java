package io.elasticjob.boot.migration;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;

/** What is written is what an application reads. */
class ImportedYamlTest {

    private static final String STRANGE = "a: \"b\" # c\n\t\\ ${HOME} \u0001 \u2028 'd' %x 京";

    @Test
    void anApplicationReadsEachValueAsItWas() throws IOException {
        ImportedJob plain = ImportedJob.named("orders", "a class")
                .set(JobKey.CRON, "0/5 * * * * ?")
                .set(JobKey.ZONE, "GMT+08:00")
                .set(JobKey.SHARDING_TOTAL_COUNT, "3")
                .set(JobKey.SHARDING_ITEM_PARAMETERS, "0=\"DE, AT\",1=no")
                .set(JobKey.FAILOVER, "true")
                .set(JobKey.MISFIRE, "SKIP")
                .build();
        ImportedJob strange =
                new ImportedJob("com.acme.Job", "a class", Map.of(JobKey.JOB_PARAMETER, STRANGE), List.of("x\ny"));
        ImportedJob words = new ImportedJob(
                "words", "a class", Map.of(JobKey.JOB_PARAMETER, "no", JobKey.DESCRIPTION, "007"), List.of());

        String yaml = ImportedYaml.of("a test", List.of(plain, strange, words));

        assertThat(plain.remarks()).isEmpty();
        assertThat(bound(yaml, "orders"))
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "cron", "0/5 * * * * ?",
                        "zone", "GMT+08:00",
                        "sharding-total-count", "3",
                        "sharding-item-parameters", "0=\"DE, AT\",1=no",
                        "failover", "true",
                        "misfire", "SKIP"));
        assertThat(bound(yaml, "[com.acme.Job]")).containsExactly(Map.entry("job-parameter", STRANGE));
        assertThat(bound(yaml, "words"))
                .containsExactlyInAnyOrderEntriesOf(Map.of("job-parameter", "no", "description", "007"));
        assertThat(yaml).contains("# NOT TRANSLATED: x");
    }

    @Test
    void jobsWithoutSettingsAreComments() throws IOException {
        ImportedJob nothing = ImportedJob.named("byHand", "a class").build();

        String yaml = ImportedYaml.of("a test", List.of(nothing));

        assertThat(yaml).contains("# byHand has no settings");
        assertThat(new YamlPropertySourceLoader().load("jobs", resource(yaml))).isEmpty();
    }

    private static Map<String, String> bound(String yaml, String job) throws IOException {
        StandardEnvironment environment = new StandardEnvironment();
        new YamlPropertySourceLoader().load("jobs", resource(yaml)).forEach(environment.getPropertySources()::addFirst);
        return Binder.get(environment)
                .bind("elasticjob.jobs." + job, Bindable.mapOf(String.class, String.class))
                .orElse(Map.of());
    }

    private static ByteArrayResource resource(String yaml) {
        return new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8));
    }
}
