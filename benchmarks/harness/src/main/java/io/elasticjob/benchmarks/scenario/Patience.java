package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Environment;

/** After how long a trigger that nothing has come of is given again. */
final class Patience {

    private static final int REFUSED_MILLIS = 25;
    private static final int KEPT_MILLIS = 6_000;

    private Patience() {}

    /** Soon where a trigger may be refused because the job still runs; late where it is kept. */
    static int millis(Environment environment) {
        return environment
                .options()
                .number("patience", environment.contender().keepsTriggers() ? KEPT_MILLIS : REFUSED_MILLIS);
    }
}
