package io.elasticjob.benchmarks.apache;

import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.shardingsphere.elasticjob.api.JobConfiguration;
import org.apache.shardingsphere.elasticjob.api.ShardingContext;
import org.apache.shardingsphere.elasticjob.infra.env.IpUtils;
import org.apache.shardingsphere.elasticjob.lite.api.bootstrap.impl.OneOffJobBootstrap;
import org.apache.shardingsphere.elasticjob.lite.api.bootstrap.impl.ScheduleJobBootstrap;
import org.apache.shardingsphere.elasticjob.lite.internal.config.ConfigurationService;
import org.apache.shardingsphere.elasticjob.reg.zookeeper.ZookeeperConfiguration;
import org.apache.shardingsphere.elasticjob.reg.zookeeper.ZookeeperRegistryCenter;
import org.apache.shardingsphere.elasticjob.simple.job.SimpleJob;
import org.jspecify.annotations.Nullable;

/** Apache ShardingSphere ElasticJob with its defaults. Its jobs are not told their fire times. */
public final class ApacheElasticJobSystem implements SystemUnderTest {

    private static final String NAMESPACE = "benchmarks";
    private static final int CONNECTION_MILLIS = 10_000;
    private static final int PER_BLOCK = 100;

    private final Map<String, JobSpec> jobs = new ConcurrentHashMap<>();
    private final Map<String, OneOffJobBootstrap> onTrigger = new ConcurrentHashMap<>();
    private final Map<String, ScheduleJobBootstrap> scheduled = new ConcurrentHashMap<>();
    private @Nullable ZookeeperRegistryCenter registry;

    @Override
    public void start(InstanceSettings settings) throws Exception {
        // An instance is its address and process there. Several in one JVM need different ones: the library's cache of
        // its
        // own address, of which this class loader has a copy, is filled with one that nobody connects to. All are of
        // one
        // length, for the library compares addresses by their beginnings.
        Field address = IpUtils.class.getDeclaredField("cachedIpAddress");
        address.setAccessible(true);
        int ordinal = settings.ordinal();
        address.set(null, "10.9.%d.%d".formatted(ordinal / PER_BLOCK + 1, ordinal % PER_BLOCK + PER_BLOCK));
        ZookeeperConfiguration configuration = new ZookeeperConfiguration(settings.required("zookeeper"), NAMESPACE);
        int session = settings.number("sessionMillis", CONNECTION_MILLIS);
        configuration.setSessionTimeoutMilliseconds(session);
        configuration.setConnectionTimeoutMilliseconds(Math.min(session, CONNECTION_MILLIS));
        registry = new ZookeeperRegistryCenter(configuration);
        registry.init();
    }

    @Override
    public void register(JobSpec job, ShardBody body) {
        jobs.put(job.name(), job);
        Handler handler = new Handler(body);
        if (job.when() == JobSpec.When.ON_TRIGGER) {
            onTrigger.put(job.name(), new OneOffJobBootstrap(registry(), handler, configuration(job, job.shards())));
        } else {
            ScheduleJobBootstrap bootstrap =
                    new ScheduleJobBootstrap(registry(), handler, configuration(job, job.shards()));
            bootstrap.schedule();
            scheduled.put(job.name(), bootstrap);
        }
    }

    private static JobConfiguration configuration(JobSpec job, int shards) {
        JobConfiguration.Builder builder = JobConfiguration.newBuilder(job.name(), shards)
                .monitorExecution(job.monitoring())
                .failover(job.failover())
                .misfire(false)
                .overwrite(true);
        return (job.when() == JobSpec.When.ON_TRIGGER ? builder : builder.cron(job.cron())).build();
    }

    @Override
    public void trigger(String job) {
        OneOffJobBootstrap bootstrap = onTrigger.get(job);
        if (bootstrap == null) {
            throw new IllegalArgumentException(job + " is no job on trigger");
        }
        bootstrap.execute();
    }

    /** Which shards are whose is settled by the next firing. */
    @Override
    public Optional<Sight> sight(String job) {
        JobConfiguration known = new ConfigurationService(registry(), job).load(true);
        return Optional.of(new Sight(known.getShardingTotalCount(), OptionalInt.empty()));
    }

    @Override
    public void reshard(String job, int shards) {
        JobSpec spec = jobs.get(job);
        if (spec == null) {
            throw new IllegalArgumentException(job + " is no job here");
        }
        new ConfigurationService(registry(), job)
                .setUpJobConfiguration(Handler.class.getName(), configuration(spec, shards));
    }

    private ZookeeperRegistryCenter registry() {
        if (registry == null) {
            throw new IllegalStateException("the instance is not up yet");
        }
        return registry;
    }

    @Override
    public void close() {
        scheduled.values().forEach(ScheduleJobBootstrap::shutdown);
        onTrigger.values().forEach(OneOffJobBootstrap::shutdown);
        registry().close();
    }

    /** Has a name, which the library writes into the registry, and compares. */
    private static final class Handler implements SimpleJob {

        private final ShardBody body;

        Handler(ShardBody body) {
            this.body = body;
        }

        @Override
        public void execute(ShardingContext context) {
            try {
                body.run(context.getShardingItem(), null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
