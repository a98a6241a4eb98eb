package io.elasticjob.simulation;

import io.elasticjob.CancelRequest;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.Setting;
import io.elasticjob.TriggerRequest;
import io.elasticjob.coordination.Homes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What happens in the end of each history, when nothing goes wrong any more: versions and applications come and go. */
final class Epilogue {

    /** For a session to end, a leader to be found, and its rounds to come by. */
    static final Duration LEADER_LOOKS = Simulation.SESSION.plusSeconds(21);

    /** As long as one leader may be missed by the next; three of them are more than a job may be undeclared. */
    private static final Duration NOT_TOO_LONG_TO_COUNT = Duration.ofMinutes(24);

    private final Simulation simulation;

    Epilogue(Simulation simulation) {
        this.simulation = simulation;
    }

    /** Every process is replaced by one of the same version, which starts before the other leaves. */
    void rollingRestart(List<JobDefinition> same, SplittableRandom random) {
        simulation.trace().note("--- all are restarted, one after the other");
        simulation.deploy(same);
        List<JobDefinition> before = simulation.definitions();
        Instant from = simulation.clock.now();
        for (SimulatedProcess old : simulation.living()) {
            simulation.start(random);
            simulation.time.pass(Duration.ofSeconds(1));
            simulation.leave(old);
            simulation.time.pass(Duration.ofMillis(1_500));
        }
        Instant to = simulation.clock.now();
        simulation.time.pass(Duration.ofSeconds(3));
        simulation.promises.streams().check(simulation.definitions(), Simulation.names(simulation.living()));
        simulation
                .promises
                .firings()
                .checkRollingRestart(
                        before.stream()
                                .filter(job -> simulation.definitions().contains(job))
                                .toList(),
                        from,
                        to);
    }

    /** While all of the application are gone, another one declares its jobs otherwise, and gets none of them. */
    void rival(List<JobDefinition> declared, SplittableRandom random) {
        List<JobDefinition> owned = declared.stream()
                .filter(job -> simulation.promises.seen().job(job.name()).isPresent())
                .toList();
        List<JobDefinition> otherwise = owned.stream()
                .map(job -> job.with(Map.of(JobKey.DESCRIPTION, new Setting("the rival's", Setting.Source.CODE))))
                .toList();
        simulation.trace().note("--- another application declares the same jobs");
        SimulatedProcess rival = simulation.start("rival", otherwise, random);
        simulation.time.pass(Duration.ofSeconds(2));
        simulation.living().stream().filter(process -> process != rival).forEach(simulation::kill);
        simulation.time.pass(LEADER_LOOKS);
        simulation.promises.jobs().checkOwned(owned, "sim");
        simulation.start(random);
        simulation.time.pass(Duration.ofSeconds(2));
        simulation.kill(rival);
        simulation.time.pass(LEADER_LOOKS);
        simulation.promises.jobs().checkOwned(owned, "sim");
        simulation.promises.jobs().checkDeclarations(owned, Simulation.names(simulation.living()));
    }

    /** What runs for long is cancelled within a second, whichever instance is asked, and runs nowhere again. */
    void cut() {
        simulation.trace().note("--- what runs for long is cancelled");
        while (simulation.living().size() < 3) {
            simulation.start(new SplittableRandom(simulation.plan.seed()));
        }
        simulation.time.pass(Duration.ofSeconds(3));
        Instant begun = simulation.time.now();
        int shards = simulation
                .promises
                .seen()
                .known(Cuts.BY_HAND)
                .filter(job -> job.effective().enabled() && job.switches().isEmpty())
                .map(job -> job.shardCount().count())
                .orElse(0);
        if (shards == 0) {
            return; // an operator wants it so
        }
        simulation.lasting = Duration.ofSeconds(20);
        simulation.ask(simulation.living().get(0), new Wish.Trigger(TriggerRequest.of(Cuts.BY_HAND)));
        simulation.time.pass(Duration.ofSeconds(3));
        simulation.ask(simulation.living().get(2), new Wish.CancelRun(CancelRequest.of(Cuts.BY_HAND)));
        simulation.time.pass(Duration.ofSeconds(1));
        simulation.promises.cuts().checkCancelled(Cuts.BY_HAND, begun, shards);
        simulation.time.pass(Duration.ofSeconds(5));
        simulation.promises.cuts().checkOver(Cuts.BY_HAND, begun, shards);
    }

    /** What gives way is cancelled as soon as the next firing has come due. */
    void overlap() {
        simulation.trace().note("--- runs last, and give way");
        while (simulation.living().size() < 2) {
            simulation.start(new SplittableRandom(simulation.plan.seed()));
        }
        simulation.time.pass(Duration.ofSeconds(3));
        Instant begun = simulation.time.now();
        simulation.lastingJob = Overlaps.GIVES_WAY;
        simulation.lasting = Duration.ofSeconds(20);
        simulation.time.pass(Overlaps.PERIOD.multipliedBy(4));
        simulation.promises.overlaps().checkGaveWay(begun);
        simulation.lasting = null;
        simulation.time.pass(Duration.ofSeconds(25));
    }

    /** One instance restarts, and finds its shards; one leaves for good, and others get them; one is left alone. */
    void homes(SplittableRandom random) {
        simulation.trace().note("--- instances restart, and leave for good");
        while (simulation.living().size() < 3) {
            simulation.start(random);
        }
        Duration settled = LEADER_LOOKS.plus(Placements.HOMES_AFTER.multipliedBy(2));
        simulation.time.pass(settled);
        checkHomes();
        Homes homes = simulation.promises.placements().homes(Placements.AT_HOME);
        SimulatedProcess restarted = simulation.living().stream()
                .filter(one -> homes.byShard().containsValue(one.name))
                .findFirst()
                .orElse(simulation.living().get(0));
        simulation.kill(restarted);
        simulation.time.pass(Simulation.SESSION.plusSeconds(2));
        simulation.startAs(restarted.name, random);
        simulation.time.pass(Duration.ofSeconds(20));
        simulation.promises.placements().checkAtHomeAs(homes, Placements.AT_HOME);
        checkHomes();
        simulation.living().stream()
                .filter(one -> one.name.equals(restarted.name))
                .forEach(simulation::kill);
        simulation.time.pass(settled);
        checkHomes();
        simulation.living().stream().skip(1).forEach(simulation::kill);
        simulation.time.pass(settled);
        checkHomes();
    }

    private void checkHomes() {
        simulation
                .promises
                .placements()
                .checkEnd(simulation.definitions(), simulation.living(), (process, job) -> process.canRun(job));
    }

    /**
     * A job that is declared no more does not run, and is forgotten after a while, however rudely the processes are ended
     * meanwhile.
     */
    void forget(List<JobDefinition> declared, SplittableRandom random) {
        simulation.trace().note("--- " + Deployment.IN_SOME_VERSIONS + " is declared no more");
        List<JobDefinition> rest = declared.stream()
                .filter(job -> !job.name().equals(Deployment.IN_SOME_VERSIONS))
                .toList();
        rollingRestart(rest, random);
        simulation.time.pass(LEADER_LOOKS);
        for (int times = 0; times < 3; times++) {
            simulation.promises.jobs().checkIsThere(Deployment.IN_SOME_VERSIONS);
            simulation.living().forEach(simulation::kill);
            simulation.leap(NOT_TOO_LONG_TO_COUNT);
            simulation.start(random);
            simulation.time.pass(LEADER_LOOKS);
        }
        simulation.promises.jobs().checkDeclarations(rest, Simulation.names(simulation.living()));
        simulation.promises.jobs().checkForgotten(Deployment.IN_SOME_VERSIONS);
    }
}
