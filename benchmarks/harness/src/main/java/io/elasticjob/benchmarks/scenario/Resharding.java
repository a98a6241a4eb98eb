package io.elasticjob.benchmarks.scenario;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Environment;
import io.elasticjob.benchmarks.environment.Options;
import io.elasticjob.benchmarks.environment.Sightings;
import io.elasticjob.benchmarks.environment.WorkerProcess;
import io.elasticjob.benchmarks.figures.Case;
import io.elasticjob.benchmarks.figures.Column;
import io.elasticjob.benchmarks.figures.Figures;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.worker.Execution;
import io.elasticjob.benchmarks.worker.ExecutionLog;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;

/** Three instances of a job that fires each second: one more joins, one leaves, one is killed. */
final class Resharding implements Scenario {

    private static final String JOB = new JobSpec(0, 1, JobSpec.When.EVERY, 1, true, false).name();
    private static final String SESSION = "session ms";
    private static final int INSTANCES = 3;
    private static final int SHARDS = 9;

    @Override
    public String name() {
        return "re-sharding";
    }

    @Override
    public String title() {
        return "From a change of instances to a complete new assignment of 9 shards, job each second";
    }

    @Override
    public List<Column> columns() {
        return List.of(
                Column.compared("inPlaceMillis", "in place by executions ms"),
                Column.compared("knownMillis", "known to all ms"),
                Column.shown("missed", "executions missed"),
                Column.shown("twice", "executions twice"));
    }

    @Override
    public boolean fits(Contender contender) {
        return contender.isSharded();
    }

    @Override
    public List<Case> cases(Contender contender, Options options) {
        List<Case> cases = new ArrayList<>();
        for (String change : options.some("changes", "join,leave,kill", "join,leave,kill")) {
            Case one = Case.plain().with("change", change);
            cases.add(
                    change.equals("kill")
                            ? one.with(SESSION, options.number("session", options.quick() ? 4_000 : 10_000))
                            : one);
        }
        return cases;
    }

    @Override
    public Options options(Case inCase, Options options) {
        return inCase.circumstances().containsKey(SESSION) ? options.with("session", inCase.text(SESSION)) : options;
    }

    @Override
    public Figures measure(Case inCase, Environment environment) throws Exception {
        Options options = environment.options();
        String change = inCase.text("change");
        JobSpec job = new JobSpec(0, SHARDS, JobSpec.When.EVERY, 1, true, false);
        // Each instance has a JVM, of the same number.
        List<WorkerProcess> workers = environment.workers();
        SortedSet<Integer> living = new TreeSet<>();
        for (int instance = 0; instance < INSTANCES; instance++) {
            environment.worker().startWith(instance, job, 1, 0);
            living.add(instance);
        }
        WorkerProcess joins = environment.worker();
        if (change.equals("join")) {
            joins.startWarm(INSTANCES); // its JVM is up and has reached the registry; the job is yet to come
        }
        Moments.passSeconds(options.quick() ? 3 : 6);
        for (int instance : living) {
            if (change.equals("join") || instance != 0) {
                workers.get(instance).watch(instance, JOB);
            }
        }
        Moments.passSeconds(1 + Math.random()); // at any moment of a second
        long event = ExecutionLog.nowMicros();
        int patience = options.quick() ? 6 : 12;
        switch (change) {
            case "join" -> {
                joins.register(INSTANCES, job, 1, 0);
                joins.launch(INSTANCES);
                joins.watch(INSTANCES, JOB);
                living.add(INSTANCES);
            }
            case "leave" -> {
                living.remove(0);
                workers.get(0).close(0);
            }
            case "kill" -> {
                living.remove(0);
                workers.get(0).kill();
                patience += environment.sessionMillis() / 1_000;
            }
            default ->
                throw new IllegalArgumentException("--changes=" + change + " has to be some of join, leave, kill");
        }
        Moments.passSeconds(patience);
        List<Execution> executions = environment.executions();
        Settling settling = Settling.of(executions, SHARDS, event, ExecutionLog.nowMicros() - 500_000);
        List<Sightings> sightings = new ArrayList<>();
        for (int instance : living) {
            sightings.add(workers.get(instance).watched(instance));
        }
        OptionalLong known = Sightings.settled(sightings, SHARDS, event);
        return Figures.builder()
                .put("inPlaceMillis", settling.millisAfter(event))
                .put("knownMillis", known.isPresent() ? (known.getAsLong() - event) / 1_000.0 : Double.NaN)
                .put("missed", settling.missed())
                .put("twice", settling.twice())
                .remark("owners", settling.owners())
                .build();
    }
}
