package io.elasticjob.slurm;

import io.elasticjob.spi.Created;
import io.elasticjob.spi.RunId;
import java.util.random.RandomGenerator;
import java.util.regex.Pattern;

/**
 * One creation of a run. Its name is the identity: all its array jobs have it, and no other job ever does. Numbers of jobs
 * would not do: a controller that loses its latest state gives them a second time.
 *
 * @param name {@code ej-(job)-(hash).(random)}
 */
record Creation(String name) {

    private static final String DIGITS = "abcdefghijklmnopqrstuvwxyz234567";
    private static final Pattern NAME = Pattern.compile("ej-[a-z0-9-]{1,60}\\.[a-z2-7]{16}");

    static Creation of(RunId run, RandomGenerator random) {
        StringBuilder name = new StringBuilder(run.name()).append('.');
        for (int i = 0; i < 16; i++) {
            name.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
        }
        return new Creation(name.toString());
    }

    static Creation of(Created created) {
        return new Creation(created.identity());
    }

    /** Whether it is one of ours. What is not could be a path, or a list. */
    static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }

    boolean isOf(RunId run) {
        return name.startsWith(run.name() + ".");
    }
}
