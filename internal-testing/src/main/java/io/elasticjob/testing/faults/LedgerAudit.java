package io.elasticjob.testing.faults;

import static java.util.stream.Collectors.groupingBy;

import io.elasticjob.testing.faults.Fault.Kind;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds a ledger against what is promised, given what was done to the processes that wrote it. */
public final class LedgerAudit {

    /** The longest period whose firings may be superseded on a machine that is merely busy. */
    private static final Duration FREQUENT = Duration.ofSeconds(1);

    /** What begins later than this is late, and what is due meanwhile may be superseded by what is due next. */
    private static final Duration LATE = Duration.ofSeconds(1);

    /** From a claim until its run begins, and from its end until it is recorded, on a busy machine. */
    private static final Duration RECORDING = Duration.ofMillis(500);

    private final List<Job> jobs;
    private final Duration recovery;
    private final List<LedgerLine> lines;
    private final List<Fault> faults;
    private final Map<Shard, List<Run>> runs = new HashMap<>();
    private final Map<Shard, Set<Instant>> superseded = new HashMap<>();
    private final Map<Shard, Set<Instant>> lost = new HashMap<>();
    private final List<String> violations = new ArrayList<>();
    private long supersededInPeace;
    private long repeated;

    /** What the audit has to know of a job, which fires at the multiples of its period. */
    public record Job(String name, Duration every, int shards, boolean failover) {}

    private record Shard(String job, int item) {
        static Shard of(LedgerLine line) {
            return new Shard(line.job(), line.shard());
        }
    }

    /** @param over null when its process ended first */
    private record Run(LedgerLine start, @Nullable LedgerLine over) {

        Instant firing() {
            return start.firing();
        }

        boolean finished() {
            return over != null && over.what() == What.END;
        }

        @Override
        public String toString() {
            return "(" + start + " to " + (over == null ? "nothing" : over.what() + " " + over.time()) + ")";
        }
    }

    /** @param recovery how long after the end of a fault firings may still be late or superseded */
    public LedgerAudit(
            Collection<Job> jobs, Duration recovery, Collection<LedgerLine> lines, Collection<Fault> faults) {
        this.jobs = List.copyOf(jobs);
        this.recovery = recovery;
        this.lines =
                lines.stream().sorted(Comparator.comparing(LedgerLine::time)).toList();
        this.faults = List.copyOf(faults);
        gatherRuns();
        gatherAnnouncements();
        check();
    }

    /** What was broken; empty when all was kept. */
    public List<String> violations() {
        return violations;
    }

    /** Runs of a firing whose earlier attempt was lost. */
    public long retried() {
        return all().stream().filter(run -> run.start().number() > 1).count();
    }

    /** Runs that their process did not live to end. */
    public long cutOff() {
        return all().stream().filter(run -> run.over() == null).count();
    }

    /** Runs that came to their end, could not record it because of a fault, and were run again. */
    public long repeated() {
        return repeated;
    }

    /** Firings that were superseded though no fault was near: the machine was busy. */
    public long supersededInPeace() {
        return supersededInPeace;
    }

    public long runs() {
        return all().size();
    }

    /** From the death of each instance to the beginning of what was run again because of it. */
    public List<Duration> failovers() {
        List<Duration> delays = new ArrayList<>();
        for (List<Run> shard : runs.values()) {
            for (int i = 1; i < shard.size(); i++) {
                Run earlier = shard.get(i - 1);
                Run later = shard.get(i);
                if (earlier.over() == null && later.firing().equals(earlier.firing())) {
                    killed(earlier)
                            .ifPresent(at -> delays.add(
                                    Duration.between(at, later.start().time())));
                }
            }
        }
        return delays;
    }

    /** All that was done, and all that was written, in its order. */
    public String excerpt() {
        StringBuilder all = new StringBuilder();
        faults.forEach(fault -> all.append(fault).append('\n'));
        lines.forEach(line -> all.append(line).append('\n'));
        return all.toString();
    }

    private void gatherRuns() {
        Map<Shard, Map<Long, LedgerLine>> ends = new HashMap<>();
        for (LedgerLine line : lines) {
            if (line.what() == What.END || line.what() == What.CANCELLED) {
                ends.computeIfAbsent(Shard.of(line), any -> new HashMap<>()).put(line.token(), line);
            }
        }
        for (LedgerLine line : lines) {
            if (line.what() == What.START) {
                Shard shard = Shard.of(line);
                runs.computeIfAbsent(shard, any -> new ArrayList<>())
                        .add(new Run(line, ends.getOrDefault(shard, Map.of()).get(line.token())));
            }
        }
        runs.values()
                .forEach(shard ->
                        shard.sort(Comparator.comparing(run -> run.start().token())));
    }

    private void gatherAnnouncements() {
        for (LedgerLine line : lines) {
            Shard shard = Shard.of(line);
            if (line.what() == What.SUPERSEDED) {
                Instant due = line.firing();
                for (long i = 0; i < line.number(); i++) {
                    due = due.minus(job(shard).every());
                    superseded.computeIfAbsent(shard, any -> new HashSet<>()).add(due);
                }
            } else if (line.what() == What.LOST) {
                lost.computeIfAbsent(shard, any -> new HashSet<>()).add(line.firing());
            }
        }
    }

    private void check() {
        all().stream()
                .filter(run -> run.over() == null && killed(run).isEmpty())
                .forEach(run -> violations.add("never ended, though nobody killed it: " + run));
        runs.values().forEach(this::checkOneAfterTheOther);
        runs.values()
                .forEach(shard ->
                        shard.stream().collect(groupingBy(Run::firing)).values().forEach(this::checkOnce));
        checkNoneIsLost();
    }

    /**
     * In the order of their tokens, runs of one shard do not overlap, unless the process of the earlier one could not know
     * that it was taken for dead; and no firing comes back.
     */
    private void checkOneAfterTheOther(List<Run> shard) {
        Run longest = shard.get(0);
        for (int i = 1; i < shard.size(); i++) {
            Run earlier = shard.get(i - 1);
            Run later = shard.get(i);
            if (later.start().token() == earlier.start().token()) {
                violations.add("the token is no larger: " + earlier + " and " + later);
            }
            if (later.firing().isBefore(earlier.firing())) {
                violations.add("an older firing after a newer one: " + earlier + " and " + later);
            }
            if (later.start().time().isBefore(over(longest)) && !isDeceived(longest, later)) {
                violations.add("two at once: " + longest + " and " + later);
            }
            longest = over(later).isAfter(over(longest)) ? later : longest;
        }
    }

    private Instant over(Run run) {
        if (run.over() != null) {
            return run.over().time();
        }
        return killed(run).orElse(Instant.MAX);
    }

    private boolean isDeceived(Run earlier, Run later) {
        return faults.stream()
                .filter(fault -> fault.deceives() && fault.hits(earlier.start().instance()))
                .anyMatch(
                        fault -> !fault.from().isAfter(later.start().time()) && hadBegunBefore(earlier, fault.until()));
    }

    /** Whatever begins later does so under a session that came after the fault. */
    private static boolean hadBegunBefore(Run run, Instant end) {
        return !run.start().time().isAfter(end.plus(RECORDING));
    }

    /** A firing of a shard is begun once, and once more for each attempt that did not end, or could not record it. */
    private void checkOnce(List<Run> firing) {
        for (int i = 1; i < firing.size(); i++) {
            Run earlier = firing.get(i - 1);
            Run later = firing.get(i);
            if (later.start().number() <= earlier.start().number()) {
                violations.add("ran twice as the same attempt: " + earlier + " and " + later);
            }
            if (earlier.finished() && isCutOffFromRecording(earlier)) {
                repeated++;
            } else if (earlier.finished()) {
                violations.add("ran twice: " + earlier + " and " + later);
            }
            if (!job(Shard.of(later.start())).failover()) {
                violations.add("ran again without failover: " + later);
            }
        }
        Run first = firing.get(0);
        if (first.start().number() > 1 && !isNearAFault(first.firing())) {
            violations.add("a later attempt, and none before it: " + first);
        }
    }

    private boolean isCutOffFromRecording(Run run) {
        Instant end = over(run);
        return faults.stream()
                .filter(fault -> fault.hits(run.start().instance()))
                .anyMatch(fault -> !fault.from().isAfter(end.plus(RECORDING)) && hadBegunBefore(run, fault.until()));
    }

    /** From the first firing that all shards know to the last: run, or superseded or lost near a fault and told so. */
    private void checkNoneIsLost() {
        Instant from = Instant.MIN;
        Instant to = Instant.MAX;
        for (List<Run> shard : runs.values()) {
            from = later(from, shard.get(0).firing());
            to = earlier(to, shard.get(shard.size() - 1).firing());
        }
        for (Job job : jobs) {
            for (int item = 0; item < job.shards(); item++) {
                Shard shard = new Shard(job.name(), item);
                if (runs.containsKey(shard)) {
                    checkNoneIsLost(job, shard, from, to);
                } else {
                    violations.add("never ran: " + shard);
                }
            }
        }
    }

    private void checkNoneIsLost(Job job, Shard shard, Instant from, Instant to) {
        NavigableMap<Instant, Run> ran = new TreeMap<>();
        runs.getOrDefault(shard, List.of()).forEach(run -> ran.put(run.firing(), run));
        long period = job.every().toMillis();
        for (Instant due = firstFrom(from, period); !due.isAfter(to); due = due.plus(job.every())) {
            if (ran.containsKey(due)) {
                continue;
            }
            boolean announced = superseded.getOrDefault(shard, Set.of()).contains(due);
            if (isNearAFault(due)) {
                announced |= lost.getOrDefault(shard, Set.of()).contains(due);
            } else if (announced && (job.every().compareTo(FREQUENT) <= 0 || isLate(ran.lowerEntry(due)))) {
                supersededInPeace++;
            } else {
                announced = false;
            }
            if (!announced) {
                violations.add("lost: " + shard + " of " + due);
            }
        }
    }

    /** Such as that of an instance that has just been started beside others, on a machine that is slow to start it. */
    private static boolean isLate(Map.@Nullable Entry<Instant, Run> before) {
        return before != null
                && before.getValue().start().time().isAfter(before.getKey().plus(LATE));
    }

    private boolean isNearAFault(Instant due) {
        return faults.stream()
                .anyMatch(fault -> due.isAfter(fault.from().minusSeconds(2))
                        && due.isBefore(fault.until().plus(recovery)));
    }

    private Optional<Instant> killed(Run run) {
        return faults.stream()
                .filter(fault ->
                        fault.kind() == Kind.KILLED && fault.hits(run.start().instance()))
                .map(Fault::from)
                .findFirst();
    }

    private List<Run> all() {
        return runs.values().stream().flatMap(List::stream).toList();
    }

    private Job job(Shard shard) {
        return jobs.stream()
                .filter(job -> job.name().equals(shard.job()))
                .findFirst()
                .orElseThrow();
    }

    private static Instant firstFrom(Instant from, long period) {
        return Instant.ofEpochMilli(-Math.floorDiv(-from.toEpochMilli(), period) * period);
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
