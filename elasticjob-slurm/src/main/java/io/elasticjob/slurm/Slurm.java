package io.elasticjob.slurm;

import io.elasticjob.Indexes;
import io.elasticjob.spi.ArrayRules;
import io.elasticjob.spi.ClusterException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** Slurm, as it is spoken to: runs commands, and says what their answers mean. Blocks until they are there. */
final class Slurm {

    private final Commands commands;
    private final Programs programs;

    /** How long an array can be; 0 while that is not known. */
    private volatile int largestArray;

    Slurm(Commands commands, Programs programs) {
        this.commands = commands;
        this.programs = programs;
    }

    /** What there is of this user's jobs that is ours. */
    List<QueueLine> queue() {
        return QueueLine.all(done("squeue", commands.queue()).output());
    }

    /** How many tasks an array can have. Asked once: it changes with a restart of the controller only. */
    int largestArray() {
        if (largestArray == 0) {
            OptionalInt limit = Commands.largestArray(
                    done("scontrol", commands.configuration()).output());
            if (limit.isEmpty()) {
                throw new ClusterException("scontrol show config does not tell MaxArraySize");
            }
            if (limit.getAsInt() < 2) {
                throw new ClusterException.Refused(
                        "This cluster takes no arrays: its MaxArraySize is " + limit.getAsInt());
            }
            largestArray = limit.getAsInt();
        }
        return largestArray;
    }

    /** @return number of the array job */
    int submit(
            Creation creation,
            Chunk chunk,
            SlurmTemplate template,
            ArrayRules rules,
            Folder folder,
            OptionalInt after) {
        Answer answer = programs.run(commands.submit(creation, chunk, template, rules, folder, after));
        if (!answer.isDone()) {
            throw Refusals.ofSubmission(answer);
        }
        return Commands.submitted(answer.output())
                .orElseThrow(() ->
                        new ClusterException("sbatch does not tell the number of the job: " + answer.complaint()));
    }

    void release(Creation creation) {
        done("scontrol", commands.release(creation));
    }

    void cancel(Creation creation) {
        done("scancel", commands.cancel(creation));
    }

    void cancel(Creation creation, Indexes tasks, Map<Chunk, Long> jobs) {
        done("scancel", commands.cancel(creation, tasks, jobs));
    }

    private Answer done(String program, Command command) {
        Answer answer = programs.run(command);
        if (!answer.isDone()) {
            throw Refusals.unanswered(program, answer);
        }
        return answer;
    }
}
