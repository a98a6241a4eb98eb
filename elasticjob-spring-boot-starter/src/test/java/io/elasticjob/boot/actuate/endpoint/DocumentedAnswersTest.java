package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Answers in the endpoint's reference are answers that it gives: each is read as one, and written again. */
class DocumentedAnswersTest {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .changeDefaultPropertyInclusion(any -> any.withValueInclusion(JsonInclude.Include.NON_NULL))
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of("GET /changes?", ChangesDescriptor.class),
                Arguments.of("GET /jobs/settleInvoices/statistics?", StatisticsDescriptor.class),
                Arguments.of("GET /jobs/report/firings/trigger-3", FiringsDescriptor.FiringDescriptor.class),
                Arguments.of("GET /jobs/images/log?", LogDescriptor.class),
                Arguments.of("POST /jobs {", ManyDescriptor.class),
                Arguments.of("GET /export?", ExportDescriptor.class),
                Arguments.of("curl -s 'http://127.0.0.1:8080/actuator/elasticjob/export'", ManyDescriptor.class),
                Arguments.of("GET /audit?", AuditReader.AuditDescriptor.class));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void areAnswersThatItGives(String request, Class<?> type) throws IOException {
        JsonNode shown = MAPPER.readTree(answer(request));

        JsonNode written = MAPPER.valueToTree(MAPPER.treeToValue(shown, type));

        assertThat(written).isEqualTo(shown);
    }

    /** What stands in the block of the request, after the empty line. */
    private static String answer(String request) throws IOException {
        String page = Files.readString(Path.of("..", "docs", "reference", "endpoint.md"));
        String[] parts = page.split("(?m)^```.*$"); // every second one is a block
        for (int i = 1; i < parts.length; i += 2) {
            String block = parts[i].strip();
            int gap = block.indexOf("\n\n{");
            if (gap > 0 && block.startsWith(request)) {
                return block.substring(gap + 2);
            }
        }
        throw new AssertionError("The page has no example of " + request);
    }
}
