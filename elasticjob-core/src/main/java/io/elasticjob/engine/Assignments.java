package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Placement;
import io.elasticjob.coordination.Eligibility;
import io.elasticjob.coordination.Homes;
import io.elasticjob.coordination.ProcessShards;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.Candidate;
import io.elasticjob.sharding.Sharding;
import io.elasticjob.sharding.ShardingDecision;
import io.elasticjob.sharding.StrategyCatalog;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Who may run each job, and which of its shards are this instance's. Confined to the loop. */
final class Assignments {

    private final StrategyCatalog strategies;
    private final Set<String> builtIn = StrategyCatalog.builtIn().names();
    private final Registration registration;
    private final Roster roster;
    private final JobTable jobs;
    private final HomeTable homes;
    private final Enrolments enrolments;
    private final Calendar calendar;
    private final ShardTable shards;
    private final Outbox outbox;
    private final Steps steps;

    private final Set<JobState> toAssign = new LinkedHashSet<>();

    /** The live instances by id: made once for all jobs that are assigned together. */
    private Map<String, Candidate> candidates = Map.of();

    Assignments(
            StrategyCatalog strategies,
            Registration registration,
            Namespace namespace,
            Calendar calendar,
            ShardTable shards,
            Outbox outbox,
            Steps steps) {
        this.strategies = strategies;
        this.registration = registration;
        this.roster = namespace.roster();
        this.jobs = namespace.jobs();
        this.homes = namespace.homes();
        this.enrolments = new Enrolments(registration, namespace, outbox, job -> reconsider(List.of(job)));
        this.calendar = calendar;
        this.shards = shards;
        this.outbox = outbox;
        this.steps = steps;
    }

    /** What they are assigned by may be another than before. */
    void reconsider(Collection<JobState> changed) {
        toAssign.addAll(changed);
    }

    void removed(JobState job) {
        toAssign.remove(job);
    }

    /** Connected again. */
    void reconnected() {
        enrolments.reconnected();
    }

    /** Assigns what is to be assigned; once, at the end of a turn in which all is known that it takes. */
    void flush() {
        List<JobState> all = List.copyOf(toAssign);
        toAssign.clear();
        candidates = all.isEmpty() ? Map.of() : candidates();
        all.forEach(job -> steps.take(() -> "assigning " + job.name(), () -> assignOrLeave(job)));
        registration.usable().ifPresent(enrolments::flush);
    }

    private Map<String, Candidate> candidates() {
        return roster.instances().stream().collect(Collectors.toMap(Instance::id, Candidate::of));
    }

    /** What one job does when it is assigned costs that job alone. */
    private void assignOrLeave(JobState job) {
        try {
            assign(job);
        } catch (Throwable failed) {
            jobs.failed(job, failed);
        }
    }

    private void assign(JobState job) {
        JobDefinition definition = job.definition();
        job.stands(roster.standing(job.name(), job.application()));
        StoredJob stored = job.stored();
        if (job.isRemoved() || definition == null || stored == null) {
            owned(job, List.of(), null, new TreeSet<>());
            return;
        }
        List<String> eligible = Eligibility.eligible(job.standing(), stored, definition, builtIn, roster.instances());
        if (!strategies.names().contains(definition.shardingStrategy())) {
            owned(job, eligible, null, new TreeSet<>()); // others know it; this instance is not among the eligible
            return;
        }
        if (definition.isStatic()) {
            homes.want(job);
            if (job.homes() == null) {
                owned(job, eligible, null, new TreeSet<>()); // until they are read
                return;
            }
        }
        ShardCount count = job.shardCount();
        Assignment assignment =
                count.isBroadcast() ? Assignment.unsplit() : assignment(job, definition, count.count(), eligible);
        SortedSet<Integer> mine = new TreeSet<>(assignment.shardsOf(String.valueOf(registration.id())));
        if (count.knowsBroadcast() && definition.placement().isEnough(eligible.size())) {
            mine.addAll(enrolments.mine(job, eligible));
        }
        int largest = Math.max(
                job.openPlannedShards(),
                Math.max(count.largest(), job.triggers().largestCount()));
        if (largest > count.count()) {
            // Shards that a change took away may still be due for firings before it.
            assignment(job, definition, largest, eligible).shardsOf(String.valueOf(registration.id())).stream()
                    .filter(shard -> shard >= count.count())
                    .forEach(mine::add);
        }
        owned(job, eligible, assignment, mine);
    }

    private Assignment assignment(JobState job, JobDefinition definition, int total, List<String> eligible) {
        List<Candidate> instances =
                eligible.stream().map(candidates::get).filter(Objects::nonNull).toList();
        Placement placement = definition.placement();
        if (!placement.isEnough(instances.size())) {
            return Assignment.none(total);
        }
        ShardingDecision decision = ShardingDecision.of(
                strategies.strategy(definition.shardingStrategy()),
                sharding(job, definition, Sharding.of(job.name(), total, instances)));
        if (decision instanceof ShardingDecision.Replaced replaced) {
            boolean isNews = !definition.shardingStrategy().equals(job.replacedStrategy());
            job.replaced(definition.shardingStrategy());
            if (isNews || !job.eligible().equals(eligible)) {
                outbox.publish(new ElasticJobEvent.StrategyReplaced(
                        job.name(), definition.shardingStrategy(), replaced.reason()));
            }
        } else {
            job.replaced(null);
        }
        return decision.assignment();
    }

    private static Sharding sharding(JobState job, JobDefinition definition, Sharding of) {
        Homes known = job.homes();
        Sharding limited = of.withMaxShardsPerInstance(definition.placement().maxShardsPerInstance());
        return definition.isStatic() && known != null ? limited.withHomes(known.byShard()) : limited;
    }

    private void owned(JobState job, List<String> eligible, @Nullable Assignment assignment, SortedSet<Integer> mine) {
        boolean other = !mine.equals(job.owned());
        job.assign(eligible, assignment, mine);
        calendar.follow(job);
        shards.assigned(job);
        if (other) {
            ShardCount count = job.shardCount();
            int total = count.count();
            SortedSet<Integer> now = count.isBroadcast() ? mine.tailSet(ProcessShards.FIRST) : mine.headSet(total);
            outbox.publish(new ElasticJobEvent.ShardsAssigned(job.name(), new TreeSet<>(now), total));
        }
    }
}
