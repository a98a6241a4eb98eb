package io.elasticjob.simulation;

import io.elasticjob.JobDefinition;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.Registry;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * A rule of the protocol that is broken between an engine and its registry: as if the engine had never heard of it. Each
 * theme has an enum of its own. A checker that lets one of them live is no checker.
 */
interface Mutant {

    /** All of those that break something in any history, and not only in a chapter of its own. */
    static Stream<Mutant> all() {
        return Stream.<Mutant[]>of(
                        RecordMutant.values(),
                        InstanceMutant.values(),
                        JobMutant.values(),
                        TriggerMutant.values(),
                        DelayMutant.values(),
                        AdoptionMutant.values())
                .flatMap(Stream::of);
    }

    /** The rule that is broken. */
    String name();

    /**
     * @param truth what the ensemble really holds, for a mutant that has to know
     */
    Registry wrap(Registry registry, Function<String, Read> truth);

    /** What a process declares instead of this: a rule that its engine has another idea of. */
    default JobDefinition declared(JobDefinition job) {
        return job;
    }
}
