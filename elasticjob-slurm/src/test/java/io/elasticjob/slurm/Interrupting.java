package io.elasticjob.slurm;

import io.elasticjob.spi.ClusterException;
import java.util.ArrayList;
import java.util.List;

/** Programs of Slurm, around one of which something happens. */
final class Interrupting implements Programs {

    /** When it happens. */
    enum When {
        BEFORE,
        AFTER,
        /** Done, and nobody hears of it. */
        UNHEARD
    }

    private final Programs programs;
    private final When when;
    private final int which;
    private final Runnable what;
    private final List<String> ran = new ArrayList<>();

    /** @param which of the commands, from 0; of squeue only the first counts, as a look comes from time to time */
    Interrupting(Programs programs, When when, int which, Runnable what) {
        this.programs = programs;
        this.when = when;
        this.which = which;
        this.what = what;
    }

    @Override
    public Answer run(Command command) {
        boolean isIt = isIt(command);
        if (isIt && when == When.BEFORE) {
            what.run();
        }
        Answer answer = programs.run(command);
        if (isIt && when != When.BEFORE) {
            what.run();
        }
        if (isIt && when == When.UNHEARD) {
            throw new ClusterException("The answer of " + command.program() + " was lost");
        }
        return answer;
    }

    private synchronized boolean isIt(Command command) {
        if (command.program().equals("squeue") && ran.contains("squeue")) {
            return false;
        }
        ran.add(command.program());
        return ran.size() - 1 == which;
    }

    /** Names of the programs that count, in their order. */
    synchronized List<String> ran() {
        return List.copyOf(ran);
    }
}
