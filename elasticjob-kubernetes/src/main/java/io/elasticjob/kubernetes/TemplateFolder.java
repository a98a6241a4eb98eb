package io.elasticjob.kubernetes;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Templates that lie in a folder, such as a mounted ConfigMap: {@code resize.yaml} is the template {@code resize}. What changes
 * there is noticed by {@link #refresh}; what is broken then stays as it was.
 *
 * @since 0.1.0
 */
public final class TemplateFolder implements Supplier<Map<String, JobTemplate>> {

    private static final Logger log = LoggerFactory.getLogger(TemplateFolder.class);

    private static final Pattern FILE = Pattern.compile("([A-Za-z0-9][A-Za-z0-9._-]{0,99})\\.ya?ml");

    private final Path folder;
    private volatile Map<String, Entry> there;
    private @Nullable String told;

    private record Entry(String text, JobTemplate template) {}

    private TemplateFolder(Path folder) throws IOException {
        this.folder = folder;
        this.there = read(Map.of());
    }

    /**
     * Reads it.
     *
     * @throws IOException when it cannot be read
     * @throws IllegalArgumentException naming the file and the field, when one is no template
     */
    public static TemplateFolder of(Path folder) throws IOException {
        return new TemplateFolder(folder);
    }

    /** Reads it again. */
    public void refresh() {
        try {
            there = read(there);
            told = null;
        } catch (IOException | IllegalArgumentException e) {
            String problem = e.toString();
            if (!problem.equals(told)) {
                told = problem;
                log.warn("Templates in {} stay as they were before: {}", folder, problem);
            }
        }
    }

    private Map<String, Entry> read(Map<String, Entry> before) throws IOException {
        Map<String, Entry> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : (Iterable<Path>) files.sorted()::iterator) {
                Matcher name = FILE.matcher(file.getFileName().toString());
                if (name.matches() && Files.isRegularFile(file)) {
                    Entry known = before.get(name.group(1));
                    String text = Files.readString(file);
                    found.put(name.group(1), known != null && known.text().equals(text) ? known : parsed(file, text));
                }
            }
        }
        return Map.copyOf(found);
    }

    private static Entry parsed(Path file, String text) {
        try {
            return new Entry(text, JobTemplate.parse(text));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
        }
    }

    @Override
    public Map<String, JobTemplate> get() {
        Map<String, JobTemplate> templates = new TreeMap<>();
        there.forEach((name, entry) -> templates.put(name, entry.template()));
        return templates;
    }
}
