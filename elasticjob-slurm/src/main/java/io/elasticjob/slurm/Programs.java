package io.elasticjob.slurm;

/** Where the programs of Slurm are. */
interface Programs {

    /**
     * Runs one and waits for its end.
     *
     * @throws io.elasticjob.spi.ClusterException when it cannot be started, or does not end in time: what it was to do may have
     *     been done
     */
    Answer run(Command command);
}
