package io.elasticjob.view;

import java.util.SortedMap;

/**
 * What has changed of the namespace of late, as one instance knows, and by which transaction of the registry. The ids of
 * transactions are the same for all instances, so that whoever has heard from one can go on at another.
 *
 * @param at everything up to this transaction is in it, and in what this instance shows from now on
 * @param floor what is forgotten
 * @param jobs the transaction that created, changed or removed a job last, by its name
 * @param triggered the transaction that created or removed a trigger of a job last, by the name of the job
 * @param roster the transaction by which an instance came, went, or showed something else last; 0 when none is remembered
 */
public record NamespaceChanges(
        long at, Floor floor, SortedMap<String, Long> jobs, SortedMap<String, Long> triggered, long roster) {

    /**
     * What is forgotten.
     *
     * @param changes what changed up to this transaction
     * @param triggers what came and went of triggers up to this one, which nobody had asked for by then
     */
    public record Floor(long changes, long triggers) {}

    /** Whether everything is remembered that has changed after this transaction, but for triggers. */
    public boolean remembers(long after) {
        return after >= floor.changes();
    }

    /** Whether the triggers of the job may have changed after this transaction. */
    public boolean mayHaveTriggered(String job, long after) {
        return after < floor.triggers() || triggered.getOrDefault(job, 0L) > after;
    }
}
