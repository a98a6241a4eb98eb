package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.Sightings;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.figures.Statistics;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.ExecutionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** The number of shards of a job is changed on one of ten instances. */
final class ConfigurationChange implements Scenario {

    private static final int FEWER = 10;
    private static final int MORE = 20;

    @Override
    public String name() {
        return "configuration-change";
    }

    @Override
    public String title() {
        return "From a change of a job's shards, asked for on one instance, until every instance knows it";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("allP50", "all instances p50 ms"),
                Column.compared("allMost", "all instances most ms"),
                Column.compared("firstP50", "first instance p50 ms"),
                Column.shown("unheard", "changes not heard everywhere"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        return options.some("instances", "10", "10").stream()
                .map(instances -> Case.plain().with("instances", instances))
                .toList();
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int instances = inCase.number("instances");
        JobSpec job = new JobSpec(0, FEWER, JobSpec.When.FAR_AWAY, 0, true, false);
        List<WorkerProcess> of = new ArrayList<>();
        for (int instance = 0; instance < instances; instance++) {
            // Two JVMs: the change is asked for in the one, and heard in both.
            WorkerProcess worker = instance < 2 ? environment.worker() : of.get(instance - 2);
            worker.startWith(instance, job, 1, 0);
            of.add(worker);
        }
        Moments.passSeconds(options.quick() ? 2 : 4);
        List<Double> all = new ArrayList<>();
        List<Double> first = new ArrayList<>();
        int changes = options.number("repeats", options.quick() ? 4 : 30);
        for (int change = 0; change < changes; change++) {
            int shards = change % 2 == 0 ? MORE : FEWER;
            for (int instance = 0; instance < instances; instance++) {
                of.get(instance).watch(instance, job.name());
            }
            Moments.passSeconds(0.2);
            long event = ExecutionLog.nowMicros();
            of.get(0).reshard(0, job.name(), shards);
            Moments.passSeconds(1);
            List<Double> heard = new ArrayList<>();
            for (int instance = 0; instance < instances; instance++) {
                Sightings sightings = of.get(instance).watched(instance);
                OptionalLong at = sightings.firstWith(shards);
                at.ifPresent(micros -> heard.add((micros - event) / 1_000.0));
            }
            if (heard.size() == instances) {
                all.add(Statistics.percentile(heard, 1));
                first.add(Statistics.percentile(heard, 0));
            }
        }
        return Figures.builder()
                .put("allP50", Statistics.percentile(all, 0.5))
                .put("allMost", Statistics.percentile(all, 1))
                .put("firstP50", Statistics.percentile(first, 0.5))
                .put("changes", changes)
                .put("unheard", (double) changes - all.size())
                .build();
    }
}
