package io.elasticjob.integration;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobDefinition;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.quartz.QuartzFireSource;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.ShardRunner;
import io.elasticjob.spi.SystemTimekeeper;
import io.elasticjob.view.NamespaceView;
import io.elasticjob.zookeeper.ZooKeeperRegistry;
import io.elasticjob.zookeeper.ZooKeeperSettings;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** A running copy of an application, put together of what there is in production. Its handlers all do the same. */
final class Application implements AutoCloseable {

    static final String NAMESPACE = "proof";
    static final int SLOTS = 64;

    final String name;
    final JobEngine engine;
    private final SystemTimekeeper timekeeper = new SystemTimekeeper();

    /** Where a copy finds ZooKeeper, and how long it may be silent. */
    record Place(String connectString, Duration session) {}

    /** What may be made of the runner, given the loop. */
    interface Wrapping {
        ShardRunner wrap(SystemTimekeeper loop, ShardRunner runner);
    }

    Application(
            String name,
            Place place,
            Collection<JobDefinition> jobs,
            SimpleJob body,
            Consumer<ElasticJobEvent> listener) {
        this(name, place, jobs, body, listener, SLOTS, (loop, runner) -> runner);
    }

    Application(
            String name,
            Place place,
            Collection<JobDefinition> jobs,
            SimpleJob body,
            Consumer<ElasticJobEvent> listener,
            Wrapping wrapping) {
        this(name, place, jobs, body, listener, SLOTS, wrapping);
    }

    Application(
            String name,
            Place place,
            Collection<JobDefinition> jobs,
            SimpleJob body,
            Consumer<ElasticJobEvent> listener,
            int slots,
            Wrapping wrapping) {
        this(name, place, jobs, body, slots, wrapping, builder -> builder.listener(listener));
    }

    /** @param rules what else it is built with */
    static Application with(
            String name,
            Place place,
            Collection<JobDefinition> jobs,
            SimpleJob body,
            UnaryOperator<JobEngineBuilder> rules) {
        return new Application(name, place, jobs, body, SLOTS, (loop, runner) -> runner, rules);
    }

    private Application(
            String name,
            Place place,
            Collection<JobDefinition> jobs,
            SimpleJob body,
            int slots,
            Wrapping wrapping,
            UnaryOperator<JobEngineBuilder> rules) {
        this.name = name;
        Map<String, SimpleJob> handlers = new TreeMap<>();
        jobs.forEach(job -> handlers.put(job.handler(), body));
        JobEngineBuilder builder = JobEngine.builder()
                .namespace(NAMESPACE)
                .instanceName(name)
                .registry(new ZooKeeperRegistry(
                        new ZooKeeperSettings(place.connectString(), place.session(), Duration.ofSeconds(5), null)))
                .fireSource(new QuartzFireSource(Clock.systemUTC()))
                .runner(wrapping.wrap(timekeeper, InProcessShardRunner.platform(handlers, slots)))
                .timekeeper(timekeeper);
        jobs.forEach(builder::job);
        engine = rules.apply(builder).build();
        engine.start();
    }

    /** What it knows of the namespace; its instance id is there only once it is registered. */
    NamespaceView view() {
        try {
            return engine.namespace().toCompletableFuture().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(name + " does not tell what it knows", e);
        }
    }

    /** How many shards of the job go where, as it sees it: by instance name. */
    Map<String, Integer> shardsOf(String job) {
        NamespaceView view = view();
        Map<String, Integer> shards = new TreeMap<>();
        if (view.jobs().containsKey(job)) {
            view.instances().forEach((id, instance) -> {
                int count = view.jobs().get(job).assignment().shardsOf(id).size();
                if (count > 0) {
                    shards.put(instance.instance().name(), count);
                }
            });
        }
        return shards;
    }

    /** An orderly stop: waits for what runs. */
    @Override
    public void close() {
        engine.close(Duration.ofSeconds(10));
        timekeeper.close();
    }
}
