package io.elasticjob.boot.migration;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.apache.shardingsphere.elasticjob.api.JobConfiguration;
import org.apache.shardingsphere.elasticjob.api.ShardingContext;
import org.apache.shardingsphere.elasticjob.infra.env.IpUtils;
import org.apache.shardingsphere.elasticjob.lite.api.bootstrap.impl.ScheduleJobBootstrap;
import org.apache.shardingsphere.elasticjob.reg.zookeeper.ZookeeperConfiguration;
import org.apache.shardingsphere.elasticjob.reg.zookeeper.ZookeeperRegistryCenter;
import org.apache.shardingsphere.elasticjob.simple.job.SimpleJob;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.impl.SchedulerRepository;
import org.quartz.listeners.TriggerListenerSupport;

/** Apache ElasticJob as published, running in this JVM. */
final class ApacheElasticJob implements AutoCloseable {

    private final ZookeeperRegistryCenter registry;
    private final List<ScheduleJobBootstrap> scheduled = new ArrayList<>();

    ApacheElasticJob(String connectString, String namespace) {
        registry = new ZookeeperRegistryCenter(new ZookeeperConfiguration(connectString, namespace));
        registry.init();
    }

    /** @param ran is told the fire time and the shard of each execution */
    void schedule(JobConfiguration configuration, BiConsumer<Instant, Integer> ran) throws SchedulerException {
        FireTime fireTime = new FireTime();
        ScheduleJobBootstrap bootstrap = new ScheduleJobBootstrap(registry, new Told(fireTime, ran), configuration);
        // Its jobs are not told their fire times. Each has a Quartz of its own, which is found by the job's name.
        Scheduler quartz =
                Objects.requireNonNull(SchedulerRepository.getInstance().lookup(configuration.getJobName()));
        quartz.getListenerManager().addTriggerListener(fireTime);
        bootstrap.schedule();
        scheduled.add(bootstrap);
    }

    /** As the button of its console does: no server runs the job any more. */
    void disable(String job) {
        registry.persist("/" + job + "/servers/" + IpUtils.getIp(), "DISABLED");
    }

    @Override
    public void close() {
        scheduled.forEach(ScheduleJobBootstrap::shutdown);
        registry.close();
    }

    /** Has a name, which the library writes into ZooKeeper, and compares. */
    private record Told(FireTime fireTime, BiConsumer<Instant, Integer> ran) implements SimpleJob {

        @Override
        public void execute(ShardingContext context) {
            ran.accept(fireTime.now(), context.getShardingItem());
        }
    }

    /** Of the firing that runs: its scheduler has one thread, so that there is one at most. */
    private static final class FireTime extends TriggerListenerSupport {

        private volatile Instant now = Instant.EPOCH;

        @Override
        public String getName() {
            return "fire time";
        }

        @Override
        public void triggerFired(Trigger trigger, JobExecutionContext context) {
            now = context.getScheduledFireTime().toInstant();
        }

        Instant now() {
            return now;
        }
    }
}
