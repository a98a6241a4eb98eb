package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.TriggerRequest;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.testing.machine.Needed;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What ZooKeeper knows goes back, or a job is removed, while workers run: real processes, a real ZooKeeper. What runs is never
 * run a second time beside the first, and goes on thereafter.
 */
@Needs(value = Signals.NAME, there = Signals.class)
@ResourceLock("applications")
class RegistryHistoryTest {

    private static final Path CLIENT = Path.of(System.getProperty("basedir", "."))
            .resolve("../clients/python/elasticjob_worker.py")
            .normalize()
            .toAbsolutePath();

    /** A lock is held for as long as the command runs: a second one beside it is seen. That of one job lingers. */
    private static final String SCRIPT =
            "exec 9>> lock-$EJ_JOB-$EJ_SHARD; flock -n 9 || { echo $EJ_EXECUTION >> beside; exit 1; };"
                    + " trap 'echo $EJ_EXECUTION >> cancelled; [ $EJ_JOB = extra ] || exit 1' TERM;"
                    + " echo $EJ_EXECUTION >> begun; until [ -e go ]; do sleep 0.05 9>&-; done; sleep 0.1 9>&-;"
                    + " echo $EJ_EXECUTION >> ended";

    private @TempDir Path folder;
    private TestingServer server;
    private InstanceSpec spec;
    private ConfigurableApplicationContext scheduler;
    private Process worker;

    @BeforeEach
    void start() throws Exception {
        Needed.command("python3");
        Needed.command("flock");
        Path data = Files.createDirectory(folder.resolve("zookeeper"));
        spec = new InstanceSpec(data.toFile(), -1, -1, -1, false, -1, 500, -1);
        server = new TestingServer(spec, true);
        scheduler = new SpringApplicationBuilder(GatewayHttpTest.Scheduler.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.application.name=scheduler",
                        "--elasticjob.registry.connect-string=" + server.getConnectString(),
                        "--elasticjob.registry.session-timeout=6s",
                        "--elasticjob.gateway.enabled=true",
                        "--elasticjob.gateway.insecure=true",
                        "--elasticjob.gateway.handlers=work",
                        "--elasticjob.jobs.works.handler=work",
                        "--elasticjob.jobs.works.every=1s",
                        "--elasticjob.jobs.works.sharding-total-count=2",
                        "--elasticjob.jobs.works.failover=true");
        worker = new ProcessBuilder(
                        "python3",
                        CLIENT.toString(),
                        "--gateway",
                        "http://127.0.0.1:" + scheduler.getEnvironment().getProperty("local.server.port"),
                        "--handler",
                        "work",
                        "--crew",
                        "work",
                        "--slots",
                        "8",
                        "--",
                        "sh",
                        "-c",
                        SCRIPT)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("worker.log").toFile())
                .start();
    }

    @AfterEach
    void end() throws Exception {
        worker.descendants().forEach(ProcessHandle::destroyForcibly);
        worker.destroyForcibly().onExit().join();
        scheduler.close();
        server.close();
    }

    @Test
    void aNamespaceThatIsWipedRunsNothingBesideWhatRuns() throws Exception {
        until(() -> lines("begun").size() == 2);
        CountDownLatch connected = new CountDownLatch(1);
        try (ZooKeeper admin = new ZooKeeper(server.getConnectString(), 10_000, event -> connected.countDown())) {
            assertThat(connected.await(30, TimeUnit.SECONDS)).isTrue();
            for (String top : admin.getChildren("/", false)) {
                if (!top.equals("zookeeper")) {
                    wipe(admin, "/" + top);
                }
            }
        }
        goesOn();
    }

    /** Others may write meanwhile, and make again what was deleted. */
    private static void wipe(ZooKeeper admin, String path) throws Exception {
        try {
            for (String below : admin.getChildren(path, false)) {
                wipe(admin, path + "/" + below);
            }
            admin.delete(path, -1);
        } catch (KeeperException.NoNodeException | KeeperException.NotEmptyException overtaken) {
            // it is as good as gone, or new
        }
    }

    @Test
    void aZooKeeperThatIsRestoredRunsNothingBesideWhatRuns() throws Exception {
        Files.createFile(folder.resolve("go"));
        until(() -> lines("ended").size() >= 4);
        Path backup = folder.resolve("backup");
        server.stop();
        copy(spec.getDataDirectory().toPath(), backup);
        server.restart();
        Files.delete(folder.resolve("go"));
        int before = lines("begun").size();
        until(() -> lines("begun").size() >= before + 2); // begun after the backup
        server.stop();
        delete(spec.getDataDirectory().toPath());
        copy(backup, spec.getDataDirectory().toPath());
        server.restart();
        goesOn();
    }

    /** The new job is another one, though it has the same name and its first execution the same id. */
    @Test
    void whatRunsOfAJobThatIsRemovedIsToldToEndAndNothingBeginsBesideItWhenTheJobIsMadeAgain() throws Exception {
        JobOperations operations = scheduler.getBean(JobOperations.class);
        JobEngine engine = scheduler.getBean(JobEngine.class);
        Operator me = new Operator("test", "a test");
        until(() -> engine.namespace().toCompletableFuture().join().instances().values().stream()
                .anyMatch(one -> one.instance().handlers().contains("work")));
        create("extra", operations, me);
        until(() -> count("begun", "extra/") == 1);
        operations.remove("extra", me).toCompletableFuture().get(30, TimeUnit.SECONDS);
        create("extra", operations, me);
        until(() -> count("cancelled", "extra/trigger-0/0/1") == 1);
        create("later", operations, me);
        until(() -> count("begun", "later/") == 1); // the new one could have begun before
        Files.createFile(folder.resolve("go"));
        until(() -> operations
                .triggerStatus("extra", 0)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS)
                .isEmpty()); // the new one's own end has come
        assertThat(count("begun", "extra/trigger-0/0/1"))
                .as("once in each life")
                .isEqualTo(2);
        assertThat(lines("beside")).as("begun beside what ran").isEmpty();
    }

    private long count(String file, String execution) throws IOException {
        return lines(file).stream().filter(line -> line.startsWith(execution)).count();
    }

    private static void create(String job, JobOperations operations, Operator me) throws Exception {
        operations
                .create(job, Map.of(JobKey.HANDLER, "work"), me)
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
        operations.trigger(TriggerRequest.of(job)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    /** What runs comes to its end, or is told to; then each shard runs on. */
    private void goesOn() throws Exception {
        Files.createFile(folder.resolve("go"));
        int before = lines("ended").size();
        until(() -> lines("ended").size() >= before + 8);
        List<String> over = new ArrayList<>(lines("ended"));
        over.addAll(lines("cancelled"));
        assertThat(lines("begun").subList(0, 2)).as("left behind").allMatch(over::contains);
        assertThat(lines("beside")).as("begun beside what ran").isEmpty();
        assertThat(lines("begun")).as("begun").doesNotHaveDuplicates();
    }

    private List<String> lines(String file) throws IOException {
        Path path = folder.resolve(file);
        return Files.exists(path) ? Files.readAllLines(path) : List.of();
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path path, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(path).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path path, BasicFileAttributes attributes) throws IOException {
                Files.delete(path);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path path, IOException failed) throws IOException {
                Files.delete(path);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static void until(Callable<Boolean> condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(90))
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(condition);
    }
}
