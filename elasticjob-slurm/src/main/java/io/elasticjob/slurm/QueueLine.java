package io.elasticjob.slurm;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ClusterException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One line of {@code squeue}: tasks of one chunk that are in the same state.
 *
 * @param job number of the array job
 * @param tasks places in the chunk; empty for all of it that no other line tells of
 * @param word Slurm's own word for the state
 * @param isHeld whether nothing of it starts before a release
 * @param name under which the run was created, with what tells one creation from others
 */
record QueueLine(long job, Optional<Indexes> tasks, String word, boolean isHeld, String name, Chunk chunk) {

    /** What {@code squeue} is asked for. The two that others choose freely are last. */
    static final String FORMAT = "%F|%K|%T|%Q|%j|%k";

    private static final Pattern LINE =
            Pattern.compile("(\\d+)\\|([^|]*)\\|([A-Z_]+)\\|(\\d+)\\|(ej-[a-z0-9-]+\\.[a-z2-7]+)\\|(\\d+/\\d+/\\d+)");
    private static final Pattern OURS =
            Pattern.compile("[^|]*\\|[^|]*\\|[^|]*\\|[^|]*\\|ej-[a-z0-9-]+\\.[a-z2-7]+\\|.*");
    private static final Pattern STEPS = Pattern.compile("(\\d+)-(\\d+):(\\d+)");

    TaskState state() {
        return TaskState.of(word);
    }

    /**
     * All lines of an answer that are ours.
     *
     * @throws ClusterException when one of ours cannot be read: then nothing is known of it
     */
    static List<QueueLine> all(String answer) {
        List<QueueLine> lines = new ArrayList<>();
        answer.lines().map(String::strip).forEach(line -> read(line).ifPresent(lines::add));
        return lines;
    }

    private static Optional<QueueLine> read(String line) {
        Matcher parts = LINE.matcher(line);
        if (!parts.matches()) {
            if (OURS.matcher(line).matches()) {
                throw new ClusterException(unreadable(line));
            }
            return Optional.empty();
        }
        try {
            return Optional.of(new QueueLine(
                    Long.parseLong(parts.group(1)),
                    tasks(parts.group(2)),
                    parts.group(3),
                    parts.group(4).equals("0"),
                    parts.group(5),
                    Chunk.parse(parts.group(6))));
        } catch (IllegalArgumentException e) {
            throw new ClusterException(unreadable(line), e);
        }
    }

    private static String unreadable(String line) {
        return "squeue has answered what cannot be read: \"" + line + "\"";
    }

    /** {@code 0-9%3}, {@code 4}, {@code 0-8:2,11}; {@code N/A} of an array that was cancelled before any of it began. */
    private static Optional<Indexes> tasks(String written) {
        if (written.equals("N/A")) {
            return Optional.empty();
        }
        String plain = written.replaceAll("[\\[\\]]|%\\d+(?=\\]?$)", "");
        if (plain.isEmpty() || plain.contains("...")) {
            throw new IllegalArgumentException("The list of tasks is cut short");
        }
        List<String> parts = new ArrayList<>();
        for (String part : plain.split(",", -1)) {
            Matcher steps = STEPS.matcher(part);
            if (!steps.matches()) {
                parts.add(part);
                continue;
            }
            int step = Integer.parseInt(steps.group(3));
            if (step < 1) {
                throw new IllegalArgumentException("A step of 0");
            }
            for (int i = Integer.parseInt(steps.group(1)); i <= Integer.parseInt(steps.group(2)); i += step) {
                parts.add(Integer.toString(i));
            }
        }
        return Optional.of(Indexes.parse(String.join(",", parts)));
    }
}
