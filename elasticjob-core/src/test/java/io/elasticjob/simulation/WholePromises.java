package io.elasticjob.simulation;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.Firing;
import io.elasticjob.FiringListener;
import io.elasticjob.FiringResult;
import io.elasticjob.JobDefinition;
import io.elasticjob.Join;
import io.elasticjob.ShardRecord;
import io.elasticjob.ShardState;
import io.elasticjob.codec.Decoded;
import io.elasticjob.codec.FiringRecordCodec;
import io.elasticjob.codec.TriggerCodec;
import io.elasticjob.coordination.FiringRecord;
import io.elasticjob.coordination.Layout;
import io.elasticjob.coordination.StoredJob;
import io.elasticjob.coordination.Succession;
import io.elasticjob.coordination.Trigger;
import io.elasticjob.memory.Change;
import io.elasticjob.registry.Read;
import io.elasticjob.schedule.Schedule;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What is promised of firings that are recorded as wholes: each is opened once and closed once, only when all its shards are
 * decided by the settings of that time; nothing runs but what is open; each beginning and each close is told, once where
 * nobody dies.
 */
final class WholePromises {

    private static final String FIRINGS = "/sim/firings/";

    /** So long a firing may be open, or untold, when nothing goes wrong: every execution is short. */
    private static final Duration SHORT = Duration.ofSeconds(6);

    /** By then everybody has heard of a change who can close a firing: after that a session is over. */
    private static final Duration HEARD_OF = Simulation.SESSION.plusSeconds(6);

    /** One firing of one life of a job. */
    private record Of(Layout.JobLife life, Firing firing) {}

    /** What became of it. */
    private static final class Story {
        @Nullable
        Instant opened;

        boolean closed;
        boolean listenedBefore;
        boolean listenedAfter;
        int before;
        int after;
        int tellersBefore;
        int tellersAfter;
        long changedAt;
        /** What its shards had left when it was closed. */
        SortedMap<Integer, String> results = new TreeMap<>();
    }

    private final Observed seen;
    private final Map<Layout.JobLife, FiringRecord> records = new HashMap<>();
    private final Map<Of, Story> stories = new LinkedHashMap<>();
    private int closes;
    private int successions;

    /** The jobs for which the last transaction has created triggers that follow a close, and that transaction. */
    private final Map<String, Integer> following = new TreeMap<>();

    private long followingOf;
    private int retaken;
    private final Set<String> missed = new HashSet<>();

    private final DivisionPromises divisions;

    WholePromises(Observed seen, DivisionPromises divisions) {
        this.divisions = divisions;
        this.seen = seen;
    }

    /** Firings that run again, and are to have successors. */
    private final Set<Of> withSuccessors = new HashSet<>();

    private void rerun(String job, Change change, Read.Present present) {
        long number = Layout.triggerNumber(change.path().substring(change.path().lastIndexOf('/') + 1))
                .orElseThrow();
        if (TriggerCodec.decode(number, present.stat().createdAt(), present.data())
                        instanceof Decoded.Value<Trigger> trigger
                && trigger.value().content().rerun() != null
                && trigger.value().content().rerun().successors()) {
            withSuccessors.add(new Of(
                    new Layout.JobLife(job, seen.life(job)), trigger.value().firing()));
        }
    }

    /** How many firings were closed, and how often another instance has told in the place of a dead one. */
    int closes() {
        return closes;
    }

    int retaken() {
        return retaken;
    }

    /** How often a job was run after another one. */
    int successions() {
        return successions;
    }

    /** How many firings were told as late. */
    int missed() {
        return missed.size();
    }

    /** Each deadline that is missed is told once at most, whoever leads, and only of a firing that was late. */
    void heard(String process, ElasticJobEvent event) {
        Observed.Job job =
                event instanceof ElasticJobEvent.FiringDeadlineMissed late ? seen.jobs.get(late.job()) : null;
        if (event instanceof ElasticJobEvent.FiringDeadlineMissed late && job != null) {
            seen.trace.note(() -> process + " tells " + late);
            if (!missed.add(job.life() + " " + late.job() + " " + late.firing().text() + " " + late.fireTime())) {
                seen.violated("a deadline was told twice: " + process + " " + late);
            }
            if (late.fireTime().isAfter(seen.clock.now().plus(Simulation.MAX_TIME_DIFF))) {
                seen.violated("a deadline was told of a firing to come: " + process + " " + late);
            }
        }
    }

    static boolean isSuccession(Trigger trigger) {
        return trigger.request().startsWith(Succession.REQUEST);
    }

    /** A trigger was created: that of a successor comes with the close that it follows. */
    void triggered(String job, Change change) {
        if (change.before() instanceof Read.Absent && change.after() instanceof Read.Present made) {
            rerun(job, change, made);
        }
        if (change.before() instanceof Read.Absent
                && change.after() instanceof Read.Present present
                && TriggerCodec.decode(0, present.stat().createdAt(), present.data())
                        instanceof Decoded.Value<Trigger> trigger
                && isSuccession(trigger.value())) {
            checkNothingIsLeft(change.zxid());
            followingOf = change.zxid();
            following.merge(job, 1, Integer::sum);
        }
    }

    private void checkNothingIsLeft(long zxid) {
        // Of one transaction all triggers come before the close.
        if (!following.isEmpty() && followingOf != zxid) {
            seen.violated("a firing was triggered after no close: " + following);
            following.clear();
        }
    }

    /** Each successor that may run gets one trigger, in the transaction of the close. */
    private void checkFollowing(
            Layout.JobLife life, FiringRecord.Whole whole, FiringResult result, boolean isWanted, long zxid) {
        Map<String, Integer> made = followingOf == zxid ? new TreeMap<>(following) : new TreeMap<>();
        following.clear();
        successions += made.size();
        seen.jobs.forEach((name, job) -> {
            boolean follows = isWanted && Succession.follows(job.definition(), life.job(), result);
            int triggers = Objects.requireNonNullElse(made.remove(name), 0);
            boolean mayRun = job.definition().enabled()
                    && IntStream.range(0, job.stored().shardCount().count())
                            .anyMatch(shard -> !job.stored().switches().isOff(shard));
            if (triggers > (follows ? 1 : 0)) {
                seen.violated(name + " was triggered " + triggers + " times after " + whole + " " + result);
            }
            boolean joins = job.definition().join() != Join.EACH; // see ChainPromises
            if (follows && !joins && mayRun && triggers == 0 && isHeardOf(name)) {
                seen.violated(name + " was not triggered after " + whole + " " + result);
            }
        });
        made.keySet().forEach(name -> seen.violated(name + " was triggered after what it does not follow: " + whole));
    }

    /** Whether it was there for so long that everybody knows it who closes a firing. */
    private boolean isHeardOf(String name) {
        return seen.ensemble.node(Observed.JOBS + name) instanceof Read.Present present
                && present.stat().createdAt().plus(HEARD_OF).isBefore(seen.clock.now())
                && present.stat().modifiedAt().plus(HEARD_OF).isBefore(seen.clock.now());
    }

    // ---- What is written --------------------------------------------------------------------------------------------

    void changed(Change change) {
        if (!change.path().startsWith(FIRINGS)) {
            return;
        }
        Layout.JobLife life =
                Layout.lifeNamed(change.path().substring(FIRINGS.length())).orElseThrow();
        FiringRecord before = records.getOrDefault(life, FiringRecord.NEW);
        if (!(change.after() instanceof Read.Present present)) {
            if (seen.life(life.job()).equals(life.life())) {
                seen.violated(change.path() + " was deleted while its job lives");
            }
            records.remove(life);
            return;
        }
        FiringRecord after = DivisionPromises.rememberingLoss(
                before, ((Decoded.Value<FiringRecord>) FiringRecordCodec.decode(present.data())).value());
        records.put(life, after);
        seen.trace.note(() -> "registry: " + change.path() + " " + after.current() + " " + after.decided());
        FiringRecord.Current then = before.current();
        FiringRecord.Current now = after.current();
        boolean wasClosed = then != null
                && now != null
                && then.whole().firing().equals(now.whole().firing())
                && then.stage() instanceof FiringRecord.Closed;
        if (now != null && now.stage() instanceof FiringRecord.Closed closed && !wasClosed) {
            boolean isWanted = !now.whole().isRerun()
                    || withSuccessors.contains(new Of(life, now.whole().firing()));
            checkFollowing(life, now.whole(), closed.result(), isWanted, change.zxid());
        }
        if (!Objects.equals(before.current(), after.current())) {
            Observed.Job job = seen.jobs.get(life.job());
            if (job == null || !job.life().equals(life.life())) {
                seen.violated(change.path() + " was written though its job is gone: " + after);
            } else {
                checkStep(life, job, before, after);
            }
        }
    }

    private void checkStep(Layout.JobLife life, Observed.Job job, FiringRecord before, FiringRecord after) {
        FiringRecord.Current next = Objects.requireNonNull(after.current());
        Story story = stories.computeIfAbsent(new Of(life, next.whole().firing()), any -> new Story());
        story.changedAt = seen.time.nanoTime();
        boolean isSame = before.current() != null
                && before.current().whole().firing().equals(next.whole().firing());
        divisions.step(life, job, before, next);
        if (!isSame) {
            if (!before.isFree()) {
                seen.violated("a firing was opened over one that is not done: " + before + " then " + after);
            }
            if (story.opened != null) {
                seen.violated("a firing was opened twice: " + after);
            }
            story.opened = seen.clock.now();
            checkOpening(job, before, next);
        } else if (before.untold().isPresent() ? !(next.stage() instanceof FiringRecord.Closed) : before.isFree()) {
            seen.violated("a firing was changed that is done: " + before + " then " + after);
        }
        if (next.stage() instanceof FiringRecord.Opening opening) {
            story.listenedBefore = true;
            story.tellersBefore++;
            checkTeller(before.opening().map(FiringRecord.Opening::by).orElse(null), opening.by());
        } else if (next.stage() instanceof FiringRecord.Open) {
            boolean isListened = Wholes.isBeginningHeard(job.definition());
            if (isListened && story.before == 0 && (story.listenedBefore || before.isFree())) {
                seen.violated("a firing was opened before its listeners had heard of it: " + after);
            }
        } else if (next.stage() instanceof FiringRecord.Closed closed) {
            checkClosed(life, job, story, before, next.whole(), closed);
        }
    }

    private void checkOpening(Observed.Job job, FiringRecord before, FiringRecord.Current next) {
        if (next.whole().firing() instanceof Firing.Scheduled scheduled) {
            if (scheduled.fireTime().isBefore(job.stored().since())
                    || !job.definition().enabled()) {
                seen.violated("a firing was opened that its job does not want: " + next);
            }
            Instant fireTime = scheduled.fireTime();
            Schedule schedule = job.definition().schedule();
            Optional<Instant> named = schedule.isByEnd()
                    ? schedule.afterEnd(before.decided().through(), job.stored().since())
                    : schedule.next(fireTime.minusNanos(1));
            if (!named.equals(Optional.of(fireTime))) {
                seen.violated("a firing was opened for what is no fire time but " + named + ": " + next);
            }
            if (!job.definition().plannedShards().arePlanned()
                    && next.whole().count() != job.stored().shardCount().at(scheduled.fireTime())) {
                seen.violated("a firing was opened with another number of shards: " + next);
            }
        }
    }

    private void checkTeller(@Nullable String before, @Nullable String now) {
        if (before != null && now != null && !before.equals(now)) {
            retaken++;
            if (seen.isLive(before)) {
                seen.violated(now + " tells in the place of " + before + ", which lives");
            }
        }
    }

    private void checkClosed(
            Layout.JobLife life,
            Observed.Job job,
            Story story,
            FiringRecord before,
            FiringRecord.Whole whole,
            FiringRecord.Closed closed) {
        if (!story.closed) {
            story.closed = true;
            closes++;
            whole.shards()
                    .forEach(shard -> Optional.of(seen.record(life, shard))
                            .filter(record -> whole.firing().equals(record.firing()))
                            .flatMap(ShardRecord::result)
                            .ifPresent(result -> story.results.put(shard, result)));
            if (before.open().isPresent()
                    && (whole.plan() == null || job.definition().plannedShards().arePlanned())) {
                whole.shards().forEach(shard -> checkDecided(life, job, whole, shard));
                whole.shards().forEach(shard -> checkHasPart(life, job, whole, shard));
            }
        } else if (before.open().isPresent()) {
            seen.violated("a firing was closed twice: " + whole);
        }
        if (!closed.told()) {
            story.listenedAfter = true;
            story.tellersAfter++;
            checkTeller(before.untold().map(FiringRecord.Closed::teller).orElse(null), closed.teller());
        } else if (story.after == 0
                && Wholes.isEndHeard(job.definition())
                && (story.listenedAfter || before.untold().isEmpty())) {
            seen.violated("a close counts as told, and was not: " + whole);
        }
    }

    /** By the settings that hold now, which the close has checked. */
    private void checkDecided(Layout.JobLife life, Observed.Job job, FiringRecord.Whole whole, int shard) {
        ShardRecord record = seen.record(life, shard);
        StoredJob stored = job.stored();
        boolean runs = record.isRunning() && whole.firing().equals(record.firing());
        boolean decided;
        if (whole.firing() instanceof Firing.Triggered triggered) {
            decided = record.trigger() >= triggered.number()
                    || stored.switches().isOff(shard)
                    || seen.ensemble.node(Observed.LAYOUT.trigger(life.job(), triggered.number()))
                            instanceof Read.Absent;
        } else {
            Instant fireTime = whole.fireTime();
            Instant through = record.through();
            decided = (through != null && !fireTime.isAfter(through))
                    || !job.definition().enabled()
                    || !Observed.isOn(stored.switches(), shard, fireTime)
                    || fireTime.isBefore(stored.since())
                    || (whole.plan() == null && shard >= stored.shardCount().at(fireTime))
                    || fireTime.isAfter(seen.clock.now().plus(Simulation.MAX_TIME_DIFF));
        }
        if (runs || !decided) {
            seen.violated("a firing was closed before shard " + shard + " was decided: " + whole + ", " + record);
        }
    }

    /** No shard is left out whose job is as it was when the firing was opened, but where it was too late for that shard. */
    private void checkHasPart(Layout.JobLife life, Observed.Job job, FiringRecord.Whole whole, int shard) {
        ShardRecord record = seen.record(life, shard);
        boolean isUnchanged = seen.ensemble.node(Observed.JOBS + life.job()) instanceof Read.Present present
                && present.stat().version() == whole.jobVersion();
        boolean isWanted = Observed.isOn(job.stored().switches(), shard, whole.fireTime())
                && whole.firing() instanceof Firing.Scheduled
                && !job.definition().schedule().isByEnd();
        boolean isLate = whole.plan() == null
                && seen.clock
                        .now()
                        .isAfter(whole.fireTime()
                                .plus(job.definition().misfireThreshold())
                                .minus(Observed.EARLY));
        boolean isEnded = whole.isPlanLost() || divisions.isCancelled(life, whole.firing(), shard);
        boolean isPassed = isOfDelay(record) && !whole.fireTime().isAfter(Objects.requireNonNull(record.through()));
        if (isUnchanged
                && isWanted
                && !isLate
                && !isEnded
                && !isPassed
                && !whole.firing().equals(record.firing())) {
            seen.violated("shard " + shard + " had no part in a firing: " + whole + ", " + record);
        }
    }

    /** Whether it has ended when its job ran by a delay, and is decided up to that end, be the job's schedule another one now. */
    private static boolean isOfDelay(ShardRecord record) {
        Instant ended = record.finishedAt();
        return ended != null && ended.truncatedTo(ChronoUnit.MILLIS).equals(record.through());
    }

    /** Only what is open is begun, by whom its job is recorded as wholes. */
    void claimed(Layout.JobLife life, int shard, ShardRecord before, ShardRecord after) {
        Observed.Job job = seen.jobs.get(life.job());
        if (!(Wholes.concerns(life.job()) || Chains.concerns(life.job())) || job == null || before.isRunning()) {
            return;
        }
        Firing firing = Objects.requireNonNull(after.firing());
        FiringRecord.Whole open =
                records.getOrDefault(life, FiringRecord.NEW).open().orElse(null);
        if (open == null || !open.firing().equals(firing) || !open.has(shard)) {
            seen.violated("shard " + shard + " of " + life + " was claimed for a firing that is not open: "
                    + firing.text() + ", but " + records.get(life));
        }
    }

    // ---- What is told
    // -------------------------------------------------------------------------------------------------

    FiringListener listener(String process) {
        return new FiringListener() {
            @Override
            public void beforeFiring(Start firing) {
                seen.trace.note(() -> process + " hears that it begins: " + firing);
                Story story = storyOf(firing);
                story.before++;
            }

            @Override
            public void afterFiring(End firing) {
                seen.trace.note(() -> process + " hears that it has ended: " + firing);
                Story story = storyOf(firing.start());
                story.after++;
                if (!story.closed) {
                    seen.violated("the end of a firing is told that is not closed: " + firing);
                }
                if (!story.results.equals(firing.results())) {
                    seen.violated(
                            "the end of a firing is told with other results than " + story.results + ": " + firing);
                }
            }
        };
    }

    private Story storyOf(FiringListener.Start firing) {
        return stories.entrySet().stream()
                .filter(entry -> entry.getKey().firing().identity().equals(firing.firing())
                        && entry.getKey().life().job().equals(firing.job()))
                .filter(entry -> firing.id().equals(idOf(entry.getKey())))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow(() -> new AssertionError("told of what was never opened: " + firing));
    }

    private final Map<String, String> lives = new HashMap<>();

    private String idOf(Of of) {
        Observed.Job job = seen.jobs.get(of.life().job());
        if (job != null) {
            lives.put(job.life(), job.stored().life());
        }
        return of.life().job() + "@" + lives.get(of.life().life()) + "/"
                + of.firing().identity().text()
                + (of.firing().identity().equals(of.firing())
                        ? ""
                        : "/" + of.firing().text());
    }

    // ---- What is so in the end
    // ------------------------------------------------------------------------------------------

    /** Nothing goes wrong any more, and there are instances: nothing is left behind. */
    void checkQuiet(Collection<JobDefinition> definitions) {
        checkNothingIsLeft(Long.MAX_VALUE);
        records.forEach((life, record) -> {
            Observed.Job job = seen.jobs.get(life.job());
            if (job == null || !job.life().equals(life.life()) || record.isFree()) {
                return;
            }
            Story story = Objects.requireNonNull(stories.get(new Of(
                    life, Objects.requireNonNull(record.current()).whole().firing())));
            boolean isRecorded = job.definition().wholeFirings().areRecorded();
            boolean waits = record.open()
                    .filter(open -> open.firing() instanceof Firing.Triggered)
                    .filter(open -> !job.definition().enabled())
                    .isPresent();
            if (isRecorded && !waits && seen.time.nanoTime() - story.changedAt > SHORT.toNanos()) {
                seen.violated("a firing is not brought to its end: " + life + " " + record);
            }
        });
        stories.forEach((of, story) -> {
            if (story.tellersBefore == 1 && story.before > 1) {
                seen.violated("a beginning was told " + story.before + " times, though nobody died: " + of);
            }
            if (story.tellersAfter == 1 && story.after > 1) {
                seen.violated("a close was told " + story.after + " times, though nobody died: " + of);
            }
        });
    }

    static boolean isClaim(ShardRecord before, ShardRecord after) {
        return after.state() instanceof ShardState.Running && !Observed.isSameExecution(before, after);
    }
}
