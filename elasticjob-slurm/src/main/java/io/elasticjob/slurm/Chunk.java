package io.elasticjob.slurm;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * A part of a run that is one array job. Slurm keeps its text as the comment of the job, so that it tells from which to which
 * place the array goes.
 *
 * @param number from 0
 * @param size tasks of each chunk but the last
 * @param tasks of the whole run
 */
record Chunk(int number, int size, int tasks) {

    Chunk {
        if (number < 0 || size < 1 || (long) number * size >= tasks) {
            throw new IllegalArgumentException("There is no such chunk: " + number + "/" + size + "/" + tasks);
        }
    }

    /**
     * @param tasks of the run, at least one
     * @param largest size of an array
     */
    static List<Chunk> of(int tasks, int largest) {
        int size = Math.min(tasks, largest);
        List<Chunk> chunks = new ArrayList<>();
        for (int first = 0; first < tasks; first += size) {
            chunks.add(new Chunk(chunks.size(), size, tasks));
        }
        return chunks;
    }

    static Chunk parse(String text) {
        String[] parts = text.split("/", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("No chunk: " + text);
        }
        return new Chunk(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
    }

    String text() {
        return number + "/" + size + "/" + tasks;
    }

    /** Index of its first task. */
    int first() {
        return number * size;
    }

    /** How many tasks it has. */
    int length() {
        return Math.min(size, tasks - first());
    }

    /** How many chunks the run has. */
    int chunks() {
        return (tasks + size - 1) / size;
    }

    /**
     * How many of its tasks run at once at most, so that all chunks together keep to {@code parallelism}; empty for no limit.
     * With fewer than there are chunks, chunks wait for others: {@link #after}.
     */
    OptionalInt atOnce(int parallelism) {
        if (parallelism == 0 || parallelism >= tasks) {
            return OptionalInt.empty();
        }
        int lanes = Math.min(parallelism, chunks());
        int lane = number % lanes;
        return OptionalInt.of(parallelism / lanes + (lane < parallelism % lanes ? 1 : 0));
    }

    /** Number of the chunk that has to end before this one begins. */
    Optional<Integer> after(int parallelism) {
        return parallelism == 0 || number < parallelism ? Optional.empty() : Optional.of(number - parallelism);
    }
}
