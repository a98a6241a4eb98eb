package io.elasticjob.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing that users build on changes unseen. */
class ApiReferenceTests {

    private static final Path COMMITTED = Path.of("..", "docs", "reference", "api.txt");
    private static final List<Path> SOURCES = List.of(
            Path.of("..", "elasticjob-core", "src", "main", "java"),
            Path.of("..", "elasticjob-spring-boot-starter", "src", "main", "java"),
            Path.of("..", "elasticjob-test", "src", "main", "java"));

    private final ApiReference api = new ApiReference(SOURCES);

    @Test
    void theCommittedListIsWhatTheTypesSay() throws IOException {
        String made = api.text();

        if (Boolean.getBoolean("write")) {
            Files.writeString(COMMITTED, made);
        }

        assertThat(Files.exists(COMMITTED) ? Files.readString(COMMITTED) : "")
                .as(
                        "docs/reference/api.txt, what users build on. Where it changes as it should, make the list again by:"
                                + " mvn -pl internal-reference -am verify -Dwrite, and tell users in CHANGELOG.md what to do.")
                .isEqualTo(made);
    }

    @Test
    void whatTheApiNamesIsApiButForWhatIsOnlyHandedOn() {
        assertThat(api.leaks().keySet())
                .as(
                        "types of the project that signatures of the API name, and that are not marked by @since: %s",
                        api.leaks())
                .containsExactlyInAnyOrder(
                        "io.elasticjob.coordination.Unattended",
                        "io.elasticjob.registry.Registry",
                        "io.elasticjob.registry.RegistryLocation",
                        "io.elasticjob.sharding.StrategyCatalog",
                        "io.elasticjob.view.EngineStatus",
                        "io.elasticjob.view.JobDetail",
                        "io.elasticjob.view.NamespaceChanges",
                        "io.elasticjob.view.NamespaceView");
    }

    @Test
    void aListShowsAllThatAUserCanCallOrImplement(@TempDir Path sources) throws IOException {
        Path folder = Files.createDirectories(sources.resolve("io/elasticjob/metadata"));
        Files.writeString(folder.resolve("Shown.java"), """
                /**
                 * Text.
                 *
                 * @since 0.1.0
                 */
                public abstract class Shown {}
                """);
        Files.writeString(folder.resolve("Hidden.java"), """
                /** Not marked. */
                public class Hidden {
                    /** @since 0.1.0 */
                    public void marked() {}
                }
                """);

        ApiReference reference = new ApiReference(List.of(sources));

        assertThat(reference.types()).containsExactly(Shown.class);
        assertThat(reference.text()).isEqualTo("""
                public abstract class io.elasticjob.metadata.Shown<T extends Number> implements Comparable<T>
                    @Nullable String field
                    <E extends Exception> void generic(Class<E> type) throws E
                    @Nullable String mayBeNull(@Nullable String given)
                    Shown()
                    int compareTo(T other)
                    protected abstract java.util.List<? extends T> forSubclasses()
                    static void ofTheType(int[] numbers)
                    public final record Inner
                        Inner(String value)
                        String value()
                """);
        assertThat(reference.leaks()).isEmpty();
    }
}
