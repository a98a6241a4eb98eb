package io.elasticjob.engine;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Instance;
import io.elasticjob.JobDefinition;
import io.elasticjob.Schedule;
import io.elasticjob.ShardRecord;
import io.elasticjob.TriggerStatus;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.ShardRecordCodec;
import io.elasticjob.coordination.Eligibility;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.ShardCount;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.TriggerProgress;
import io.elasticjob.registry.Read;
import io.elasticjob.registry.RegistryException;
import io.elasticjob.registry.Session;
import io.elasticjob.registry.Stat;
import io.elasticjob.sharding.Assignment;
import io.elasticjob.sharding.ShardingDecision;
import io.elasticjob.sharding.StrategyCatalog;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The state machine of one instance: something happened comes in, effects come out. It does no I/O, starts no thread and
 * reads no clock; it never blocks. Confined to the loop, which begins each turn with {@link #turn} and ends it with
 * {@link #endTurn}.
 */
final class Machine {

    /** What no ring can be trusted for is looked at this often: fire times, and the deadline of a lost connection. */
    private static final Duration TICK = Duration.ofSeconds(1);

    /**
     * So long before a fire time the shards that will be due are claimed. Long enough for some thousands of claims, short
     * enough that hardly anything changes meanwhile; far below a session timeout, on which a new number of shards relies.
     */
    private static final Duration AHEAD = Duration.ofMillis(200);

    private final Layout layout;
    private final String application;
    private final StrategyCatalog strategies;
    private final Set<String> builtIn = StrategyCatalog.builtIn().names();
    private final int slots;

    private final Outbox outbox = new Outbox();
    private final Presence presence;
    private final Roster roster;
    private final JobTable jobs;
    private final TriggerTable triggers;
    private final RequestNodes requestNodes;
    private final Leadership leadership;
    private final Finished finished;
    private final ShardTable shards;
    private final Changes changes;
    private final Operations operations;
    private final TriggerRequests triggerRequests;
    private final OverdueSweep overdue;
    private final Leftovers leftovers;
    private final boolean forgets;
    private final Map<Schedule, FireTimes> fireTimes = new LinkedHashMap<>();
    /** Of the schedules that fire shortly, when. */
    private final Map<FireTimes, Instant> comingUp = new LinkedHashMap<>();

    private final Set<JobState> toAssign = new LinkedHashSet<>();

    private boolean sameInstance;
    private boolean wasReady;
    private boolean livesLost;

    Machine(
            Layout layout,
            Instance self,
            Supplier<String> ids,
            Map<String, JobDefinition> declared,
            StrategyCatalog strategies,
            int slots,
            Duration maxTimeDiff,
            @Nullable Duration forgetAfter) {
        this.layout = layout;
        this.application = self.application();
        this.strategies = strategies;
        this.slots = slots;
        this.presence = new Presence(layout, self, ids, outbox, new Present(), maxTimeDiff);
        this.roster = new Roster(layout, outbox, this::rosterListed);
        this.jobs = new JobTable(layout, application, declared, presence, roster, outbox, new JobsRead());
        this.triggers = new TriggerTable(layout, outbox, new TriggersKnown());
        this.requestNodes = new RequestNodes(outbox);
        this.leadership = new Leadership(layout, presence, outbox, new Duties());
        this.finished = new Finished(layout, presence, jobs, leadership, triggers, requestNodes, outbox);
        this.shards = new ShardTable(layout, presence, roster, jobs, finished, outbox, slots);
        this.overdue = new OverdueSweep(presence, jobs, outbox);
        this.changes = new Changes(presence, outbox);
        this.operations = new Operations(layout, presence, roster, jobs, changes, outbox);
        this.triggerRequests = new TriggerRequests(layout, presence, jobs, triggers, requestNodes, changes, outbox);
        this.leftovers = new Leftovers(layout, presence, roster, jobs, leadership, outbox, forgetAfter);
        this.forgets = forgetAfter != null;
    }

    // ---- What happens ---------------------------------------------------------------------------------------------

    /** Begins a turn: all that happens until {@link #endTurn} happens at this time. */
    void turn(Instant now, long nanos) {
        outbox.turn(now, nanos);
    }

    void started() {
        presence.starting();
        tick();
    }

    void connected(Session session) {
        livesLost = false;
        presence.connected(session);
    }

    void suspended() {
        presence.suspended();
        disconnected();
        presence.grace().ifPresent(grace -> outbox.alarm(grace, this::checkLife));
    }

    void lost(Session session) {
        presence.lost(session);
        if (presence.usable().isEmpty()) {
            disconnected();
        }
    }

    void unreachable(String why) {
        presence.unreachable(why);
    }

    /** A watch rang. */
    void changed(String path) {
        layout.instanceAt(path).ifPresent(roster::changed);
        layout.jobAt(path).ifPresent(name -> {
            jobs.changed(name);
            leftovers.searchAgain(); // it may have come and gone before anybody could read it
        });
        layout.triggerAt(path).ifPresent(of -> jobs.job(of.job()).ifPresent(job -> triggers.rung(job, of.number())));
        shards.changed(path);
        leadership.changed(path);
    }

    void fired(Schedule schedule, Instant fireTime) {
        outbox.notBefore(fireTime);
        FireTimes times = fireTimes.get(schedule);
        if (times != null) {
            due(times);
        }
    }

    /** Takes nothing new from now on, and shows the others that it does not. */
    void drain() {
        presence.drain();
    }

    /** Interrupts what runs. */
    void cancelAll() {
        shards.cancelAll();
    }

    /** Whether this instance drains, nothing runs here, and nothing remains to be recorded. */
    boolean isDrained() {
        return presence.isLeaving() && shards.isIdle();
    }

    /** Ends the turn: gives what it wants done, in order. */
    List<Effect> endTurn() {
        if (!presence.clockIsAsBefore()) {
            wasReady = false; // what rests because of it is looked at again
            shards.clockChanged();
        }
        triggers.tell();
        assignAll();
        jobs.flush();
        triggers.flush();
        boolean ready = isReady();
        if (ready && !wasReady) {
            shards.resume();
        }
        wasReady = ready;
        if (ready) {
            claimAhead();
        }
        comingUp.clear();
        shards.flush(ready);
        Connection over = presence.usable().orElse(null);
        triggerRequests.flush(over);
        if (ready && over != null) {
            requestNodes.flush(over);
            finished.flush(over, shards::outlook);
        }
        return outbox.take();
    }

    // ---- What operators ask for -----------------------------------------------------------------------------------

    Operations operations() {
        return operations;
    }

    TriggerRequests triggerRequests() {
        return triggerRequests;
    }

    // ---- Views ----------------------------------------------------------------------------------------------------

    StrategyCatalog strategies() {
        return strategies;
    }

    EngineStatus status(EngineStatus.Phase phase) {
        return presence.status(
                phase, shards.slotsHeld(), shards.lingering(), slots, leadership.isHeld(), overdue.jobs());
    }

    NamespaceView namespace(EngineStatus.Phase phase) {
        SortedMap<String, JobView> views = new TreeMap<>();
        for (JobState job : jobs.jobs()) {
            StoredJob stored = job.stored();
            if (stored != null) {
                views.put(job.name(), view(job, stored));
            }
        }
        return new NamespaceView(layout.namespace(), application, status(phase), roster.views(), views);
    }

    void detail(String name, CompletableFuture<Optional<JobDetail>> answer) {
        Optional<Connection> over = presence.usable();
        if (over.isEmpty() || !isReady()) {
            answer.completeExceptionally(
                    new RegistryException("The registry can not be reached at present; nothing can be told of a job"));
            return;
        }
        JobState job = jobs.job(name).orElse(null);
        StoredJob stored = job == null ? null : job.stored();
        if (job == null || stored == null) {
            answer.complete(Optional.empty());
            return;
        }
        readRecords(over.get(), job, view(job, stored), new ArrayList<>(), answer);
    }

    private void readRecords(
            Connection over,
            JobState job,
            JobView view,
            List<ShardView> views,
            CompletableFuture<Optional<JobDetail>> answer) {
        int total =
                Math.max(job.shardCount().shownAt(outbox.now()), job.triggers().largestCount());
        List<Integer> chunk = IntStream.range(views.size(), Math.min(total, views.size() + 200))
                .boxed()
                .toList();
        if (chunk.isEmpty()) {
            answer.complete(Optional.of(new JobDetail(view, List.copyOf(views), progress(job, views))));
            return;
        }
        outbox.read(over, chunk.stream().map(job::recordPath).toList(), result -> {
            if (result instanceof Result.Told<List<Read>> told) {
                for (int i = 0; i < chunk.size(); i++) {
                    views.add(view(job, chunk.get(i), told.answer().get(i)));
                }
                readRecords(over, job, view, views, answer);
            } else if (result instanceof Result.Unknown<List<Read>> unknown) {
                answer.completeExceptionally(unknown.why());
            }
        });
    }

    private static List<TriggerStatus> progress(JobState job, List<ShardView> views) {
        Map<Integer, ShardRecord> records =
                views.stream().collect(Collectors.toMap(ShardView::shard, ShardView::record));
        return job.triggers().pending().values().stream()
                .map(trigger -> TriggerProgress.of(job.name(), trigger, records, false))
                .toList();
    }

    private JobView view(JobState job, StoredJob stored) {
        Map<String, String> obstacles = new TreeMap<>();
        JobDefinition definition = job.definition();
        if (definition != null) {
            for (Instance instance : roster.instances()) {
                Eligibility.obstacle(definition, job.application(), job.switches(), builtIn, instance)
                        .ifPresent(why -> obstacles.put(instance.id(), why));
            }
        }
        Assignment assignment = job.assignment();
        return new JobView(
                stored,
                definition,
                assignment == null ? Assignment.none(job.shardCount().count()) : assignment,
                job.eligible(),
                obstacles,
                job.trouble());
    }

    private static ShardView view(JobState job, int shard, Read read) {
        Assignment assignment = job.assignment();
        String assignee = assignment == null || shard >= assignment.shardingTotalCount()
                ? null
                : assignment.owner(shard).orElse(null);
        if (!(read instanceof Read.Present present)) {
            return new ShardView(shard, assignee, ShardRecord.NEW, 0, null);
        }
        Decoded<ShardRecord> decoded = ShardRecordCodec.decode(present.data());
        if (decoded instanceof Decoded.Value<ShardRecord> value) {
            return new ShardView(shard, assignee, value.value(), token(value.value(), present.stat()), null);
        }
        String why =
                decoded instanceof Decoded.Broken<ShardRecord> broken ? broken.reason() : "a later version wrote it";
        return new ShardView(shard, assignee, ShardRecord.NEW, 0, why);
    }

    /** Of its execution; as long as that has written nothing more, its claim is the last change. */
    private static long token(ShardRecord record, Stat stat) {
        return record.token() == 0 && record.isRunning() ? stat.modified() : record.token();
    }

    // ---- Inside ---------------------------------------------------------------------------------------------------

    private boolean isReady() {
        return presence.usable().isPresent() && roster.isComplete() && jobs.isLoaded() && triggers.isComplete();
    }

    private void disconnected() {
        roster.disconnected();
        jobs.disconnected();
        triggers.disconnected();
        leadership.disconnected();
    }

    private void tick() {
        outbox.alarm(TICK, this::tick); // first of all: whatever fails here, there is a next time
        presence.tick();
        List.copyOf(fireTimes.values()).forEach(this::due);
        checkLife();
        shards.giveUpCheckpoints();
        shards.giveUpPoised();
        changes.giveUp();
    }

    private void due(FireTimes times) {
        if (times.passed(outbox.now())) {
            boolean ready = isReady();
            List.copyOf(times.jobs()).forEach(job -> shards.due(job, ready));
        }
        Instant now = outbox.now();
        times.announce(now, TICK.multipliedBy(2)).ifPresent(next -> {
            Duration left = Duration.between(now, next);
            Duration early = left.compareTo(AHEAD) > 0 ? left.minus(AHEAD) : Duration.ZERO;
            outbox.alarm(early, () -> comingUp.put(times, next));
            outbox.alarm(left, () -> hasCome(times, next));
        });
    }

    /** The loop's own ring, which comes even earlier than that of the fire source: for what is claimed already. */
    private void hasCome(FireTimes times, Instant fireTime) {
        Duration left = Duration.between(outbox.now(), fireTime);
        if (!left.isNegative() && !left.isZero() && left.compareTo(AHEAD) < 0) {
            outbox.alarm(left, () -> hasCome(times, fireTime)); // clock and stopwatch do not go quite alike
        } else {
            due(times);
        }
    }

    /** Claims ahead, at the end of a turn: once it is known whether the clock is right. */
    private void claimAhead() {
        comingUp.forEach((times, fireTime) -> {
            times.lookAhead();
            Duration left = Duration.between(outbox.now(), fireTime);
            if (!left.isNegative() && left.compareTo(AHEAD) <= 0) {
                List.copyOf(times.jobs()).forEach(job -> shards.comingUp(job, fireTime));
            }
        });
    }

    private void checkLife() {
        if (!livesLost && presence.grace().isPresent() && !presence.isAlive()) {
            livesLost = true;
            shards.lifeLost();
        }
    }

    private void rosterListed() {
        String id = presence.id();
        if (id != null) {
            Optional<Stat> own = roster.stat(id);
            if (own.isEmpty()) {
                presence.vanished();
                return;
            }
            roster.instance(id).ifPresent(self -> presence.read(self, own.get()));
        }
        jobs.rosterChanged();
        toAssign.addAll(jobs.jobs());
        shards.rosterListed();
    }

    private void assignAll() {
        if (!isReady()) {
            return;
        }
        toAssign.forEach(this::assign);
        toAssign.clear();
    }

    private void assign(JobState job) {
        JobDefinition definition = job.definition();
        if (job.isRemoved() || definition == null) {
            owned(job, List.of(), null, new TreeSet<>());
            return;
        }
        List<String> eligible =
                Eligibility.eligible(definition, job.application(), job.switches(), builtIn, roster.instances());
        if (!strategies.names().contains(definition.shardingStrategy())) {
            owned(job, eligible, null, new TreeSet<>()); // others know it; this instance is not among the eligible
            return;
        }
        ShardCount count = job.shardCount();
        Assignment assignment = assignment(job, definition, count.count(), eligible);
        SortedSet<Integer> mine = new TreeSet<>(assignment.shardsOf(String.valueOf(presence.id())));
        int largest = Math.max(count.largest(), job.triggers().largestCount());
        if (largest > count.count()) {
            // Shards that a change took away may still be due for firings before it.
            assignment(job, definition, largest, eligible).shardsOf(String.valueOf(presence.id())).stream()
                    .filter(shard -> shard >= count.count())
                    .forEach(mine::add);
        }
        owned(job, eligible, assignment, mine);
    }

    private Assignment assignment(JobState job, JobDefinition definition, int total, List<String> eligible) {
        ShardingDecision decision =
                ShardingDecision.of(strategies.strategy(definition.shardingStrategy()), job.name(), total, eligible);
        if (decision instanceof ShardingDecision.Replaced replaced
                && !job.eligible().equals(eligible)) {
            outbox.publish(
                    new ElasticJobEvent.StrategyReplaced(job.name(), definition.shardingStrategy(), replaced.reason()));
        }
        return decision.assignment();
    }

    private void owned(JobState job, List<String> eligible, @Nullable Assignment assignment, SortedSet<Integer> mine) {
        boolean other = !mine.equals(job.owned());
        job.assign(eligible, assignment, mine);
        follow(job);
        shards.assigned(job);
        if (other) {
            int total = job.shardCount().count();
            outbox.publish(new ElasticJobEvent.ShardsAssigned(job.name(), new TreeSet<>(mine.headSet(total)), total));
        }
    }

    /** Follows the job's schedule while a shard of it is here. */
    private void follow(JobState job) {
        JobDefinition definition = job.definition();
        boolean wanted = definition != null && !job.isRemoved() && !job.owned().isEmpty();
        Schedule schedule = definition != null && wanted ? definition.schedule() : null;
        FireTimes before = job.fireTimes();
        if (before != null && !before.schedule().equals(schedule)) {
            before.jobs().remove(job);
            job.follow(null);
            if (before.jobs().isEmpty()) {
                fireTimes.remove(before.schedule());
                outbox.add(new Effect.Forget(before.schedule()));
            }
        }
        if (schedule != null && job.fireTimes() == null) {
            FireTimes times = fireTimes.computeIfAbsent(schedule, wantedOne -> {
                outbox.add(new Effect.Follow(wantedOne));
                return new FireTimes(wantedOne);
            });
            times.jobs().add(job);
            job.follow(times);
        }
    }

    private final class TriggersKnown implements TriggerTable.Listener {

        @Override
        public void listed(JobState job) {
            if (job.triggers().largestCount() > job.shardCount().count()) {
                toAssign.add(job);
            }
            shards.triggersListed(job);
            triggerRequests.listed(job);
        }

        @Override
        public void gone(JobState job, long number, @Nullable Map<Integer, ShardRecord> last) {
            triggerRequests.gone(job, number, last);
        }
    }

    private final class Present implements Presence.Listener {

        @Override
        public void present(Connection connection) {
            wasReady = false;
            shards.present(sameInstance);
            if (!sameInstance && forgets) {
                jobs.mayBeForgotten();
            }
            sameInstance = true;
            roster.relist(connection);
            triggers.reconnected(connection);
            jobs.reload(connection);
            leadership.seek(connection);
            changes.resume();
        }

        @Override
        public void identityLost() {
            sameInstance = false;
            jobs.jobs().forEach(JobState::disown);
            shards.lifeLost();
        }
    }

    private final class Duties implements Leadership.Duties {

        @Override
        public void round(Connection over) {
            if (isReady()) {
                overdue.round(over);
                leftovers.round(over);
                finished.round(over);
            }
        }

        @Override
        public void lost() {
            overdue.forget();
            leftovers.lost();
        }
    }

    private final class JobsRead implements JobTable.Listener {

        @Override
        public void jobRead(JobState job) {
            toAssign.add(job);
            shards.changed(job);
        }

        @Override
        public void jobSeen(JobState job, int children) {
            triggers.jobRead(job, children);
        }

        @Override
        public void jobRemoved(JobState job) {
            toAssign.remove(job);
            triggers.removed(job);
            triggerRequests.removed(job);
            leftovers.searchAgain();
            follow(job);
            shards.removed(job);
            outbox.publish(new ElasticJobEvent.JobRemoved(job.name()));
        }

        @Override
        public void jobsLoaded() {
            toAssign.addAll(jobs.jobs());
        }
    }
}
