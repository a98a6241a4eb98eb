package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.figures.Measurement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Results as lines of JSON. */
public final class ResultFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ROOT);
    private static final String ENDING = ".jsonl";

    private final Path file;

    public ResultFile(Path file) {
        this.file = file;
    }

    /** A new one in a folder, named after the present moment. */
    public static ResultFile next(Path folder) {
        String moment = NAME.format(LocalDateTime.now(ZoneOffset.UTC));
        return new ResultFile(folder.resolve(moment + ENDING));
    }

    /**
     * The newest in a folder.
     *
     * @throws IOException when there is none
     */
    public static ResultFile last(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IOException("There are no results in " + folder);
        }
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(ENDING))
                    .max(Comparator.naturalOrder())
                    .map(ResultFile::new)
                    .orElseThrow(() -> new IOException("There are no results in " + folder));
        }
    }

    public static String line(Measurement result) {
        return JSON.writeValueAsString(result);
    }

    /** Adds a line at the end. */
    public void append(Measurement result) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, line(result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @throws IOException that names the line that is no result */
    public List<Measurement> read() throws IOException {
        List<Measurement> results = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            try {
                if (!line.isBlank()) {
                    results.add(JSON.readValue(line, Measurement.class));
                }
            } catch (JacksonException e) {
                throw new IOException(file + ", line " + number + " is no result: " + e.getOriginalMessage(), e);
            }
        }
        return results;
    }

    @Override
    public String toString() {
        return file.toString();
    }
}
