package io.elasticjob.coordination;

import io.elasticjob.Instance;
import java.util.Collection;

/**
 * Whether somebody who lives stands for a job: a pure function of the live instances, and of the application that the job
 * belongs to. A job that was declared runs only while a live instance of its application declares it, so that one that was
 * taken out of code or configuration pauses, though a handler of that name may still be there; and goes on as it was when a
 * rollback declares it again.
 */
public enum Standing {
    /** An operator made it at run time: it needs nobody to declare it. */
    MADE,
    /** A live instance of its application declares it, or may: what a later version wrote cannot be read here. */
    DECLARED,
    /** Instances of its application are live, and none of them declares it. */
    UNDECLARED,
    /** No instance of its application is live. */
    ABSENT;

    /**
     * @param application that the job belongs to; "" for a job that an operator made
     * @param live those that can be read
     * @param others whether there are live instances that this version cannot read
     */
    public static Standing of(String job, String application, Collection<Instance> live, boolean others) {
        if (application.isEmpty()) {
            return MADE;
        }
        boolean present = false;
        for (Instance instance : live) {
            if (instance.application().equals(application)) {
                if (instance.declares().contains(job)) {
                    return DECLARED;
                }
                present = true;
            }
        }
        if (others) {
            return DECLARED;
        }
        return present ? UNDECLARED : ABSENT;
    }

    /** Whether the job may run at all. */
    public boolean mayRun() {
        return this == MADE || this == DECLARED;
    }
}
