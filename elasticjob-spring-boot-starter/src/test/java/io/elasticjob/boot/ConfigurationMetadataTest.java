package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ConfigurationMetadataTest {

    @Test
    void everyPropertyIsDescribed() throws Exception {
        JsonNode metadata;
        try (InputStream json = getClass().getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
            metadata = JsonMapper.shared().readTree(json);
        }
        for (JsonNode property : metadata.get("properties")) {
            assertThat(property.path("description").asString(""))
                    .as(property.get("name").asString())
                    .isNotBlank();
        }
    }
}
