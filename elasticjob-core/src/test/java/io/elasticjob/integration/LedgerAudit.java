package io.elasticjob.integration;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.toList;

import io.elasticjob.JobDefinition;
import io.elasticjob.integration.LedgerLine.What;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Holds a ledger against what is promised. */
final class LedgerAudit {

    /** From the kill of an instance until its shards run on time again: its session, a tick, and room for a busy machine. */
    private static final Duration RECOVERY = Worker.SESSION.plusSeconds(2);

    private final List<JobDefinition> jobs;
    private final List<LedgerLine> lines;
    private final Map<String, Instant> killed;
    private final List<Run> runs = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();

    private record Shard(String job, int shard) {}

    /** @param end null when its process ended first */
    private record Run(LedgerLine start, @Nullable Instant end) {

        Shard shard() {
            return new Shard(start.job(), start.shard());
        }

        Instant firing() {
            return start.firing();
        }

        @Override
        public String toString() {
            return start + " to " + end;
        }
    }

    /** @param killed when each of the instances was killed that were */
    LedgerAudit(List<JobDefinition> jobs, Collection<LedgerLine> lines, Map<String, Instant> killed) {
        this.jobs = jobs;
        this.lines =
                lines.stream().sorted(Comparator.comparing(LedgerLine::time)).toList();
        this.killed = killed;
        Map<Long, Map<Shard, Instant>> ends = new HashMap<>();
        this.lines.stream()
                .filter(line -> line.what() == What.END)
                .forEach(line -> ends.computeIfAbsent(line.token(), any -> new HashMap<>())
                        .put(new Shard(line.job(), line.shard()), line.time()));
        this.lines.stream()
                .filter(line -> line.what() == What.START)
                .forEach(line -> runs.add(new Run(
                        line, ends.getOrDefault(line.token(), Map.of()).get(new Shard(line.job(), line.shard())))));
    }

    /** What was broken; empty when all was kept. */
    List<String> violations() {
        violations.clear();
        runs.stream()
                .filter(run ->
                        run.end() == null && !killed.containsKey(run.start().instance()))
                .forEach(run -> violations.add("never ended, though nobody killed it: " + run));
        Map<Shard, List<Run>> byShard = runs.stream().collect(groupingBy(Run::shard));
        byShard.values().forEach(this::checkOneAfterTheOther);
        byShard.values()
                .forEach(of ->
                        of.stream().collect(groupingBy(Run::firing)).values().forEach(this::checkOnce));
        checkNoneIsLost(byShard);
        return violations;
    }

    /** The runs of a firing that were begun again, after the death of who ran it. */
    long retried() {
        return runs.stream().filter(run -> run.start().number() > 1).count();
    }

    /** Runs that their process did not live to end. */
    long cutOff() {
        return runs.stream().filter(run -> run.end() == null).count();
    }

    /** All that was written of the shards and times that a violation may be about. */
    String excerpt() {
        StringBuilder all = new StringBuilder("killed " + killed + "\n");
        lines.forEach(line -> all.append(line).append('\n'));
        return all.toString();
    }

    /** Runs of one shard do not overlap, unless the process of the earlier one was killed; and each has a larger token. */
    private void checkOneAfterTheOther(List<Run> shard) {
        for (int i = 1; i < shard.size(); i++) {
            Run earlier = shard.get(i - 1);
            Run later = shard.get(i);
            Instant over = earlier.end() != null
                    ? earlier.end()
                    : killed.get(earlier.start().instance());
            if (over == null || later.start().time().isBefore(over)) {
                violations.add("two at once: " + earlier + " and " + later);
            }
            if (later.start().token() <= earlier.start().token()) {
                violations.add("the token is no larger: " + earlier + " and " + later);
            }
        }
    }

    /** A firing of a shard is begun once, and once more for each owner that was killed while running it. */
    private void checkOnce(List<Run> firing) {
        for (int i = 1; i < firing.size(); i++) {
            Run earlier = firing.get(i - 1);
            Run later = firing.get(i);
            if (earlier.end() != null
                    || later.start().number() <= earlier.start().number()) {
                violations.add("ran twice: " + earlier + " and " + later);
            }
            if (!job(later.shard()).failover()) {
                violations.add("ran again without failover: " + later);
            }
        }
        Run first = firing.get(0);
        if (first.start().number() > 1 && !isNearAKill(first.firing())) {
            violations.add("a later attempt, and none before it: " + first);
        }
    }

    /** From the first firing that all shards know to the last: run, or superseded near a kill and told so. */
    private void checkNoneIsLost(Map<Shard, List<Run>> byShard) {
        Optional<Instant> from =
                byShard.values().stream().map(of -> of.get(0).firing()).max(Comparator.naturalOrder());
        Optional<Instant> to = byShard.values().stream()
                .map(of -> of.get(of.size() - 1).firing())
                .min(Comparator.naturalOrder());
        for (JobDefinition job : jobs) {
            for (int item = 0; item < job.shardingTotalCount(); item++) {
                Shard shard = new Shard(job.name(), item);
                if (!byShard.containsKey(shard)) {
                    violations.add("never ran: " + shard);
                    continue;
                }
                Map<Instant, List<Run>> ran =
                        byShard.get(shard).stream().collect(groupingBy(Run::firing, TreeMap::new, toList()));
                Instant due =
                        job.schedule().next(from.orElseThrow().minusMillis(1)).orElseThrow();
                while (!due.isAfter(to.orElseThrow())) {
                    if (!ran.containsKey(due) && !(isSuperseded(job, shard, due) && isNearAKill(due))) {
                        violations.add("lost: " + shard + " of " + due);
                    }
                    due = job.schedule().next(due).orElseThrow();
                }
            }
        }
    }

    private boolean isSuperseded(JobDefinition job, Shard shard, Instant due) {
        return lines.stream()
                .filter(line -> line.what() == What.SUPERSEDED)
                .filter(line -> new Shard(line.job(), line.shard()).equals(shard))
                .anyMatch(line -> {
                    Instant earliest = line.firing();
                    for (long i = 0; i < line.number(); i++) {
                        earliest = job.schedule().latest(earliest.minusNanos(1)).orElseThrow();
                    }
                    return due.isBefore(line.firing()) && !due.isBefore(earliest);
                });
    }

    private boolean isNearAKill(Instant due) {
        return killed.values().stream()
                .anyMatch(at -> due.isAfter(at.minusSeconds(2)) && due.isBefore(at.plus(RECOVERY)));
    }

    private JobDefinition job(Shard shard) {
        return jobs.stream()
                .filter(job -> job.name().equals(shard.job()))
                .findFirst()
                .orElseThrow();
    }
}
