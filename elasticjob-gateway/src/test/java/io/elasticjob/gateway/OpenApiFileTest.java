package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import com.networknt.schema.dialect.DialectId;
import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The OpenAPI file by itself. Other tests hold what is said against it. */
class OpenApiFileTest {

    private final JsonNode file = OpenApiFile.read();

    @Test
    void itIsOfOpenApi31AndHasAllOperations() {
        assertThat(file.path("openapi").asString()).startsWith("3.1.");
        assertThat(new OpenApiFile().operations()).containsExactlyInAnyOrder("attach", "detach", "exchange");
        List<String> dangling = new ArrayList<>();
        references(file, dangling);
        assertThat(dangling).as("references to nothing").isEmpty();
    }

    private void references(JsonNode node, List<String> dangling) {
        if (node.has("$ref")
                && file.at(node.path("$ref").asString().substring(1)).isMissingNode()) {
            dangling.add(node.path("$ref").asString());
        }
        node.forEach(below -> references(below, dangling));
    }

    @Test
    void eachSchemaIsOneByJsonSchema() {
        SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
        file.at("/components/schemas")
                .properties()
                .forEach(schema -> assertThat(registry.getSchema(SchemaLocation.of(DialectId.DRAFT_2020_12))
                                .validate(schema.getValue().toString(), InputFormat.JSON))
                        .as(schema.getKey())
                        .isEmpty());
    }

    @Test
    void itsLimitsAreThoseOfTheGateway() {
        assertThat(limit("Attach/properties/name/maxLength")).isEqualTo(WireLimits.NAME);
        assertThat(limit("Attach/properties/handlers/maxItems")).isEqualTo(WireLimits.HANDLERS);
        assertThat(limit("Attach/properties/labels/maxProperties")).isEqualTo(WireLimits.LABELS);
        assertThat(limit("Attach/properties/slots/maximum")).isEqualTo(WireLimits.SLOTS);
        assertThat(limit("Exchange/properties/free/maximum")).isEqualTo(WireLimits.SLOTS);
        assertThat(limit("Result/properties/log/maxLength")).isEqualTo(WireLimits.LOG);
        assertThat(limit("Result/properties/result/maxLength")).isEqualTo(WireLimits.RESULT_BYTES);
        assertThat(limit("Held/properties/result/maxLength")).isEqualTo(WireLimits.RESULT_BYTES);
        assertThat(limit("Result/properties/reason/maxLength")).isEqualTo(WireLimits.REASON);
        assertThat(limit("Held/properties/reason/maxLength")).isEqualTo(WireLimits.REASON);
        assertThat(limit("Note/properties/log/maxLength")).isEqualTo(WireLimits.LOG);
    }

    private int limit(String pointer) {
        return file.at("/components/schemas/" + pointer).asInt(-1);
    }

    @Test
    void itHasAllKindsOfProblemsAndNoOthers() {
        List<ProblemException> all = List.of(
                ProblemException.invalid("a", "b", "c"),
                ProblemException.unreadable("a"),
                ProblemException.unauthenticated(),
                ProblemException.forbidden("a", "b", "c"),
                ProblemException.notAttached("a"),
                ProblemException.noSuchAddress(),
                ProblemException.methodNotAllowed("PUT"),
                ProblemException.nameTaken("a", 1),
                ProblemException.stillHolds(List.of("a")),
                ProblemException.tooLarge(1),
                ProblemException.tooMany("workers", 1, 1),
                ProblemException.cutOff("a", 1, List.of("https://s1")),
                ProblemException.notPassed("a"),
                ProblemException.failed());
        OpenApiFile strict = new OpenApiFile();
        all.forEach(one -> assertThat(strict.check("/components/schemas/Problem", one.toJson()))
                .as(one.code())
                .isEmpty());
        Stream<String> listed = file.at("/components/schemas/Problem/properties/code/enum")
                .valueStream()
                .map(JsonNode::asString);
        assertThat(listed)
                .containsExactlyInAnyOrderElementsOf(
                        all.stream().map(ProblemException::code).toList());
    }

    @Test
    void whatTheFileDoesNotHaveIsSeen() {
        OpenApiFile strict = new OpenApiFile();
        assertThat(strict.check("/components/schemas/Attach", json("{\"name\":\"a\",\"process\":\"p\"}")))
                .anyMatch(fault -> fault.contains("handlers"));
        assertThat(strict.check("/components/schemas/Exchange", json("{\"seq\":1,\"fre\":3}")))
                .anyMatch(fault -> fault.contains("fre"));
        assertThat(strict.check("/components/schemas/Held", json("{\"id\":\"x\",\"state\":\"ENDED\",\"runningMs\":1}")))
                .anyMatch(fault -> fault.contains("outcome"));
        assertThat(strict.faults(new OpenApiFile.Said(
                        "POST",
                        "/elasticjob/workers/v1/a.b/exchange",
                        json("{\"seq\":1}"),
                        503,
                        "application/problem+json",
                        null,
                        ProblemException.cutOff("a", 1, List.of()).toJson())))
                .singleElement()
                .asString()
                .contains("Retry-After");
    }

    private static byte[] json(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
