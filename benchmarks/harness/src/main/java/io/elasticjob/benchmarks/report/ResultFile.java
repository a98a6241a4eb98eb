package io.elasticjob.benchmarks.report;

import io.elasticjob.benchmarks.figures.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/** Results as lines of JSON. */
public final class ResultFile {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Path file;

    public ResultFile(Path file) {
        this.file = file;
    }

    public static String line(Result result) {
        return JSON.writeValueAsString(result);
    }

    /** Adds a line at the end. */
    public void append(Result result) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        Files.writeString(file, line(result) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** @throws IOException that names the line that is no result */
    public List<Result> read() throws IOException {
        List<Result> results = new ArrayList<>();
        int number = 0;
        for (String line : Files.readAllLines(file)) {
            number++;
            try {
                if (!line.isBlank()) {
                    results.add(JSON.readValue(line, Result.class));
                }
            } catch (JacksonException e) {
                throw new IOException(file + ", line " + number + " is no result: " + e.getOriginalMessage(), e);
            }
        }
        return results;
    }
}
