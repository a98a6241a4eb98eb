package io.elasticjob.engine;

import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.Layout;
import io.elasticjob.sharding.StrategyCatalog;
import java.util.Map;
import java.util.Set;

/** What a {@link Machine} is made of: each part is made once, here, and told what it needs of the others. */
final class Parts {

    final Layout layout;
    final String application;
    final StrategyCatalog strategies;
    final Set<String> builtIn = StrategyCatalog.builtIn().names();

    final RegistryTime time;
    final Outbox outbox;
    final Steps steps;
    final Presence presence;
    final Registration registration;
    final Roster roster;
    final Namesakes namesakes;
    final JobTable jobs;
    final TriggerTable triggers;
    final CancelTable cancels;
    final HomeTable homes;
    final PlannedTable planned;
    final Namespace namespace;
    final Declarations declarations;
    final RequestNodes requestNodes;
    final Leadership leadership;
    final PlannedTriggers plannedTriggers;
    final Finished finished;
    final ShardTable shards;
    final FiringTable firings;
    final Calendar calendar;
    final Assignments assignments;
    final Changes changes;
    final Opening opening;
    final Requests requests;
    final TriggerCompletions triggerCompletions;
    final OverdueSweep overdue;
    final DeadlineSweep deadlines;
    final Leftovers leftovers;
    final LeftPermits leftPermits;
    final LeftPlans leftPlans;
    final HomeSweep homeSweep;
    final AbandonedArrays abandonedArrays;
    final KnownDeaths knownDeaths;
    final EnrolmentSweep enrolmentSweep;
    final UndeclaredSweep undeclared;
    final UnassignedSweep unassigned;
    final PredecessorSweep predecessors;
    final FutureJobs futureJobs;
    final ChangeLog changeLog;
    final Views views;
    final Reactions reactions;

    Parts(
            Layout layout,
            Instance self,
            Ids ids,
            Map<String, JobDefinition> declared,
            StrategyCatalog strategies,
            Offer offer,
            NamespaceRules rules) {
        this.reactions = new Reactions(this);
        this.layout = layout;
        this.application = self.application();
        this.strategies = strategies;
        this.time = new RegistryTime(rules.maxTimeDiff(), rules.clock());
        this.outbox = new Outbox(time);
        this.steps = new Steps(outbox);
        this.presence = new Presence(layout, self, ids.instances(), outbox, reactions.new Present());
        this.registration = presence.registration();
        this.roster = new Roster(layout, outbox, reactions::rosterListed);
        this.namesakes = new Namesakes(registration, roster, outbox);
        this.jobs = new JobTable(layout, declared, presence.landmarks(), outbox, reactions.new JobsRead(), rules);
        this.triggers = new TriggerTable(layout, presence.landmarks(), outbox, reactions.new TriggersKnown());
        this.cancels = new CancelTable(layout, outbox, reactions::cancelsKnown);
        this.homes = new HomeTable(layout, presence, outbox, reactions::homesKnown);
        this.planned = new PlannedTable(layout, outbox, reactions::plannedKnown);
        this.namespace = new Namespace(layout, roster, jobs, triggers, cancels, homes, planned);
        this.declarations = new Declarations(
                application, declared, ids.lives(), namespace, presence, outbox, rules.forgetAfter() != null);
        this.requestNodes = new RequestNodes(outbox);
        this.leadership = new Leadership(layout, registration, outbox, reactions.new Duties());
        this.plannedTriggers = new PlannedTriggers(namespace, leadership, outbox);
        this.finished = new Finished(namespace, registration, leadership, requestNodes, outbox);
        this.changes = new Changes(registration, outbox);
        this.shards = new ShardTable(
                namespace,
                presence,
                finished,
                changes,
                outbox,
                new ShardTable.Capacity(offer, rules.starvation(), rules.limits()));
        DeadlineNews deadlines = new DeadlineNews(outbox);
        this.firings = new FiringTable(
                namespace,
                registration,
                shards,
                new FiringTable.UserCode(rules.listeners(), rules.planners()),
                finished,
                reactions::shardsPlanned,
                deadlines,
                outbox);
        this.deadlines = new DeadlineSweep(layout, jobs, leadership, deadlines, outbox);
        this.calendar = new Calendar(jobs, shards, firings, outbox, steps, () -> Knowledge.of(reactions.isReady()));
        this.assignments = new Assignments(strategies, registration, namespace, calendar, shards, outbox, steps);
        this.overdue = new OverdueSweep(jobs, roster, new Departure(registration, roster), outbox);
        this.opening = new Opening(outbox);
        TriggerRecords triggerRecords = new TriggerRecords(outbox);
        this.triggerCompletions = new TriggerCompletions(namespace, registration, triggerRecords, outbox);
        this.requests = new Requests(
                new RequestedChanges(layout, registration, roster, jobs, changes, outbox, ids.lives()),
                new TriggerRequests(
                        namespace, registration, requestNodes, triggerCompletions, changes, outbox, ids.requests()),
                new NumberedTriggers(layout, registration, jobs, triggerRecords, changes, outbox),
                new PlanRequests(namespace, changes, outbox, ids.requests()),
                new CancelRequests(namespace, changes, outbox),
                new RerunRequests(namespace, registration, changes, outbox, ids.requests()));
        this.leftovers = new Leftovers(layout, jobs, leadership, outbox);
        this.leftPermits = new LeftPermits(layout, jobs, shards.limits(), leadership, outbox);
        this.knownDeaths = new KnownDeaths(layout, registration, outbox);
        this.abandonedArrays = new AbandonedArrays(layout, registration, jobs, outbox);
        this.leftPlans = new LeftPlans(layout, jobs, leadership, outbox);
        this.homeSweep = new HomeSweep(namespace, layout, homes, leadership, outbox, rules.homesAfter());
        this.enrolmentSweep = new EnrolmentSweep(namespace, leadership, finished, outbox, rules.maxTimeDiff());
        this.undeclared = new UndeclaredSweep(jobs, leadership, outbox, rules.forgetAfter());
        this.unassigned = new UnassignedSweep(jobs, new Departure(registration, namespace.roster()), outbox);
        this.predecessors = new PredecessorSweep(jobs, outbox);
        this.futureJobs = new FutureJobs(jobs, leadership, registration, outbox);
        this.changeLog = new ChangeLog(layout, namespace, declarations, presence, outbox);
        this.views = new Views(namespace, builtIn, shards::starved, new LimitReads(layout, outbox), outbox);
    }
}
