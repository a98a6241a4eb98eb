package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.ShardRecord;
import io.elasticjob.registry.Session;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the parts of a {@link Machine} owe to one another: each tells here what it has found out, and who has to know is told.
 * Confined to the loop.
 */
final class Reactions {

    private final Parts parts;

    /** Whether what was known before the connection was lost was known as the same instance. */
    private boolean sameInstance;

    private boolean wasReady;

    /** Whether it took nothing new: what came due meanwhile rests, though no other instance may have been assigned. */
    private boolean wasDraining;

    private boolean livesLost;

    Reactions(Parts parts) {
        this.parts = parts;
    }

    void connected(Session session) {
        livesLost = false;
        parts.presence.connected(session);
    }

    void suspended() {
        parts.presence.suspended();
        disconnected();
        parts.presence.grace().ifPresent(grace -> parts.outbox.alarm(grace, this::checkLife));
    }

    void lost(Session session) {
        parts.presence.lost(session);
        if (parts.registration.usable().isEmpty()) {
            disconnected();
        }
    }

    boolean isReady() {
        return parts.registration.usable().isPresent() && parts.namespace.isKnown() && parts.time.isKnown();
    }

    /** Whether this instance has become ready since it was asked last, or since what rests is to be looked at again. */
    boolean hasBecomeReady() {
        boolean ready = isReady();
        boolean draining = parts.registration.isDraining();
        boolean hasBecome = ready && (!wasReady || (wasDraining && !draining));
        wasReady = ready;
        wasDraining = draining;
        return hasBecome;
    }

    /** What rests is looked at again, as if this instance had just become ready. */
    void lookAgain() {
        wasReady = false;
    }

    void checkLife() {
        if (!livesLost && parts.presence.grace().isPresent() && !parts.registration.isAlive()) {
            livesLost = true;
            parts.presence.over();
            parts.shards.lifeLost();
        }
    }

    void rosterListed() {
        if (!parts.registration.isListed(parts.roster)) {
            return;
        }
        parts.namesakes.listed();
        parts.declarations.reconsider();
        parts.assignments.reconsider(parts.jobs.jobs());
        parts.shards.rosterListed();
        parts.firings.rosterListed();
    }

    void cancelsKnown() {
        parts.jobs.jobs().forEach(job -> job.cancels(parts.cancels.of(job)));
        parts.jobs.jobs().forEach(parts.shards::cancelled);
        parts.jobs.jobs().forEach(parts.firings::cancelled);
    }

    void homesKnown(JobState job) {
        parts.assignments.reconsider(List.of(job));
    }

    /** The firing that is open has other shards than the one before. */
    void shardsPlanned(JobState job) {
        parts.assignments.reconsider(List.of(job));
    }

    void plannedKnown() {
        parts.plannedTriggers.look();
    }

    private void disconnected() {
        parts.changeLog.disconnected();
        parts.namespace.disconnected();
        parts.declarations.disconnected();
        parts.leadership.disconnected();
    }

    final class Present implements Presence.Listener {

        @Override
        public void present(Connection connection) {
            wasReady = false;
            parts.firings.present();
            parts.shards.present(sameInstance ? Return.SAME_INSTANCE : Return.NEW_INSTANCE);
            if (!sameInstance) {
                parts.jobs.jobs().forEach(JobState::doubtTriggers);
                parts.declarations.underNewInstance();
            }
            sameInstance = true;
            parts.roster.relist(connection);
            parts.triggers.reconnected(connection);
            parts.cancels.reconnected(connection);
            parts.homes.reconnected();
            parts.assignments.reconnected();
            parts.planned.reconnected(connection);
            parts.plannedTriggers.reconnected();
            parts.declarations.reconnected();
            parts.jobs.reload(connection);
            parts.leadership.seek(connection);
            parts.changes.resume();
        }

        @Override
        public void identityLost() {
            sameInstance = false;
            parts.jobs.jobs().forEach(JobState::disown);
            parts.shards.lifeLost();
        }

        @Override
        public void silent() {
            suspended();
        }

        @Override
        public void heardAgain(Session session) {
            connected(session);
        }

        @Override
        public void dataLost() {
            disconnected();
            parts.jobs.dataLost();
            parts.declarations.dataLost();
            parts.triggers.dataLost();
            parts.cancels.dataLost();
            parts.finished.dataLost();
            parts.shards.dataLost();
            parts.firings.dataLost();
        }
    }

    final class TriggersKnown implements TriggerTable.Listener {

        @Override
        public void listed(JobState job) {
            if (job.triggers().largestCount() > job.shardCount().count()) {
                parts.assignments.reconsider(List.of(job));
            }
            parts.firings.triggersListed(job);
            parts.shards.triggersListed(job);
            parts.triggerCompletions.listed(job);
            parts.plannedTriggers.look();
        }

        @Override
        public void gone(JobState job, long number, @Nullable Map<Integer, ShardRecord> last) {
            parts.triggerCompletions.gone(job, number, last);
            parts.plannedTriggers.look();
        }
    }

    final class JobsRead implements JobTable.Listener {

        @Override
        public void jobRead(JobState job) {
            parts.declarations.read(job);
            jobUnusable(job);
        }

        @Override
        public void jobAsBefore(JobState job) {
            parts.declarations.isThere(job);
        }

        @Override
        public void jobUnusable(JobState job) {
            job.newsOfShards(parts.time.registryNow()).ifPresent(parts.outbox::publish);
            parts.assignments.reconsider(List.of(job));
            parts.firings.follow(job);
            parts.shards.changed(job);
        }

        @Override
        public void jobSeen(JobState job, int children) {
            parts.triggers.jobRead(job, children);
            job.cancels(parts.cancels.of(job));
        }

        @Override
        public void jobRemoved(JobState job) {
            parts.declarations.removed(job);
            parts.assignments.removed(job);
            parts.triggers.removed(job);
            parts.triggerCompletions.removed(job);
            parts.leftovers.searchAgain();
            parts.calendar.follow(job);
            parts.shards.removed(job);
            if (!parts.declarations.isToBeCreated(job.name())) {
                parts.outbox.publish(new ElasticJobEvent.JobRemoved(job.name()));
            }
        }

        @Override
        public void jobsLoaded() {
            parts.declarations.reconsider();
            parts.assignments.reconsider(parts.jobs.jobs());
        }
    }

    final class Duties implements Leadership.Duties {

        @Override
        public void begin() {
            parts.overdue.forget();
            parts.undeclared.forget();
            parts.unassigned.forget();
            parts.predecessors.forget();
        }

        @Override
        public boolean isReady() {
            return Reactions.this.isReady();
        }

        @Override
        public void round(Connection over) {
            parts.steps.take("looking for what is overdue", () -> parts.overdue.round(over));
            parts.steps.take("looking for missed deadlines", () -> parts.deadlines.round(over));
            parts.steps.take("looking for what is over", () -> parts.leftovers.round(over));
            parts.steps.take("looking at the claims that limits count", () -> parts.leftPermits.round(over));
            parts.steps.take("looking at plans of firings", () -> parts.leftPlans.round(over));
            parts.steps.take("looking at the homes of shards", () -> parts.homeSweep.round(over));
            parts.steps.take("taking back shards of processes", () -> parts.enrolmentSweep.round(over));
            parts.steps.take("looking for jobs that nobody declares", () -> parts.undeclared.round(over));
            parts.steps.take("looking for shards that nobody has", () -> parts.unassigned.round());
            parts.steps.take("looking for jobs that run after none", () -> parts.predecessors.round());
            parts.steps.take("looking for jobs from the future", () -> parts.futureJobs.round(over));
            parts.steps.take("looking at firings without an instance", () -> parts.firings.round());
            parts.steps.take("looking for what is done", () -> parts.finished.round(over));
            parts.plannedTriggers.look();
        }

        @Override
        public void resume(Connection over) {
            parts.leftovers.round(over);
        }

        @Override
        public void lost() {
            parts.overdue.lost();
            parts.deadlines.lost();
            parts.leftovers.lost();
            parts.leftPermits.lost();
            parts.leftPlans.lost();
            parts.homeSweep.lost();
            parts.enrolmentSweep.lost();
            parts.undeclared.lost();
            parts.unassigned.lost();
        }
    }
}
