package io.elasticjob.slurm;

import java.nio.file.Path;

/** An owner in a process of its own, which dies around one of its commands. */
public final class OwnerMain {

    private OwnerMain() {}

    /** @param arguments slurm.conf, the shared directory, the job, when and around which command it dies */
    public static void main(String[] arguments) throws Exception {
        Path shared = Path.of(arguments[1]);
        SlurmCluster cluster = Owner.client(
                Path.of(arguments[0]),
                shared,
                Interrupting.When.valueOf(arguments[3]),
                Integer.parseInt(arguments[4]),
                () -> Runtime.getRuntime().halt(9));
        new Owner(cluster, shared, arguments[2]).finish();
        Runtime.getRuntime().halt(0);
    }
}
