package io.elasticjob.boot.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.h2.jdbcx.JdbcConnectionPool;
import org.h2.tools.Server;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * A stream over a table in processes of their own, of which one after the other is killed: each row is processed, and only
 * those of the batch in flight twice. {@code -Dstream.rounds=N} kills more of them.
 */
class StreamProcessesTest {

    private static final int ROUNDS = Integer.getInteger("stream.rounds", 2);
    private static final int SHARDS = 4;
    /** So many rows are new when a process is killed: more than are processed until then. */
    private static final int ROWS_A_ROUND = 4_000;

    @TempDir
    private Path directory;

    private final List<JavaProcess> alive = new ArrayList<>();
    private final List<JavaProcess> all = new ArrayList<>();
    private final TestingServer zooKeeper;
    private final Server database;
    private final JdbcConnectionPool pool;
    private final JdbcClient jdbc;

    StreamProcessesTest() throws Exception {
        zooKeeper = new TestingServer(
                new InstanceSpec(null, -1, -1, -1, true, -1, 500, -1, Map.of("minSessionTimeout", "1000")), true);
        database = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
        pool = JdbcConnectionPool.create(url(), "sa", "");
        jdbc = JdbcClient.create(pool);
    }

    private String url() {
        return "jdbc:h2:tcp://127.0.0.1:" + database.getPort() + "/mem:stream;DB_CLOSE_DELAY=-1";
    }

    @AfterEach
    void end() throws IOException {
        all.forEach(JavaProcess::kill);
        pool.dispose();
        database.stop();
        zooKeeper.close();
    }

    private void start() throws IOException {
        String name = "s" + all.size();
        JavaProcess process = new JavaProcess(
                directory.resolve(name + ".log"),
                List.of(),
                StreamApplication.class,
                List.of(
                        "--elasticjob.namespace=stream",
                        "--elasticjob.instance.name=" + name,
                        "--elasticjob.registry.session-timeout=2s",
                        "--elasticjob.registry.connect-string=" + zooKeeper.getConnectString(),
                        "--elasticjob.jobs.rows.misfire-threshold=10s",
                        "--spring.datasource.url=" + url(),
                        "--spring.datasource.username=sa",
                        "--spring.main.banner-mode=off"));
        all.add(process);
        alive.add(process);
    }

    private String report() {
        StringBuilder logs = new StringBuilder();
        all.forEach(process -> logs.append("\n--\n").append(process.log()));
        return logs.toString();
    }

    private long count(String sql) {
        return jdbc.sql(sql).query(Long.class).single();
    }

    private void add(int from) {
        jdbc.sql("INSERT INTO work (id) SELECT x FROM SYSTEM_RANGE(?, ?)")
                .params(from, from + ROWS_A_ROUND - 1)
                .update();
    }

    @Test
    void eachRowIsProcessedAndOnlyThoseOfTheBatchInFlightTwice() throws Exception {
        jdbc.sql("CREATE TABLE work (id BIGINT PRIMARY KEY)").update();
        jdbc.sql(
                        "CREATE TABLE done (n BIGINT AUTO_INCREMENT PRIMARY KEY, id BIGINT, shard INT, batch BIGINT, token BIGINT,"
                                + " instance VARCHAR(20))")
                .update();
        start();
        start();
        SplittableRandom random = new SplittableRandom(7);
        int rows = 0;
        for (int round = 0; round < ROUNDS; round++) {
            add(rows);
            rows += ROWS_A_ROUND;
            long before = count("SELECT COUNT(*) FROM done");
            int until = 100 + random.nextInt(500);
            Eventually.until(this::report, () -> count("SELECT COUNT(*) FROM done") > before + until);
            start(); // shards move to it while they run
            alive.remove(random.nextInt(alive.size() - 1)).kill();
        }
        int all = rows;
        Eventually.until(this::report, () -> count("SELECT COUNT(DISTINCT id) FROM done") == all);

        assertThat(count("SELECT COUNT(DISTINCT id) FROM done WHERE shard = MOD(id, " + SHARDS + ")"))
                .isEqualTo(all);
        checkDuplicates();
    }

    /**
     * The rows of a shard in the order in which they were processed: they go back only where another execution continues, and
     * no further than to the beginning of the batch that the one before it had begun last.
     */
    private void checkDuplicates() {
        record Done(long id, int shard, long batch, long token, String instance) {}
        Map<Integer, Done> last = new TreeMap<>();
        Map<Integer, Long> batchOfLastExecution = new HashMap<>();
        List<Done> done = jdbc.sql("SELECT id, shard, batch, token, instance FROM done ORDER BY n")
                .query((row, n) ->
                        new Done(row.getLong(1), row.getInt(2), row.getLong(3), row.getLong(4), row.getString(5)))
                .list();
        for (Done one : done) {
            Done before = last.put(one.shard(), one);
            if (before == null) {
                continue;
            }
            assertThat(one.token()).as("%s after %s", one, before).isGreaterThanOrEqualTo(before.token());
            if (one.token() == before.token()) {
                assertThat(one.id()).as("%s after %s", one, before).isEqualTo(before.id() + SHARDS);
            } else {
                batchOfLastExecution.put(one.shard(), before.batch());
                assertThat(one.id())
                        .as("%s continues at the batch of %s, or after it", one, before)
                        .isIn(before.batch(), before.id() + SHARDS);
            }
        }
        assertThat(batchOfLastExecution).as("shards that moved").isNotEmpty();
    }
}
