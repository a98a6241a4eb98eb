package io.elasticjob.slurm;

import io.elasticjob.ArrayKind;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.kind.ArrayJournal;
import io.elasticjob.kind.ArrayRunner;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** An instance in a process of its own, whose jobs run on a Slurm. It can be killed at any moment. */
public final class EngineMain {

    /** How many jobs there are, each with firings by hand alone. */
    static final int JOBS = 5;

    private EngineMain() {}

    static String job(int number) {
        return "images-" + number;
    }

    /** @param session timeout of its session */
    static JobEngineBuilder engine(String zooKeeper, String name, Duration session) {
        return JobEngine.builder()
                .namespace(Owner.NAMESPACE)
                .instanceName(name)
                .registry(new ZooKeeperRegistry(new ZooKeeperSettings(zooKeeper, session, Duration.ofSeconds(5), null)))
                .fireSource(new QuartzFireSource(InstantSource.system()));
    }

    /** @param arguments connect string of ZooKeeper, slurm.conf, the shared directory, name of the instance */
    public static void main(String[] arguments) {
        Path configuration = Path.of(arguments[1]);
        SlurmCluster cluster = Owner.client(
                configuration,
                Path.of(arguments[2]),
                new LocalPrograms(Map.of("SLURM_CONF", configuration.toString()), Duration.ofSeconds(20)));
        JobEngineBuilder engine = engine(arguments[0], arguments[3], Duration.ofSeconds(4))
                .runner(new ArrayRunner(
                        Owner.NAMESPACE,
                        InProcessShardRunner.platform(Map.of(), 64),
                        List.of(cluster),
                        ArrayJournal.NONE));
        for (int number = 0; number < JOBS; number++) {
            engine.job(JobDefinition.named(job(number))
                    .set(JobKey.AT, "2099-01-01T00:00:00Z")
                    .set(ArrayKind.ARRAY, "task")
                    .set(ArrayKind.ARRAY_SIZE, Integer.toString(Owner.TASKS))
                    .build());
        }
        engine.build().start();
    }
}
