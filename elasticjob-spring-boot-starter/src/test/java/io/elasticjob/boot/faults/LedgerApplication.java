package io.elasticjob.boot.faults;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.elasticjob.ElasticJobEvent.FiringsSuperseded;
import io.elasticjob.ElasticJobEvent.OwnerDied;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.ShardingContext;
import io.elasticjob.boot.ElasticJob;
import io.elasticjob.testing.faults.LedgerAudit;
import io.elasticjob.testing.faults.LedgerLine;
import io.elasticjob.testing.faults.LedgerLine.What;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/** An application with nothing but jobs, which write down when they begin and end. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
class LedgerApplication {

    /** What the audit has to know of the jobs below. */
    static final List<LedgerAudit.Job> JOBS = List.of(
            new LedgerAudit.Job("tick", Duration.ofSeconds(1), 4, false),
            new LedgerAudit.Job("bill", Duration.ofSeconds(1), 3, true),
            new LedgerAudit.Job("report", Duration.ofSeconds(2), 3, true));

    private final String name;
    private final FileChannel ledger;

    LedgerApplication(@Value("${elasticjob.instance.name}") String name, @Value("${ledger}") Path ledger)
            throws IOException {
        this.name = name;
        this.ledger = FileChannel.open(ledger, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    public static void main(String[] args) {
        new SpringApplicationBuilder(LedgerApplication.class)
                .web(WebApplicationType.NONE)
                .run(args);
    }

    @ElasticJob(name = "tick", every = "1s", shardingTotalCount = 4)
    void tick(ShardingContext context) throws InterruptedException {
        work(context, Duration.ofMillis(100));
    }

    @ElasticJob(name = "bill", every = "1s", shardingTotalCount = 3, failover = true)
    void bill(ShardingContext context) throws InterruptedException {
        work(context, Duration.ofMillis(400));
    }

    @ElasticJob(name = "report", every = "2s", shardingTotalCount = 3, failover = true)
    void report(ShardingContext context) throws InterruptedException {
        work(context, Duration.ofMillis(1_400));
    }

    @EventListener
    void firingsWereSuperseded(FiringsSuperseded event) {
        write(line(event.job(), event.by(), event.shard(), event.count(), 0, What.SUPERSEDED));
    }

    @EventListener
    void anOwnerDied(OwnerDied event) {
        ExecutionId id = event.execution();
        if (!event.retried() && id.firing() instanceof Firing.Scheduled scheduled) {
            write(line(id.job(), scheduled.fireTime(), id.shard(), id.attempt(), 0, What.LOST));
        }
    }

    private void work(ShardingContext context, Duration duration) throws InterruptedException {
        write(line(context, What.START));
        try {
            new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException cancelled) {
            write(line(context, What.CANCELLED));
            throw cancelled;
        }
        write(line(context, What.END));
    }

    private LedgerLine line(ShardingContext context, What what) {
        return line(
                context.jobName(),
                context.fireTime(),
                context.shardingItem(),
                context.attempt(),
                context.fencingToken(),
                what);
    }

    private LedgerLine line(String job, Instant firing, int shard, long number, long token, What what) {
        return new LedgerLine(job, firing, shard, number, token, name, what, Instant.now());
    }

    /** One write to the end of the file: what was written is there, however the process ends. */
    private void write(LedgerLine line) {
        try {
            ledger.write(ByteBuffer.wrap((line + "\n").getBytes(UTF_8)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
