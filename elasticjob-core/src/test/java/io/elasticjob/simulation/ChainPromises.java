package io.elasticjob.simulation;

import io.elasticjob.Cause;
import io.elasticjob.Firing;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.Predecessor;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.JoinRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.Chain;
import io.elasticjob.coordination.Chain.Ancestor;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.JoinRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.Succession;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of jobs that join others: each join runs its job once, with all that it runs after, in the transaction by
 * which the last that it needs is closed; what descends from different firings, or from none, is never taken together; and
 * nobody waits for a branch that will not come.
 */
final class ChainPromises {

    private static final String FIRINGS = "/sim/firings/";
    private static final String JOINS = "/sim/joins/";

    /** By then everybody has heard of a change who can close a firing. */
    private static final Duration HEARD_OF = Simulation.SESSION.plusSeconds(6);

    /** By then nothing is on its way any more: every execution is short. */
    private static final Duration ON_ITS_WAY = Duration.ofSeconds(12);

    /** One join: of one life of a job, and one firing of the common ancestor. */
    private record Of(Layout.JobLife life, String identity) {}

    private static final class Story {
        final Map<String, Cause> came = new TreeMap<>();
        final Set<String> not = new HashSet<>();
        boolean fired;
        /** Whether it has run its job, or would have if the job could run. */
        boolean settled;
        /** Whether it was told to have ended without that; a firing that runs again may make it run after all. */
        boolean over;
        /** Whether somebody may have closed something who had not heard of all the jobs. */
        boolean unsure;
    }

    private final Observed seen;
    private final Map<Of, Story> stories = new LinkedHashMap<>();

    /** Where each firing comes from that runs after others, by its identity, as its trigger says. */
    private final Map<String, Chain> chains = new HashMap<>();

    private final Set<String> closed = new HashSet<>();

    /** Firings that run again without what runs after them. */
    private final Set<String> alone = new HashSet<>();

    /** What the present transaction has created, by job. */
    private final Map<String, Chain> created = new TreeMap<>();

    private long createdBy;
    private int joined;
    private int ended;
    private int late;

    ChainPromises(Observed seen) {
        this.seen = seen;
    }

    /** How often a job was run by a join, and how many joins ended without that. */
    List<Integer> counts() {
        return List.of(joined, ended);
    }

    /** How often a join has run its job that had ended without that before. */
    int late() {
        return late;
    }

    void changed(Change change) {
        Layout.TriggerOf trigger = Observed.LAYOUT.triggerAt(change.path()).orElse(null);
        if (trigger != null && Chains.concerns(trigger.job())) {
            triggered(trigger, change);
        } else if (change.path().startsWith(JOINS + "chain-")) {
            noted(change);
        } else if (change.path().startsWith(FIRINGS + "chain-")) {
            closed(change);
        }
    }

    private void triggered(Layout.TriggerOf of, Change change) {
        if (change.before() instanceof Read.Absent
                && change.after() instanceof Read.Present present
                && TriggerCodec.decode(0, present.stat().createdAt(), present.data())
                        instanceof Decoded.Value<Trigger> trigger) {
            triggered(of, trigger.value(), change);
        }
    }

    private void triggered(Layout.TriggerOf of, Trigger trigger, Change change) {
        Chain chain = trigger.content().chain();
        String self = identity(of.job(), seen.life(of.job()), new Firing.Triggered(of.number()));
        if (trigger.content().rerun() != null) {
            chains.put(self, chain);
            if (!trigger.content().rerun().successors()) {
                alone.add(self);
            }
        } else if (trigger.request().startsWith(Succession.REQUEST)) {
            if (createdBy != change.zxid()) {
                created.clear();
                createdBy = change.zxid();
            }
            created.put(of.job(), chain);
            chains.put(self, chain);
        }
    }

    private static String identity(String job, String life, Firing firing) {
        return job + "@" + life + "/" + firing.text();
    }

    private void noted(Change change) {
        Layout.JobLife life =
                Layout.lifeNamed(change.path().substring(JOINS.length())).orElseThrow();
        seen.trace.note(() -> "registry: " + change.path() + " "
                + (change.after() instanceof Read.Present present
                        ? JoinRecordCodec.decode(present.data())
                        : " is gone"));
        boolean isPresent = seen.life(life.job()).equals(life.life());
        if (isPresent != change.after() instanceof Read.Present) {
            seen.violated(change.path() + (isPresent ? " was deleted while" : " was written though") + " its job"
                    + (isPresent ? " lives" : " is gone"));
        }
    }

    // ---- A close
    // ---------------------------------------------------------------------------------------------------

    private void closed(Change change) {
        FiringRecord.Current before = current(change.before());
        FiringRecord.Current now = current(change.after());
        if (now == null || !(now.stage() instanceof FiringRecord.Closed as)) {
            return;
        }
        boolean wasClosed = before != null
                && before.whole().firing().equals(now.whole().firing())
                && before.stage() instanceof FiringRecord.Closed;
        if (!wasClosed) {
            Layout.JobLife life =
                    Layout.lifeNamed(change.path().substring(FIRINGS.length())).orElseThrow();
            closed(life, now.whole(), as.result(), change.zxid());
        }
    }

    private static FiringRecord.@Nullable Current current(Read read) {
        return read instanceof Read.Present present
                        && FiringRecordCodec.decode(present.data()) instanceof Decoded.Value<FiringRecord> value
                ? value.value().current()
                : null;
    }

    private void closed(Layout.JobLife life, FiringRecord.Whole whole, FiringResult result, long zxid) {
        String self = identity(life.job(), life.life(), whole.firing());
        Firing.Past past = whole.seen();
        closed.add(self);
        List<Ancestor> ancestors = chains.getOrDefault(self, Chain.NONE).ancestors();
        if (!whole.ancestors().equals(ancestors)) {
            seen.violated("a firing descends from others than its trigger says: " + whole + ", not " + ancestors);
        }
        List<Ancestor> descent = new ArrayList<>(ancestors);
        descent.add(new Ancestor(life.job(), life.life(), past.firing(), past.fireTime()));
        Map<String, Chain> now = createdBy == zxid ? Map.copyOf(created) : Map.of();
        created.clear();
        if (alone.contains(self)) {
            return; // see WholePromises
        }
        Cause cause = new Cause(life.job(), past.firing(), past.fireTime(), result);
        boolean isSure = areAllHeardOf();
        for (String job : Chains.NAMES) {
            Observed.Job joining = seen.jobs.get(job);
            if (joining != null && joining.definition().join() != Join.EACH) {
                arrived(joining, cause, descent, isSure, now.get(job));
            }
        }
    }

    private void arrived(
            Observed.Job joining, Cause cause, List<Ancestor> descent, boolean isSure, @Nullable Chain triggered) {
        JobDefinition definition = joining.definition();
        Ancestor of = common(descent).orElse(null);
        Chain chain = triggered;
        if (chain != null && (of == null || !last(chain).filter(of::equals).isPresent())) {
            seen.violated(definition.name() + " runs for what it does not join: " + chain + " after " + cause
                    + ", which descends from " + descent);
            return;
        }
        if (of == null) {
            return;
        }
        Story story = stories.computeIfAbsent(
                new Of(new Layout.JobLife(definition.name(), joining.life()), of.identity()), any -> new Story());
        story.unsure |= !isSure;
        boolean isPredecessor = names(definition).contains(cause.job());
        if (isPredecessor && Succession.follows(definition, cause.job(), cause.result())) {
            story.came.putIfAbsent(cause.job(), cause);
        } else if (isPredecessor) {
            story.not.add(cause.job());
        }
        boolean isEnough = definition.join() == Join.ANY
                ? !story.came.isEmpty()
                : story.came.keySet().containsAll(names(definition));
        if (chain != null) {
            checkRun(definition, story, chain, isEnough);
        } else if (isEnough && !story.settled && !story.unsure && mayRun(joining)) {
            seen.violated(definition.name() + " was not run by a join: " + of.identity() + " " + story.came);
        }
        boolean isOver =
                definition.join() == Join.ALL ? !story.not.isEmpty() : story.not.containsAll(names(definition));
        if (isOver && !story.settled && !story.over) {
            ended++;
        }
        story.over |= isOver;
        story.settled |= isEnough;
    }

    private void checkRun(JobDefinition definition, Story story, Chain chain, boolean isEnough) {
        joined++;
        late += story.over ? 1 : 0;
        if (story.fired) {
            seen.violated(definition.name() + " was run twice by one join: " + chain);
        }
        story.fired = true;
        Map<String, Cause> causes = new TreeMap<>();
        chain.causes()
                .forEach(cause -> causes.put(
                        cause.job(), new Cause(cause.job(), cause.firing(), cause.fireTime(), cause.result())));
        if (!isEnough || (!causes.equals(story.came) && !story.unsure)) {
            seen.violated(definition.name() + " was run after " + causes + ", though there came " + story.came);
        }
    }

    private static Optional<Ancestor> last(Chain chain) {
        List<Ancestor> all = chain.ancestors();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(all.size() - 1));
    }

    /** All branches come from the first job. */
    private static Optional<Ancestor> common(List<Ancestor> descent) {
        return descent.stream().filter(one -> one.job().equals(Chains.FIRST)).findFirst();
    }

    private static List<String> names(JobDefinition job) {
        return job.predecessors().stream().map(Predecessor::job).toList();
    }

    private static boolean mayRun(Observed.Job job) {
        return job.definition().enabled()
                && IntStream.range(0, job.stored().shardCount().count())
                        .anyMatch(shard -> !job.stored().switches().isOff(shard));
    }

    /** Whether all jobs were there as they are for so long that everybody knows it who closes a firing. */
    private boolean areAllHeardOf() {
        return Chains.NAMES.stream()
                .allMatch(name -> seen.jobs.containsKey(name)
                        && seen.ensemble.node(Observed.JOBS + name) instanceof Read.Present present
                        && present.stat().modifiedAt().plus(HEARD_OF).isBefore(seen.clock.now()));
    }

    // ---- What is so in the end
    // ------------------------------------------------------------------------------------------

    /** What waits, waits for something that may still come. */
    void checkQuiet() {
        for (String name : seen.ensemble.children("/sim/joins")) {
            Layout.JobLife life = Layout.lifeNamed(name).orElseThrow();
            Observed.Job job = seen.jobs.get(life.job());
            if (job != null
                    && job.life().equals(life.life())
                    && seen.ensemble.node(JOINS + name) instanceof Read.Present present
                    && JoinRecordCodec.decode(present.data()) instanceof Decoded.Value<JoinRecord> joins) {
                joins.value().waiting().forEach(entry -> checkWaits(life, job.definition(), entry));
            }
        }
    }

    private void checkWaits(Layout.JobLife life, JobDefinition job, JoinRecord.Entry entry) {
        if (entry.of() == null) {
            seen.violated(job.name() + " waits for what has nothing in common: " + entry);
            return;
        }
        String identity = entry.of().identity();
        Story story = stories.get(new Of(life, identity));
        boolean isUnsure = story == null || story.unsure;
        boolean isYoung = entry.since().plus(ON_ITS_WAY).isAfter(seen.clock.now());
        Set<String> descendants = chains.entrySet().stream()
                .filter(one -> one.getValue().ancestors().stream()
                        .anyMatch(ancestor -> ancestor.identity().equals(identity)))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        // What was taken back, or went with its job, is never closed.
        if (!isUnsure && !isYoung && closed.containsAll(descendants)) {
            seen.violated(job.name() + " waits for what will not come: " + entry + ", of " + descendants);
        }
    }
}
