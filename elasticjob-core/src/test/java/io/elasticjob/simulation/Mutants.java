package io.elasticjob.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.TreeSet;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;

/**
 * Holds that the checker sees a broken rule in one of the first histories. Which of them has shown it the last time is kept
 * in {@value #FILE}, to be looked at first: a rule that is seldom seen would cost a thousand histories each time. Where a
 * change makes others show it, all are looked at, and {@code -Dsimulation.write} keeps the new ones.
 */
final class Mutants {

    private static final String FILE = "shown-by.properties";
    private static final Path SOURCE = Path.of("src/test/resources/io/elasticjob/simulation", FILE);
    private static final boolean WRITE = Boolean.getBoolean("simulation.write");
    private static final Properties SHOWN_BY = shownBy();

    private Mutants() {}

    /**
     * @param seeds the histories that may be looked at, from the first one
     * @param isSeen if the checker sees it in the history of this seed
     */
    static void assertSeen(Enum<?> mutant, int seeds, LongPredicate isSeen) throws Exception {
        String name = mutant.getDeclaringClass().getSimpleName() + "." + mutant.name();
        long shown = Long.parseLong(SHOWN_BY.getProperty(name, "0"));
        if (shown >= 1 && shown <= seeds && isSeen.test(shown)) {
            return;
        }
        OptionalLong first = SimulationTest.firstOf(seeds, isSeen);
        assertThat(first)
                .as("the first seed of %s at which the checker sees %s", seeds, mutant)
                .isPresent();
        if (WRITE) {
            SHOWN_BY.setProperty(name, Long.toString(first.getAsLong()));
            write();
        }
    }

    private static Properties shownBy() {
        Properties read = new Properties();
        try (InputStream file = Mutants.class.getResourceAsStream(FILE)) {
            if (file != null) {
                read.load(file);
            }
        } catch (IOException e) {
            throw new AssertionError(FILE + " cannot be read", e);
        }
        return read;
    }

    /** In order, and without the date that the platform would write. */
    private static void write() throws IOException {
        List<String> lines = new TreeSet<>(SHOWN_BY.stringPropertyNames())
                .stream().map(name -> name + "=" + SHOWN_BY.getProperty(name)).collect(Collectors.toList());
        lines.add(0, "# The seed of a history that has shown the broken rule: see Mutants.");
        Files.createDirectories(SOURCE.getParent());
        Files.write(SOURCE, lines, StandardCharsets.UTF_8);
    }
}
