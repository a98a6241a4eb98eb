package io.elasticjob.engine;

import io.elasticjob.Instance;

/**
 * Whether this instance shuts down and no other one takes anything: what is not run then is nobody's fault, and the next
 * start sees to it. Others that drain count as leaving too, whoever drains them. Confined to the loop.
 */
final class Departure {

    private final Registration registration;
    private final Roster roster;

    Departure(Registration registration, Roster roster) {
        this.registration = registration;
        this.roster = roster;
    }

    /** Not where an operator has drained all and this instance stays: that is to be seen. */
    boolean isOfTheLast() {
        return registration.node().isLeaving()
                && roster.instances().stream()
                        .noneMatch(other -> !registration.isSelf(other.id()) && other.state() == Instance.State.UP);
    }
}
