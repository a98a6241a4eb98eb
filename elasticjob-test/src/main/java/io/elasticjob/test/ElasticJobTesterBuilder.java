package io.elasticjob.test;

import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.SimpleJob;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.engine.JobEngineBuilder;
import io.elasticjob.runner.InProcessShardRunner;
import io.elasticjob.spi.ShardRunner;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Collects jobs for a test without Spring.
 *
 * @since 0.1.0
 */
public final class ElasticJobTesterBuilder {

    private static final int SLOTS = 64;

    private final List<JobDefinition> jobs = new ArrayList<>();
    private final Map<String, SimpleJob> handlers = new LinkedHashMap<>();
    private final List<Consumer<JobEngineBuilder>> customizers = new ArrayList<>();
    private Instant start = ElasticJobTester.START;
    private Duration sessionTimeout = Duration.ofSeconds(15);
    private Duration patience = Duration.ofSeconds(10);
    private int slots = SLOTS;

    ElasticJobTesterBuilder() {}

    /** A job that this handler runs. */
    public ElasticJobTesterBuilder job(JobDefinition.Builder job, SimpleJob handler) {
        JobDefinition definition = job.build();
        if (definition.setting(JobKey.HANDLER).isEmpty()) {
            definition = job.set(JobKey.HANDLER, definition.name()).build();
        }
        jobs.add(definition);
        handlers.put(definition.handler(), handler);
        return this;
    }

    /** A handler that no job declares, for jobs that are created at run time. */
    public ElasticJobTesterBuilder handler(String name, SimpleJob handler) {
        handlers.put(name, handler);
        return this;
    }

    /** The first instant; {@link ElasticJobTester#START} by default. */
    public ElasticJobTesterBuilder startAt(Instant instant) {
        start = instant;
        return this;
    }

    /** How long a session outlives its instance, from 4 to 40 s; 15 s by default. */
    public ElasticJobTesterBuilder sessionTimeout(Duration timeout) {
        sessionTimeout = timeout;
        return this;
    }

    /** How long a handler may keep time from passing, in real time; 10 s by default. */
    public ElasticJobTesterBuilder patience(Duration real) {
        patience = real;
        return this;
    }

    /** How many executions each instance takes at once; 64 by default. */
    public ElasticJobTesterBuilder slots(int count) {
        slots = count;
        return this;
    }

    /** Changes each engine before it is built: strategies, listeners, rules of the namespace. */
    public ElasticJobTesterBuilder customize(Consumer<JobEngineBuilder> customizer) {
        customizers.add(customizer);
        return this;
    }

    /** Starts the first instance, {@code first}. */
    public ElasticJobTester start() {
        Plain plain = new Plain();
        TestBed bed = new TestBed(start, sessionTimeout, patience, plain);
        plain.bed = bed;
        plain.restart();
        bed.tester().settleWhileRunning();
        return bed.tester();
    }

    /** The application that these jobs make. */
    private final class Plain implements TestBed.Application {

        private @Nullable TestBed bed;
        private @Nullable JobEngine engine;

        @Override
        public Optional<JobEngine> engine() {
            return Optional.ofNullable(engine);
        }

        @Override
        public JobEngineBuilder another() {
            JobEngineBuilder builder = JobEngine.builder().namespace("test").host("localhost");
            jobs.forEach(builder::job);
            bed().join(builder);
            customizers.forEach(customizer -> customizer.accept(builder));
            return builder;
        }

        private TestBed bed() {
            return Objects.requireNonNull(bed);
        }

        @Override
        public ShardRunner runner() {
            return InProcessShardRunner.platform(handlers, slots);
        }

        @Override
        public void restart() {
            JobEngine before = engine;
            if (before != null) {
                before.close();
            }
            JobEngine next = another()
                    .instanceName("first")
                    .runner(bed().counted(runner()))
                    .build();
            engine = next;
            next.start();
        }
    }
}
