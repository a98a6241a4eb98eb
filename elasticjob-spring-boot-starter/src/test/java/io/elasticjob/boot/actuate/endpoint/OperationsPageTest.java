package io.elasticjob.boot.actuate.endpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobOperations;
import io.elasticjob.coordination.Finding;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/operations.md says there is, is there, and the other way round. */
class OperationsPageTest {

    private static final String PAGE = page();

    @Test
    void everyFindingIsExplained() {
        assertThat(PAGE.lines().filter(line -> line.matches("\\| `[A-Z_]+` .*")))
                .extracting(line -> line.split("`")[1])
                .containsExactlyInAnyOrderElementsOf(
                        Arrays.stream(Finding.Code.values()).map(Enum::name).toList());
    }

    @Test
    void everyOperationIsShown() {
        Matcher shown = Pattern.compile("\"operation\": \"([a-z]+)\"").matcher(PAGE);
        assertThat(shown.results().map(found -> found.group(1)).distinct())
                .containsExactlyInAnyOrder(
                        "trigger", "configure", "reset", "disable", "enable", "create", "drain", "resume");
        for (String ofJobs : new String[] {"trigger", "configure", "reset", "disable", "enable", "create"}) {
            assertThatThrownBy(() -> steering().job("orders", "?", new Steering.Request("", Fields.of())))
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContaining(ofJobs);
        }
        assertThatThrownBy(() -> steering().instance("till", "?", new Steering.Request("", Fields.of())))
                .hasMessageContaining("there are drain, resume");
    }

    private static Steering steering() {
        JobOperations untouched = (JobOperations) Proxy.newProxyInstance(
                JobOperations.class.getClassLoader(), new Class<?>[] {JobOperations.class}, (proxy, method, given) -> {
                    throw new AssertionError("refused before");
                });
        return new Steering(untouched, Optional::empty, new Audit(event -> {}));
    }

    private static String page() {
        try {
            return Files.readString(Path.of("../docs/operations.md"));
        } catch (IOException missing) {
            throw new AssertionError(missing);
        }
    }
}
