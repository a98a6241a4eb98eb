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
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Many jobs, each of which fires again a second after it has ended. */
final class FixedDelays implements Scenario {

    private static final int DELAY_SECONDS = 1;
    private static final int WARM_UP_SECONDS = 30;
    /** A firing that begins later than this after its time counts as missed. */
    private static final double IN_TIME_MILLIS = 1_000;

    private static final double MICROS = 1_000;

    @Override
    public String name() {
        return "fixed-delays";
    }

    @Override
    public String title() {
        return "Many jobs of 1 shard, each a second after its last end";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.shown("jobs", "jobs there"),
                Column.compared("achievedPercent", "achieved %"),
                Column.compared("p50", "p50 ms"),
                Column.compared("p99", "p99 ms"),
                Column.compared("cpuSecondsPer1000", "CPU s per 1,000, workers"),
                Column.compared("serverCpuSecondsPer1000", "CPU s per 1,000, server"));
    }

    /** The others count from fire time to fire time. */
    @Override
    public boolean fits(Contender contender) {
        return contender == Contender.ELASTICJOB;
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String jobs : options.some("jobs", "1000", "50")) {
            for (String instances : options.some("instances", "1,2", "1")) {
                cases.add(Monitoring.on(Case.plain().with("jobs", jobs).with("instances", instances), contender));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(30, 5);
        int jobs = inCase.number("jobs");
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            WorkerProcess worker = environment.worker();
            worker.start(instance);
            JobSpec first = new JobSpec(0, 1, JobSpec.When.AFTER_END, DELAY_SECONDS, true, false);
            jobs = Registering.asMany(worker, instance, first, jobs, options);
            worker.launch(instance);
        }
        Moments.passSeconds(options.quick() ? 3 : WARM_UP_SECONDS);
        long from = Moments.nextSecond();
        Environment.Meter meter = environment.meter();
        Moments.until(from + seconds * 1_000L);
        Load load = meter.read();
        Figures.Builder figures = Figures.builder().put("jobs", jobs);
        List<Execution> executions = Latenesses.within(environment.executions(), from, seconds);
        putLateness(figures, executions, jobs);
        double count = Math.max(1, executions.size());
        return figures.put("executions", executions.size())
                .put("cpuSecondsPer1000", load.workers() / count)
                .put("serverCpuSecondsPer1000", load.servers() / count)
                .put("othersCpuPercent", load.othersPercent())
                .build();
    }

    /** From a second after each end to the next begin; a job that never ran again within the time counts as missed. */
    private static void putLateness(Figures.Builder figures, List<Execution> executions, int jobs) {
        Map<Integer, Execution> last = new HashMap<>();
        List<Double> late = new ArrayList<>();
        executions.stream().sorted(Comparator.comparingLong(Execution::begun)).forEach(execution -> {
            Execution before = last.put(execution.job(), execution);
            if (before != null) {
                late.add((execution.begun() - Math.max(before.begun(), before.ended())) / MICROS
                        - DELAY_SECONDS * 1_000);
            }
        });
        long inTime = late.stream().filter(millis -> millis <= IN_TIME_MILLIS).count();
        int neverRan = jobs - last.size();
        List<Double> sorted = late.stream().sorted().toList();
        figures.put("achievedPercent", 100.0 * inTime / Math.max(1, late.size() + neverRan))
                .put("neverRan", neverRan)
                .put("early", late.stream().filter(millis -> millis < -1).count())
                .put("p50", Statistics.percentile(sorted, 0.5))
                .put("p99", Statistics.percentile(sorted, 0.99))
                .put("most", Statistics.percentile(sorted, 1));
    }
}
