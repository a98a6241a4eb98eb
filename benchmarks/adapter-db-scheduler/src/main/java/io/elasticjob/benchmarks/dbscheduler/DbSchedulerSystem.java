package io.elasticjob.benchmarks.dbscheduler;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.Task;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.RecurringTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import com.github.kagkarlsson.scheduler.task.schedule.CronSchedule;
import com.github.kagkarlsson.scheduler.task.schedule.CronStyle;
import com.zaxxer.hikari.HikariDataSource;
import io.elasticjob.benchmarks.system.InstanceSettings;
import io.elasticjob.benchmarks.system.JobSpec;
import io.elasticjob.benchmarks.system.ShardBody;
import io.elasticjob.benchmarks.system.SystemUnderTest;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * db-scheduler with 16 threads that locks and fetches every 100 ms, unless {@code -Dthreads} and {@code -Dpoll} say otherwise.
 * It wants its tasks beforehand; each shard is one.
 */
public final class DbSchedulerSystem implements SystemUnderTest {

    private static final String TABLE = """
            create table if not exists scheduled_tasks (
              task_name varchar(100) not null,
              task_instance varchar(100) not null,
              task_data bytea,
              execution_time timestamp with time zone not null,
              picked boolean not null,
              picked_by varchar(50),
              last_success timestamp with time zone,
              last_failure timestamp with time zone,
              consecutive_failures int,
              last_heartbeat timestamp with time zone,
              version bigint not null,
              priority smallint,
              primary key (task_name, task_instance))""";
    private static final List<String> INDEXES = List.of(
            "create index if not exists execution_time_idx on scheduled_tasks (execution_time)",
            "create index if not exists last_heartbeat_idx on scheduled_tasks (last_heartbeat)");
    private static final double LOWER_LIMIT_OF_THREADS = 0.5;
    private static final double UPPER_LIMIT_OF_THREADS = 1.0;

    private final List<RecurringTask<?>> recurring = new ArrayList<>();
    private final List<Task<?>> oneTime = new ArrayList<>();
    private final Map<String, List<OneTimeTask<Void>>> oneTimeByJob = new HashMap<>();
    private @Nullable InstanceSettings settings;
    private @Nullable HikariDataSource dataSource;
    private @Nullable Scheduler scheduler;
    private long asked;

    @Override
    public void start(InstanceSettings given) throws SQLException {
        settings = given;
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(given.required("jdbcUrl"));
        pool.setUsername(given.required("jdbcUser"));
        pool.setMaximumPoolSize(given.number("connections", 20));
        dataSource = pool;
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            for (String index : INDEXES) {
                statement.execute(index);
            }
        }
    }

    @Override
    public void register(JobSpec job, ShardBody body) {
        for (int i = 0; i < job.shards(); i++) {
            int shard = i;
            String name = job.name() + "#" + shard;
            if (job.when() == JobSpec.When.ON_TRIGGER) {
                OneTimeTask<Void> task = Tasks.oneTime(name).execute((instance, context) -> run(body, shard, context));
                oneTime.add(task);
                oneTimeByJob
                        .computeIfAbsent(job.name(), it -> new ArrayList<>())
                        .add(task);
            } else {
                recurring.add(
                        Tasks.recurring(name, new CronSchedule(job.cron(), ZoneId.systemDefault(), CronStyle.QUARTZ))
                                .execute((instance, context) -> run(body, shard, context)));
            }
        }
    }

    private static void run(ShardBody body, int shard, ExecutionContext context) {
        try {
            body.run(shard, context.getExecution().getExecutionTime());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void launch() {
        InstanceSettings given = required(settings);
        Scheduler launched = Scheduler.create(required(dataSource), oneTime)
                .startTasks(recurring.toArray(RecurringTask[]::new))
                .threads(given.number("threads", 16))
                .pollingInterval(Duration.ofMillis(given.number("poll", 100)))
                .pollUsingLockAndFetch(LOWER_LIMIT_OF_THREADS, UPPER_LIMIT_OF_THREADS)
                .heartbeatInterval(Duration.ofMillis(given.number("heartbeat", 2_000)))
                .enableImmediateExecution()
                .schedulerName(new SchedulerName.Fixed("instance" + given.ordinal()))
                .build();
        scheduler = launched;
        launched.start();
    }

    @Override
    public void trigger(String job) {
        Instant now = Instant.now();
        asked++;
        for (OneTimeTask<Void> task : required(oneTimeByJob.get(job))) {
            required(scheduler)
                    .scheduleIfNotExists(task.instance(required(settings).ordinal() + "-" + asked), now);
        }
    }

    @Override
    public void close() {
        required(scheduler).stop();
        required(dataSource).close();
    }

    private static <T> T required(@Nullable T value) {
        if (value == null) {
            throw new IllegalStateException("the instance is not up yet, or has no such job");
        }
        return value;
    }
}
