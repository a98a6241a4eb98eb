package io.elasticjob.slurm;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is run on Slurm for each shard of a job that names it. Nothing of it comes from elsewhere than the application.
 *
 * @param command the program, and its arguments, as they are handed to it: no shell reads them
 * @param workingDirectory on the nodes; null for the folder of the run
 * @param environment variables beside those that tell of the execution; none begins with {@code EJ_}
 * @param options of {@code sbatch}, such as {@code --partition=long}
 * @since 0.1.0
 */
public record SlurmTemplate(
        List<String> command, @Nullable Path workingDirectory, Map<String, String> environment, List<String> options) {

    public SlurmTemplate {
        command = List.copyOf(command);
        environment = Map.copyOf(environment);
        options = List.copyOf(options);
    }

    /** Without the environment, which may have secrets. */
    @Override
    public String toString() {
        return command + " " + options;
    }
}
