package io.elasticjob.benchmarks.micro;

import io.elasticjob.schedule.Schedule;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** Fire times of cron expressions: asked once for each firing of a schedule. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@State(Scope.Thread)
public class CronBenchmark {

    @Param({"* * * * * ?", "0 0/5 * * * ?", "0 30 2 ? * MON-FRI", "0 0 12 L 2 ?"})
    public String expression = "";

    private final Instant now = Instant.parse("2030-03-31T00:59:59.5Z");
    private Schedule schedule = Schedule.onTrigger();

    @Setup
    public void prepare() {
        schedule = Schedule.cron(expression, ZoneId.of("Europe/Berlin"));
    }

    @Benchmark
    public Optional<Instant> next() {
        return schedule.next(now);
    }

    @Benchmark
    public Optional<Instant> latest() {
        return schedule.latest(now);
    }
}
