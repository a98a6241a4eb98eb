package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.environment.ZooKeeperServers.Counts;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import java.util.ArrayList;
import java.util.List;

/** What one firing of one job costs the ZooKeeper server. */
final class RegistryRequests implements Scenario {

    private static final long MIDDLE_OF_A_SECOND = 600;

    @Override
    public String name() {
        return "requests";
    }

    @Override
    public String title() {
        return "Registry requests for one firing of one job, all instances together, pings included";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("packetsPerFiring", "requests"),
                Column.compared("writesPerFiring", "writes"),
                Column.compared("answersPerFiring", "answers and events"),
                Column.shown("firings", "firings"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String instances : options.some("instances", "1,3", "1")) {
            for (String shards : options.some("shards", "1,10,100", "10")) {
                cases.addAll(Monitoring.cases(
                        Case.plain().with("instances", instances).with("shards", shards), contender, options));
            }
        }
        return cases;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        int seconds = options.seconds(20, 5);
        int shards = inCase.number("shards");
        JobSpec job = new JobSpec(0, shards, JobSpec.When.EVERY, 1, inCase.isMonitored(), false);
        for (int instance = 0; instance < inCase.number("instances"); instance++) {
            WorkerProcess worker = environment.worker();
            worker.startWith(instance, job, 1, 0);
        }
        Moments.passSeconds(4);
        // From the middle of a second to the middle of another: whole firings only.
        long from = Moments.nextSecond() + MIDDLE_OF_A_SECOND;
        Moments.until(from);
        Counts before = environment.zooKeeper().counts();
        Moments.until(from + seconds * 1_000L);
        Counts counted = environment.zooKeeper().counts().since(before);
        double firings =
                Latenesses.within(environment.executions(), from, seconds).size() / (double) shards;
        return Figures.builder()
                .put("firings", firings)
                .put("packetsPerFiring", counted.packets() / firings)
                .put("writesPerFiring", counted.writes() / firings)
                .put("answersPerFiring", counted.packetsSent() / firings)
                .build();
    }
}
