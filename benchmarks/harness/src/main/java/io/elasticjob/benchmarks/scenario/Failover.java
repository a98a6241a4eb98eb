package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import io.elasticjob.benchmarks.worker.ExecutionLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;

/** A hard kill of one of three instances while all shards of a job run. */
final class Failover implements Scenario {

    private static final String SESSION = "session ms";
    private static final int INSTANCES = 3;
    private static final int SHARDS = 9;

    @Override
    public String name() {
        return "failover";
    }

    @Override
    public String title() {
        return "Hard kill of one of 3 instances while 9 shards run, failover on";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("firstAgainMillis", "first lost shard again ms"),
                Column.compared("lastAgainMillis", "last lost shard again ms"),
                Column.shown("lost", "shards lost"),
                Column.shown("notAgain", "not run again"),
                Column.shown("againTwice", "run again twice"),
                Column.shown("keptAgain", "run again though not lost"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String session : options.some("session", "4000", "4000")) {
            for (String victim : options.some("victims", "0,2", "0")) {
                cases.add(Case.plain().with(SESSION, session).with("killed", victim));
            }
        }
        return cases;
    }

    @Override
    public Options options(Case inCase, Options options) {
        return options.with("session", inCase.text(SESSION));
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int bodyMillis = options.number("body", options.quick() ? 2_000 : 3_000);
        int period = options.number("period", options.quick() ? 15 : 30);
        int victim = inCase.number("killed");
        for (int instance = 0; instance < INSTANCES; instance++) {
            JobSpec job = new JobSpec(0, SHARDS, JobSpec.When.EVERY, period, true, true);
            environment.worker().startWith(instance, job, 1, bodyMillis);
        }
        List<Execution> broken = new ArrayList<>();
        Environment.await(
                "a firing that runs all shards at once on all instances", Duration.ofSeconds(4L * period), () -> {
                    long now = ExecutionLog.nowMicros();
                    List<Execution> running = environment.executions().stream()
                            .filter(execution ->
                                    execution.ended() == 0 && execution.begun() > now - bodyMillis * 1_000L)
                            .toList();
                    broken.clear();
                    broken.addAll(running);
                    return count(running, Execution::shard) == SHARDS
                            && count(running, Execution::instance) == INSTANCES;
                });
        Moments.passSeconds(bodyMillis / 3_000.0);
        long kill = ExecutionLog.nowMicros();
        environment.workers().get(victim).kill();
        long periodMicros = period * 1_000_000L;
        long next = (broken.get(0).begun() / periodMicros + 1) * periodMicros;
        Moments.until(next / 1_000 - 200);
        Set<Integer> lost = shards(environment.executions().stream()
                .filter(execution -> execution.instance() == victim && execution.ended() == 0)
                .toList());
        Map<Integer, List<Double>> again = new TreeMap<>();
        environment.executions().stream()
                .filter(execution -> execution.begun() > kill && execution.instance() != victim)
                .forEach(execution -> again.computeIfAbsent(execution.shard(), shard -> new ArrayList<>())
                        .add((execution.begun() - kill) / 1_000.0));
        List<Double> firsts = again.entrySet().stream()
                .filter(shard -> lost.contains(shard.getKey()))
                .map(shard -> shard.getValue().get(0))
                .toList();
        return Figures.builder()
                .put("lost", lost.size())
                .put("firstAgainMillis", Statistics.percentile(firsts, 0))
                .put("lastAgainMillis", Statistics.percentile(firsts, 1))
                .put("notAgain", lost.size() - firsts.size())
                .put(
                        "againTwice",
                        lost.stream()
                                .filter(shard ->
                                        again.getOrDefault(shard, List.of()).size() > 1)
                                .count())
                .put(
                        "keptAgain",
                        again.keySet().stream()
                                .filter(shard -> !lost.contains(shard))
                                .count())
                .build();
    }

    private static long count(List<Execution> executions, ToIntFunction<Execution> what) {
        return executions.stream().mapToInt(what).distinct().count();
    }

    private static Set<Integer> shards(List<Execution> executions) {
        return executions.stream().map(Execution::shard).collect(Collectors.toCollection(TreeSet::new));
    }
}
