package io.elasticjob.slurm;

/**
 * What a program of Slurm has said.
 *
 * @param status its exit code
 */
record Answer(int status, String output, String errors) {

    boolean isDone() {
        return status == 0;
    }

    /** What it complains about, in one line. */
    String complaint() {
        String said = errors.isBlank() ? output : errors;
        String line = said.strip().replaceAll("\\s*\\R\\s*", "; ").replaceAll("\\p{Cntrl}", " ");
        String cut = line.length() > 500 ? line.substring(0, 500) + "…" : line;
        return cut.isEmpty() ? "exit code " + status : cut;
    }
}
