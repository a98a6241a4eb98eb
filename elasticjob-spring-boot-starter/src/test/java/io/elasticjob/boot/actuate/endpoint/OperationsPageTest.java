package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobOperations;
import io.elasticjob.view.Finding;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The pages on the endpoint name all operations and findings, and no others. */
class OperationsPageTest {

    private static final String OPERATIONS = page("endpoint.md");
    private static final String FINDINGS = page("explain.md");

    @Test
    void everyFindingIsExplained() {
        assertThat(FINDINGS.lines().filter(line -> line.matches("\\| `[A-Z_]+` .*")))
                .extracting(line -> line.split("`")[1])
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Finding.Code.values()).map(Enum::name).toList());
    }

    @Test
    void everyOperationIsShown() {
        Matcher shown = Pattern.compile("\"operation\": \"([a-z]+)\"").matcher(OPERATIONS);
        assertThat(shown.results().map(found -> found.group(1)).distinct())
                .containsExactlyInAnyOrder(
                        "trigger",
                        "backfill",
                        "cancel",
                        "rerun",
                        "configure",
                        "reset",
                        "disable",
                        "enable",
                        "create",
                        "transfer",
                        "drain",
                        "resume");
        assertThatThrownBy(() -> steering().job("orders", "?", new EndpointRequests.Request("", OperationFields.of())))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageEndingWith(
                        "there are trigger, backfill, cancel, rerun, configure, reset, disable, enable, create, transfer");
        assertThatThrownBy(
                        () -> steering().instance("till", "?", new EndpointRequests.Request("", OperationFields.of())))
                .hasMessageEndingWith("there are drain, resume");
    }

    private static EndpointRequests steering() {
        JobOperations untouched = (JobOperations) Proxy.newProxyInstance(
                JobOperations.class.getClassLoader(), new Class<?>[] {JobOperations.class}, (proxy, method, given) -> {
                    throw new AssertionError("refused before");
                });
        return new EndpointRequests(untouched, Optional::empty, new Audit(event -> {}));
    }

    private static String page(String name) {
        try {
            return Files.readString(Path.of("..", "docs", "reference", name));
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
    }
}
