package io.elasticjob;

import java.time.Instant;

/**
 * One occurrence of a job. Its identity comes from the schedule or from the registry's count of triggers, never from the
 * clock of who fires, so that all instances name it alike.
 */
public sealed interface Firing {

    /** How it is written in execution ids, logs and the endpoint; without slashes and white space. */
    String text();

    /** Due by the job's schedule at this instant. */
    record Scheduled(Instant fireTime) implements Firing {
        @Override
        public String text() {
            return fireTime.toString();
        }
    }

    /** Asked for by hand: the job's trigger of this number, counting from 0 for as long as the job lives. */
    record Triggered(long number) implements Firing {
        @Override
        public String text() {
            return "trigger-" + number;
        }
    }
}
