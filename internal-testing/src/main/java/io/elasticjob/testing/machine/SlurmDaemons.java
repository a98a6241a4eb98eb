package io.elasticjob.testing.machine;

import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Slurm's daemons and programs, with munge; and the user who may start the daemons. */
public final class SlurmDaemons implements BooleanSupplier {

    public static final String NAME = "slurm";

    private static final List<String> PROGRAMS =
            List.of("slurmctld", "slurmd", "munged", "sbatch", "squeue", "scontrol", "scancel");

    @Override
    public boolean getAsBoolean() {
        return new Root().getAsBoolean() && PROGRAMS.stream().allMatch(SlurmDaemons::isThere);
    }

    private static boolean isThere(String program) {
        String path = System.getenv("PATH");
        return Stream.concat(
                        path == null ? Stream.empty() : Arrays.stream(path.split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/bin"))
                .anyMatch(folder -> new File(folder, program).canExecute());
    }
}
