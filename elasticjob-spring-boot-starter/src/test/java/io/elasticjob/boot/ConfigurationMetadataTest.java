package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import java.io.InputStream;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigurationMetadataTest {

    @Test
    void everyPropertyIsDescribedAndEveryKeyOfAJobIsHinted() throws Exception {
        JsonNode metadata;
        try (InputStream json = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = JsonMapper.shared().readTree(json);
        }
        for (JsonNode property : metadata.get("properties")) {
            assertThat(property.path("description").asString(""))
                    .as(property.get("name").asString())
                    .isNotBlank();
        }
        Set<String> hinted = new TreeSet<>();
        metadata.get("hints")
                .forEach(hint -> hint.get("values")
                        .forEach(value -> hinted.add(value.get("value").asString())));
        assertThat(hinted)
                .containsExactlyInAnyOrderElementsOf(JobKey.values().stream()
                        .filter(key -> !key.key().startsWith("probe")) // which only tests have
                        .map(key -> key.key().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT))
                        .toList());
    }
}
