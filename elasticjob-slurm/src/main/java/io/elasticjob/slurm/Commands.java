package io.elasticjob.slurm;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRules;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What is asked of Slurm, word for word. No value of a job is ever among the words. */
final class Commands {

    /** What every task runs. */
    static final String SCRIPT = script();

    /** All but COMPLETED: a file tells of those. Slurm has known these words since version 20. */
    private static final String STATES = "PENDING,RUNNING,SUSPENDED,COMPLETING,CONFIGURING,CANCELLED,FAILED,TIMEOUT,"
            + "NODE_FAIL,PREEMPTED,BOOT_FAIL,DEADLINE,OUT_OF_MEMORY,REVOKED,SPECIAL_EXIT,RESV_DEL_HOLD,REQUEUED,"
            + "REQUEUE_FED,REQUEUE_HOLD,RESIZING,SIGNALING,STAGE_OUT,STOPPED";

    private static final Pattern LIMIT = Pattern.compile("(?m)^MaxArraySize\\s*=\\s*(\\d+)\\s*$");
    private static final Pattern NUMBER = Pattern.compile("(?m)^(\\d+)(;\\S*)?$");
    private static final long MIB = 1024 * 1024;

    private final @Nullable Path programs;

    /** @param programs the folder that they are in; null for the PATH */
    Commands(@Nullable Path programs) {
        this.programs = programs;
    }

    private String program(String name) {
        return programs == null ? name : programs.resolve(name).toString();
    }

    private static String script() {
        try (InputStream text = Commands.class.getResourceAsStream("task.sh")) {
            if (text == null) {
                throw new IllegalStateException("task.sh is missing beside " + Commands.class);
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- Submission -------------------------------------------------------------------------------------------------

    /** An array job that does not begin before its release. */
    Command submit(
            Creation creation,
            Chunk chunk,
            SlurmTemplate template,
            ArrayRules rules,
            Folder folder,
            OptionalInt after) {
        String limit = chunk.atOnce(rules.parallelism()).isPresent()
                ? "%" + chunk.atOnce(rules.parallelism()).getAsInt()
                : "";
        List<String> words = new ArrayList<>(List.of(program("sbatch")));
        words.addAll(template.options());
        words.addAll(List.of(
                "--parsable",
                "--hold",
                "--no-requeue",
                "--export=ALL",
                "--array=0-" + (chunk.length() - 1) + limit,
                "--job-name=" + creation.name(),
                "--comment=" + chunk.text(),
                "--chdir=" + (template.workingDirectory() == null ? folder.path() : template.workingDirectory()),
                "--output=" + folder.outputs(chunk)));
        rules.taskTimeout().ifPresent(timeout -> words.add("--time=" + minutes(timeout)));
        if (rules.resources().milliCpus() > 0) {
            words.add("--cpus-per-task=" + (rules.resources().milliCpus() + 999) / 1000);
        }
        if (rules.resources().memoryBytes() > 0) {
            words.add("--mem=" + (rules.resources().memoryBytes() + MIB - 1) / MIB + "M");
        }
        after.ifPresent(job -> words.add("--dependency=afterany:" + job));
        return new Command(
                words,
                Map.of("EJ_FOLDER", folder.path().toString(), "EJ_FIRST_INDEX", Integer.toString(chunk.first())),
                SCRIPT);
    }

    private static long minutes(Duration timeout) {
        return timeout.plusMinutes(1).minusNanos(1).toMinutes();
    }

    /** Number of the job that {@code sbatch --parsable} has answered; empty when there is none. */
    static OptionalInt submitted(String answer) {
        Matcher number = NUMBER.matcher(answer);
        try {
            return number.find() ? OptionalInt.of(Integer.parseInt(number.group(1))) : OptionalInt.empty();
        } catch (NumberFormatException tooLong) {
            return OptionalInt.empty();
        }
    }

    // ---- Everything else --------------------------------------------------------------------------------------------

    Command configuration() {
        return Command.of(program("scontrol"), "show", "config");
    }

    /** How long an array can be; empty when the answer does not say. */
    static OptionalInt largestArray(String answer) {
        Matcher limit = LIMIT.matcher(answer);
        return limit.find()
                ? OptionalInt.of((int) Math.min(Indexes.MAX, Long.parseLong(limit.group(1))))
                : OptionalInt.empty();
    }

    /** All jobs of this user, but those that have succeeded. */
    Command queue() {
        return new Command(
                List.of(program("squeue"), "--me", "--noheader", "--states=" + STATES, "--format=" + QueueLine.FORMAT),
                Map.of("SLURM_BITSTR_LEN", "0"), // lists of tasks in full
                "");
    }

    /** All array jobs of a creation at once, and none of another one, whatever numbers they have. */
    Command release(Creation creation) {
        return Command.of(program("scontrol"), "release", "jobname=" + creation.name());
    }

    Command cancel(Creation creation) {
        return Command.of(program("scancel"), "--quiet", "--name=" + creation.name());
    }

    /**
     * Cancels single tasks, by their numbers and the name together.
     *
     * @param jobs numbers of the array jobs, by chunk
     */
    Command cancel(Creation creation, Indexes tasks, Map<Chunk, Long> jobs) {
        List<String> words = new ArrayList<>(List.of(program("scancel"), "--quiet", "--name=" + creation.name()));
        jobs.forEach((chunk, job) -> {
            Indexes own = Indexes.of(tasks.stream()
                    .map(index -> index - chunk.first())
                    .filter(place -> place >= 0 && place < chunk.length())
                    .toArray());
            if (!own.isEmpty()) {
                words.add(job + "_[" + own.text() + "]");
            }
        });
        return new Command(words, Map.of(), "");
    }
}
