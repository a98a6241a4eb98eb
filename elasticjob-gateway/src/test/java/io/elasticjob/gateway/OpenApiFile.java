package io.elasticjob.gateway;

import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * The OpenAPI file of the gateway, as it is in the jar, to hold requests and answers against. It leaves room for members of
 * later versions; here, what it does not list is a mistake.
 */
final class OpenApiFile {

    static final String RESOURCE = "/META-INF/elasticjob/gateway-openapi.yaml";

    private static final String BASE = "urn:gateway";
    private static final String PREFIX = "/elasticjob/workers";
    private static final List<String> METHODS = List.of("get", "put", "post", "delete", "patch");

    /** What was said, and is to be held against the file. */
    record Said(
            String method,
            String path,
            byte[] request,
            int status,
            String contentType,
            @Nullable String retryAfter,
            byte[] answer) {}

    private final JsonNode file;
    private final SchemaRegistry registry;

    OpenApiFile() {
        this.file = read();
        strict(file.at("/components/schemas"));
        this.registry = SchemaRegistry.withDefaultDialect(
                SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(BASE, file.toString())));
    }

    static JsonNode read() {
        try (InputStream in = Objects.requireNonNull(OpenApiFile.class.getResourceAsStream(RESOURCE))) {
            return new YAMLMapper().readTree(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void strict(JsonNode node) {
        if (node instanceof ObjectNode object
                && "object".equals(object.path("type").asString(""))
                && object.has("properties")
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(OpenApiFile::strict);
    }

    /** What is wrong with it, in words; empty when all is as the file has it. */
    List<String> faults(Said said) {
        List<String> faults = new ArrayList<>();
        Optional<String> path = template(said.path());
        JsonNode operation = path.map(known ->
                        file.path("paths").path(known).path(said.method().toLowerCase(java.util.Locale.ROOT)))
                .orElse(file.path("nowhere"));
        if (operation.isMissingNode()) {
            if (said.status() != 404 && said.status() != 405) {
                faults.add("nothing of it is in the file");
            }
            faults.addAll(problem(said));
            return describe(said, faults);
        }
        JsonNode response = operation.path("responses").path(String.valueOf(said.status()));
        if (response.isMissingNode()) {
            faults.add("the file has no answer " + said.status());
            return describe(said, faults);
        }
        String where = "/paths/" + path.orElseThrow().replace("/", "~1") + "/"
                + said.method().toLowerCase(java.util.Locale.ROOT);
        if (said.status() < 300 && operation.has("requestBody")) {
            faults.addAll(check(where + "/requestBody/content/application~1json/schema", said.request()));
        }
        if (response.has("$ref")) {
            where = response.path("$ref").asString().substring(1);
            response = file.at(where);
        } else {
            where += "/responses/" + said.status();
        }
        if (response.at("/headers/Retry-After/required").asBoolean(false)
                && (said.retryAfter() == null || !said.retryAfter().matches("[1-9][0-9]*"))) {
            faults.add("Retry-After is " + said.retryAfter());
        }
        if (!response.has("content")) {
            if (said.answer().length > 0) {
                faults.add("the answer has a body");
            }
            return describe(said, faults);
        }
        if (!response.path("content").has(said.contentType())) {
            faults.add("the answer is of type " + said.contentType());
            return describe(said, faults);
        }
        faults.addAll(check(where + "/content/" + said.contentType().replace("/", "~1") + "/schema", said.answer()));
        if (said.status() >= 400) {
            faults.addAll(problem(said));
        }
        return describe(said, faults);
    }

    private List<String> problem(Said said) {
        if (!said.contentType().equals("application/problem+json")) {
            return List.of("a refusal is of type " + said.contentType());
        }
        List<String> faults = new ArrayList<>(check("/components/schemas/Problem", said.answer()));
        JsonNode problem = new YAMLMapper().readTree(said.answer());
        if (problem.path("status").asInt(0) != said.status()) {
            faults.add("the problem says status " + problem.path("status"));
        }
        if (!problem.path("type")
                .asString("")
                .equals("urn:elasticjob:problem:" + problem.path("code").asString(""))) {
            faults.add("type " + problem.path("type") + " is not of code " + problem.path("code"));
        }
        return faults;
    }

    /** @param pointer of a schema in the file */
    List<String> check(String pointer, byte[] json) {
        return registry
                .getSchema(SchemaLocation.of(BASE + "#" + pointer))
                .validate(new String(json, StandardCharsets.UTF_8), InputFormat.JSON)
                .stream()
                .map(Error::toString)
                .toList();
    }

    private Optional<String> template(String path) {
        if (!path.startsWith(PREFIX)) {
            return Optional.empty();
        }
        String below = path.substring(PREFIX.length());
        return file.path("paths").propertyNames().stream()
                .filter(known -> Pattern.matches(known.replaceAll("\\{[^}]*}", "[^/]+"), below))
                .findFirst();
    }

    private static List<String> describe(Said said, List<String> faults) {
        return faults.stream()
                .map(fault -> said.method() + " " + said.path() + " "
                        + new String(said.request(), StandardCharsets.UTF_8) + " -> " + said.status() + " "
                        + new String(said.answer(), StandardCharsets.UTF_8) + ": " + fault)
                .toList();
    }

    /** Names of all operations, by which one sees that none was forgotten. */
    List<String> operations() {
        List<String> operations = new ArrayList<>();
        file.path("paths")
                .forEach(path -> path.properties().forEach(entry -> {
                    if (METHODS.contains(entry.getKey())) {
                        operations.add(entry.getValue().path("operationId").asString());
                    }
                }));
        return operations;
    }
}
