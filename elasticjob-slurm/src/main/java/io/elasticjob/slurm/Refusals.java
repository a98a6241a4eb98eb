package io.elasticjob.slurm;

import io.elasticjob.spi.ClusterException;
import java.util.List;
import java.util.Locale;

/** Tells a refusal of Slurm from an answer that says nothing. */
final class Refusals {

    /** Of messages after which the same request can succeed, or may have been carried out. */
    private static final List<String> UNCERTAIN = List.of(
            "unable to contact",
            "connect failure",
            "connection",
            "timed out",
            "timeout",
            "communication",
            "standby mode",
            "zero bytes",
            "temporarily",
            "unexpected message",
            "authentication",
            "munge",
            "configuration source",
            "fetch config",
            "in recovery",
            "system call",
            "i/o error",
            "no such file or directory",
            "not responding",
            "try again",
            "too many",
            "limit reached",
            "slow down",
            "unspecified error");

    private Refusals() {}

    /** What a submission that was not done amounts to. */
    static ClusterException ofSubmission(Answer answer) {
        return isUncertain(answer)
                ? unanswered("sbatch", answer)
                : new ClusterException.Refused("Slurm refuses it: " + answer.complaint());
    }

    /** A request that was not done, and that may be asked again. */
    static ClusterException unanswered(String program, Answer answer) {
        return new ClusterException(program + " has failed: " + answer.complaint());
    }

    private static boolean isUncertain(Answer answer) {
        String said = (answer.errors() + answer.output()).toLowerCase(Locale.ROOT);
        return said.isBlank() || answer.status() > 128 || UNCERTAIN.stream().anyMatch(said::contains);
    }
}
