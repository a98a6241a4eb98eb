package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Load;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** How long it takes from the last end of a firing to the begin of the job that runs after it. */
final class Chain implements Scenario {

    private static final int WARM_UP_SECONDS = 20;
    private static final double MICROS = 1_000;

    @Override
    public String name() {
        return "chain";
    }

    @Override
    public String title() {
        return "From the last end of jobs of 4 shards to the begin of the jobs that run after them, each second";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("achievedPercent", "followed %"),
                Column.shown("twice", "twice"),
                Column.shown("p50", "end to begin p50 ms"),
                Column.compared("p99", "end to begin p99 ms"),
                Column.shown("requestsPerChain", "requests for both"));
    }

    /** The others have no jobs that run after others across instances. */
    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String chains : options.some("chains", "1,20", "2")) {
            for (String instances : options.some("instances", "1,3", "2")) {
                cases.add(Case.plain().with("chains", chains).with("instances", instances));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(30, 4);
        int chains = inCase.number("chains");
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            WorkerProcess worker = environment.worker();
            worker.start(instance);
            for (int chain = 0; chain < chains; chain++) {
                worker.register(instance, new JobSpec(2 * chain, 4, JobSpec.When.RECORDED, 1, true, false), 1, 0);
                worker.register(
                        instance, new JobSpec(2 * chain + 1, 1, JobSpec.When.AFTER_ANOTHER, 0, true, false), 1, 0);
            }
            worker.launch(instance);
        }
        Moments.passSeconds(options.number("warm-up", options.quick() ? 3 : WARM_UP_SECONDS));
        long from = Moments.nextSecond();
        Environment.Meter meter = environment.meter();
        double before = SideBySide.requests(environment);
        Moments.until(from + seconds * 1_000L);
        double requests = SideBySide.requests(environment) - before;
        Load load = meter.read();
        Moments.passSeconds(1); // what follows the last firing
        Figures.Builder figures = Figures.builder();
        putFollowing(figures, Latenesses.due(environment.executions(), from, seconds), chains * seconds);
        return figures.put("requestsPerChain", requests / (chains * seconds))
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }

    /** @param due how many firings are to be followed, and each once */
    private static void putFollowing(Figures.Builder figures, List<Execution> executions, int due) {
        Map<List<Long>, Long> lastEnds = new HashMap<>();
        Map<List<Long>, Long> begins = new HashMap<>();
        int twice = 0;
        for (Execution execution : executions) {
            List<Long> firing = List.of(execution.job() / 2L, execution.fireTime().orElseThrow());
            if (execution.job() % 2 == 0) {
                lastEnds.merge(firing, execution.ended(), Math::max);
            } else if (begins.putIfAbsent(firing, execution.begun()) != null) {
                twice++;
            }
        }
        List<Double> millis = new ArrayList<>();
        begins.forEach((firing, begun) -> {
            Long ended = lastEnds.get(firing);
            if (ended != null) {
                millis.add((begun - ended) / MICROS);
            }
        });
        figures.put("achievedPercent", 100.0 * millis.size() / due)
                .put("twice", twice)
                .put("p50", Statistics.percentile(millis, 0.5))
                .put("p99", Statistics.percentile(millis, 0.99))
                .put("most", Statistics.percentile(millis, 1));
    }
}
