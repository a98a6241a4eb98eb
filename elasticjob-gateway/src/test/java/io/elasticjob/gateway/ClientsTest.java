package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.ElasticJobEvent;
import io.elasticjob.JobKey;
import io.elasticjob.JobOperations;
import io.elasticjob.Operator;
import io.elasticjob.Outcome;
import io.elasticjob.TriggerRequest;
import io.elasticjob.codec.Json;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.history.ExecutionLog;
import io.elasticjob.history.ExecutionLogs;
import io.elasticjob.testing.faults.FaultProxy;
import io.elasticjob.testing.machine.Needed;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Signals;
import io.elasticjob.testing.values.OddValues;
import io.elasticjob.text.Pairs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/** What each client has to do, shown by a real process of it at a real gateway, with a real ZooKeeper. */
@Needs(value = Signals.NAME, there = Signals.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@ResourceLock("applications")
class ClientsTest {

    /** The worker of a client that runs a command for each shard. */
    private record Client(String name, List<String> command) {

        @Override
        public String toString() {
            return name;
        }
    }

    private static final Path CLIENTS =
            Path.of(System.getProperty("basedir", ".")).resolve("../clients").normalize();

    /** Of the client for Java: its other tests do not compile it again. */
    private static final Path CLASSES =
            CLIENTS.resolve("../elasticjob-gateway/target/client-classes").normalize();

    @TempDir
    Path all;

    private Path folder = Path.of("");

    /** Of the present test: each has a job, a handler and a crew of its own at the one gateway. */
    private String name = "";

    /** The job of the present test. */
    private String job = "";

    private int tests;

    /** Of the workers of the present test, beside what they have anyway. */
    private final Map<String, String> environment = new LinkedHashMap<>();

    private final List<Process> processes = new ArrayList<>();
    private TestingServer server;
    private ConfigurableApplicationContext scheduler;
    private ContractProxy contract;
    private FaultProxy network;

    /** As their documentation starts them. */
    static Stream<Client> asDocumented() {
        return clients()
                .map(client -> !client.name().equals("java")
                        ? client
                        : new Client(
                                client.name(),
                                List.of(
                                        java("java"),
                                        CLIENTS.resolve("java/ElasticJobWorker.java")
                                                .toString())));
    }

    static Stream<Client> clients() {
        return Stream.of(
                new Client(
                        "python",
                        List.of(
                                "python3",
                                CLIENTS.resolve("python/elasticjob_worker.py").toString())),
                new Client(
                        "java",
                        List.of(
                                java("java"),
                                "-XX:TieredStopAtLevel=1",
                                "-XX:+UseSerialGC",
                                "-cp",
                                CLASSES.toString(),
                                "ElasticJobWorker")),
                new Client(
                        "bash",
                        List.of(
                                "bash",
                                CLIENTS.resolve("bash/elasticjob-worker.bash").toString())),
                new Client(
                        "node",
                        List.of(
                                "node",
                                CLIENTS.resolve("node/elasticjob-worker.mjs").toString())));
    }

    static Stream<Client> examples() {
        String example = CLIENTS.resolve("java/Example.java").toString();
        return Stream.of(
                new Client(
                        "python",
                        List.of("python3", CLIENTS.resolve("python/example.py").toString())),
                new Client("java", List.of(java("java"), "-cp", CLASSES.toString(), example)),
                new Client(
                        "bash",
                        List.of("bash", CLIENTS.resolve("bash/example.bash").toString())),
                new Client(
                        "node",
                        List.of("node", CLIENTS.resolve("node/example.mjs").toString())));
    }

    private static String java(String tool) {
        return Path.of(System.getProperty("java.home"), "bin", tool).toString();
    }

    @BeforeAll
    void start() throws Exception {
        Process compiler = new ProcessBuilder(
                        java("javac"),
                        "-d",
                        Files.createDirectories(CLASSES).toString(),
                        CLIENTS.resolve("java/ElasticJobWorker.java").toString())
                .inheritIO()
                .start();
        assertThat(compiler.waitFor()).isZero();
        server = new TestingServer(true);
        scheduler = new SpringApplicationBuilder(GatewayHttpTest.Scheduler.class)
                .web(WebApplicationType.SERVLET)
                .run(
                        "--server.port=0",
                        "--server.address=127.0.0.1",
                        "--spring.application.name=scheduler",
                        "--elasticjob.registry.connect-string=" + server.getConnectString(),
                        "--elasticjob.gateway.enabled=true",
                        "--elasticjob.gateway.insecure=true");
        contract = new ContractProxy(
                Integer.parseInt(String.valueOf(scheduler.getEnvironment().getProperty("local.server.port"))));
        network = new FaultProxy(contract.port());
    }

    @BeforeEach
    void nameWhatIsOfThisTest() throws IOException {
        name = "pictures-" + ++tests;
        environment.clear();
        job = name;
        folder = Files.createDirectory(all.resolve(name));
    }

    @AfterEach
    void killWorkers() {
        processes.forEach(process -> process.descendants().forEach(ProcessHandle::destroyForcibly));
        processes.forEach(Process::destroyForcibly);
        processes.clear();
        network.heal();
        assertThat(contract.faults()).as("what the OpenAPI file does not have").isEmpty();
    }

    @AfterAll
    void stop() throws Exception {
        assertThat(contract.seen()).isPositive();
        network.close();
        contract.close();
        scheduler.close();
        server.close();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void oddValuesReachTheCommandUnchanged(Client client) throws Exception {
        List<String> values = OddValues.all();
        worker(client, "w1", 8, "printf '%s|%s' \"$EJ_SHARD_PARAMETER\" \"$EJ_JOB_PARAMETER\" > odd-$EJ_SHARD");
        create(Map.of(
                JobKey.SHARDING_TOTAL_COUNT,
                Integer.toString(values.size()),
                JobKey.SHARDING_ITEM_PARAMETERS,
                Pairs.format(IntStream.range(0, values.size())
                        .boxed()
                        .collect(Collectors.toMap(shard -> Integer.toString(shard), values::get))),
                JobKey.JOB_PARAMETER,
                String.join("\n", values)));

        trigger();
        until(() -> ends().size() == values.size());

        for (int shard = 0; shard < values.size(); shard++) {
            assertThat(Files.readString(folder.resolve("odd-" + shard)))
                    .isEqualTo(values.get(shard) + "|" + String.join("\n", values));
        }
        assertThat(folder.resolve("hacked")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("asDocumented")
    void itRunsTheCommandForEachShardAndTellsItWhatToDo(Client client) throws Exception {
        worker(
                client,
                "w1",
                2,
                "printf '%s|%s|%s|%s|%s' \"$EJ_SHARD\" \"$EJ_SHARDS\" \"$EJ_SHARD_PARAMETER\" \"$EJ_JOB_PARAMETER\""
                        + " \"$EJ_ATTEMPT\" > out-$EJ_SHARD.tmp && cat > in-$EJ_SHARD && mv out-$EJ_SHARD.tmp"
                        + " out-$EJ_SHARD");
        create(Map.of(
                JobKey.SHARDING_TOTAL_COUNT, "3",
                JobKey.SHARDING_ITEM_PARAMETERS,
                        Pairs.format(Map.of("0", "a, b", "1", "x=1\n2", "2", "\"quoted\" 'ä'")),
                JobKey.JOB_PARAMETER, "$(touch never); `touch never`"));
        trigger();
        until(() -> ends().size() == 3);
        assertThat(ends()).allSatisfy(ended -> assertThat(ended.outcome()).isEqualTo(new Outcome.Succeeded()));
        String parameter = "$(touch never); `touch never`";
        assertThat(Files.readString(folder.resolve("out-0"))).isEqualTo("0|3|a, b|" + parameter + "|1");
        assertThat(Files.readString(folder.resolve("out-1"))).isEqualTo("1|3|x=1\n2|" + parameter + "|1");
        assertThat(Files.readString(folder.resolve("out-2"))).isEqualTo("2|3|\"quoted\" 'ä'|" + parameter + "|1");
        assertThat(Files.readString(folder.resolve("in-0"))).contains("\"fencingToken\"");
        assertThat(folder.resolve("never")).doesNotExist();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void anExitCodeIsAFailureInTheWordsOfTheClient(Client client) throws Exception {
        worker(client, "w1", 1, "echo about to fail; exit 7");
        create(Map.of());
        trigger();
        until(() -> ends().size() == 1);
        assertThat(ends().get(0).outcome())
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error()).contains("7"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatTheCommandLeavesAsItsResultIsRecorded(Client client) throws Exception {
        worker(
                client,
                "w1",
                3,
                "case $EJ_SHARD in 0) echo '12 \"rows\" ä' > $EJ_RESULT_FILE;; 1) head -c 1024 /dev/zero | tr '\\0' x"
                        + " > $EJ_RESULT_FILE;; 2) head -c 1025 /dev/zero | tr '\\0' x > $EJ_RESULT_FILE;; esac");
        create(Map.of(JobKey.SHARDING_TOTAL_COUNT, "3"));
        trigger();
        until(() -> ends().size() == 3);
        assertThat(outcome(0)).isEqualTo(new Outcome.Succeeded("12 \"rows\" ä"));
        assertThat(outcome(1)).isEqualTo(new Outcome.Succeeded("x".repeat(1024)));
        assertThat(outcome(2))
                .isInstanceOfSatisfying(
                        Outcome.Failed.class,
                        failed -> assertThat(failed.error()).contains("result: must have at most 1024 bytes"));
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatHadNothingToDoIsSkippedForTheReasonThatTheCommandLeaves(Client client) throws Exception {
        worker(
                client,
                "w1",
                3,
                "case $EJ_SHARD in 0) echo 'no \"rows\" ä' > $EJ_SKIP_FILE;; 1) : > $EJ_SKIP_FILE; echo 12 > $EJ_RESULT_FILE;;"
                        + " 2) echo none > $EJ_SKIP_FILE; exit 7;; esac");
        create(Map.of(JobKey.SHARDING_TOTAL_COUNT, "3"));
        trigger();
        until(() -> ends().size() == 3);
        assertThat(outcome(0)).isEqualTo(new Outcome.Skipped("no \"rows\" ä"));
        assertThat(outcome(1)).isEqualTo(new Outcome.Skipped(""));
        assertThat(outcome(2)).isInstanceOf(Outcome.Failed.class);
    }

    @ParameterizedTest
    @MethodSource("clients")
    void itIsToldAfterWhichFiringItRunsAndWithWhichResults(Client client) throws Exception {
        worker(
                client,
                "w1",
                2,
                "cat > in-$EJ_JOB.tmp; mv in-$EJ_JOB.tmp in-$EJ_JOB; echo \"shard \\\"$EJ_SHARD\\\"\" > $EJ_RESULT_FILE");
        create(Map.of(JobKey.RECORD_FIRINGS, "true", JobKey.SHARDING_TOTAL_COUNT, "2"));
        String first = job;
        job = first + "-after";
        create(Map.of(JobKey.AFTER, first));
        operations().trigger(TriggerRequest.of(first)).toCompletableFuture().get(30, TimeUnit.SECONDS);
        until(() -> ends().size() == 1);

        assertThat(Json.read(Files.readAllBytes(folder.resolve("in-" + first))))
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .doesNotContainKeys("causes", "originFireTime");
        Map<?, ?> told = (Map<?, ?>) Json.read(Files.readAllBytes(folder.resolve("in-" + job)));
        assertThat(told.get("causes"))
                .asInstanceOf(InstanceOfAssertFactories.LIST)
                .singleElement()
                .asInstanceOf(InstanceOfAssertFactories.MAP)
                .containsEntry("job", first)
                .containsEntry("result", "SUCCEEDED")
                .containsEntry("results", Map.of("0", "shard \"0\"", "1", "shard \"1\""))
                .containsEntry("fireTime", told.get("originFireTime"));
    }

    private Outcome outcome(int shard) {
        return ends().stream()
                .filter(ended -> ended.start().execution().shard() == shard)
                .map(ElasticJobEvent.ExecutionEnded::outcome)
                .findFirst()
                .orElseThrow();
    }

    @ParameterizedTest
    @MethodSource("clients")
    void oneThatIsKilledLosesItsShardToTheNext(Client client) throws Exception {
        Process first = worker(client, "w1", 1, "echo $EJ_ATTEMPT >> attempts; sleep 600");
        create(Map.of(JobKey.FAILOVER, "true"));
        trigger();
        until(() -> lines("attempts").size() == 1);
        worker(client, "w2", 1, "echo $EJ_ATTEMPT >> attempts; exit 0");
        first.descendants().forEach(ProcessHandle::destroyForcibly);
        first.destroyForcibly();
        until(() -> ends().stream().anyMatch(ended -> ended.outcome() instanceof Outcome.Succeeded));
        assertThat(lines("attempts")).containsExactly("1", "2");
    }

    @ParameterizedTest
    @MethodSource("clients")
    void oneThatIsAskedToEndLetsItsShardComeToItsEnd(Client client) throws Exception {
        Process worker = worker(client, "w1", 1, "echo begun >> begun; sleep 2; echo ended >> ended");
        create(Map.of());
        trigger();
        until(() -> !lines("begun").isEmpty());
        worker.destroy();
        assertThat(worker.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(worker.exitValue()).isZero();
        assertThat(lines("ended")).hasSize(1);
        until(() -> ends().size() == 1);
        assertThat(ends().get(0).outcome()).isEqualTo(new Outcome.Succeeded());
    }

    @ParameterizedTest
    @MethodSource("clients")
    void whatTheCommandWritesIsShown(Client client) throws Exception {
        worker(client, "w1", 1, "echo one; echo two >&2; until [ -e go ]; do sleep 0.1; done; printf 'end ä'");
        create(Map.of());
        trigger();
        if (!client.name().equals("bash")) { // which sends it with the end
            until(() -> log().equals("one\ntwo\n"));
        }
        Files.createFile(folder.resolve("go"));
        until(() -> log().equals("one\ntwo\nend ä\n"));
    }

    @ParameterizedTest
    @MethodSource("examples")
    void theExampleOfTheLibraryRuns(Client client) throws Exception {
        Needed.command(client.command().get(0));
        name = "resize";
        until(() -> !handlers().contains(name)); // that of another client may be about to go
        ProcessBuilder example = new ProcessBuilder(client.command())
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("example.log").toFile());
        example.environment().put("ELASTICJOB_GATEWAY", "http://127.0.0.1:" + port());
        Process process = example.start();
        processes.add(process);
        job = "example-" + client.name();
        create(Map.of(JobKey.KEEP_CHECKPOINT, "true"));
        trigger();
        until(() -> ends().size() == 1);
        assertThat(ends().get(0).outcome()).isEqualTo(new Outcome.Succeeded("5 pages"));
        until(() -> log().contains("Last progress"));
        assertThat(log())
                .isEqualTo(IntStream.range(0, 5)
                                .mapToObj(page -> "page " + page + " of shard 0\n")
                                .collect(Collectors.joining())
                        + "Last progress: 100 %: page 4\n");
        assertThat(scheduler
                        .getBean(JobEngine.class)
                        .job(job)
                        .toCompletableFuture()
                        .join()
                        .orElseThrow()
                        .shards()
                        .get(0)
                        .record()
                        .checkpoint())
                .contains("5");
        trigger();
        until(() -> ends().size() == 2);
        assertThat(ends().get(1).outcome()).isEqualTo(new Outcome.Skipped("no page is left"));
        process.destroy();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    /** The commands go on meanwhile, and their ends are told once it is there again. */
    @ParameterizedTest
    @MethodSource("clients")
    void aNetworkThatBreaksLosesAndDoublesNothing(Client client) throws Exception {
        worker(client, "w1", 3, "echo $EJ_SHARD >> begun; until [ -e go ]; do sleep 0.1; done");
        create(Map.of(JobKey.SHARDING_TOTAL_COUNT, "3", JobKey.FAILOVER, "true"));
        trigger();
        until(() -> lines("begun").size() == 3);
        network.reset();
        network.cut();
        Files.createFile(folder.resolve("go"));
        network.heal();
        until(() -> ends().size() == 3);
        assertThat(ends()).allSatisfy(ended -> assertThat(ended.outcome()).isEqualTo(new Outcome.Succeeded()));
        assertThat(lines("begun")).containsExactlyInAnyOrder("0", "1", "2");
    }

    private String log() {
        return scheduler
                .getBean(ExecutionLogs.class)
                .latest(execution -> execution.job().equals(job))
                .map(ExecutionLog::text)
                .orElse("");
    }

    /** Else a gateway that still knows the attachment takes them for old ones. */
    @ParameterizedTest
    @MethodSource("clients")
    void itsExchangesAreNumberedOnWhenItHasAttachedAgain(Client client) throws Exception {
        List<Long> numbers = new CopyOnWriteArrayList<>();
        try (ScriptedGateway gateway = new ScriptedGateway(exchange -> {
            numbers.add((Long) exchange.get("seq"));
            return new ScriptedGateway.Answer(numbers.size() == 3 ? 404 : 200, Map.of("leaseMs", 1_000));
        })) {
            worker(client, "w1", 1, "exit 0", gateway.port());
            until(() -> numbers.size() >= 6);
            assertThat(gateway.attached).hasSizeGreaterThanOrEqualTo(2);
            assertThat(List.copyOf(numbers).subList(0, 6)).isSorted().doesNotHaveDuplicates();
        }
    }

    /** Else it is refused as too long, again and again. */
    @ParameterizedTest
    @MethodSource("clients")
    void whatDoesNotFitIntoOneRequestGoesWithTheNext(Client client) throws Exception {
        int shards = 40;
        AtomicBoolean isGiven = new AtomicBoolean();
        Map<Object, Map<?, ?>> results = new ConcurrentHashMap<>();
        Map<Object, Integer> logged = new ConcurrentHashMap<>();
        List<Object> missing = new CopyOnWriteArrayList<>();
        try (ScriptedGateway gateway = new ScriptedGateway(exchange -> {
            if (isGiven.compareAndSet(false, true)) {
                return ScriptedGateway.Answer.of(Map.of(
                        "executions",
                        IntStream.range(0, shards)
                                .mapToObj(shard -> ScriptedGateway.task(name, shard, shards))
                                .toList()));
            }
            if (lines("ended").size() < shards) {
                return ScriptedGateway.Answer.of(Map.of()); // nothing is acknowledged until all have ended
            }
            List<Object> told = new ArrayList<>((List<?>) exchange.get("running"));
            List<Object> acks = new ArrayList<>();
            for (Object note : (List<?>) exchange.get("notes")) {
                logged.putIfAbsent(note, length(note));
            }
            for (Object result : (List<?>) exchange.get("results")) {
                acks.add(((Map<?, ?>) result).get("id"));
                results.put(((Map<?, ?>) result).get("id"), (Map<?, ?>) result);
            }
            told.addAll(acks);
            IntStream.range(0, shards)
                    .mapToObj(shard -> "id-" + shard)
                    .filter(id -> !told.contains(id) && !results.containsKey(id))
                    .forEach(missing::add);
            return ScriptedGateway.Answer.of(Map.of("acks", acks));
        })) {
            String script = "head -c 16384 /dev/zero | tr '\\0' '\"'; echo $EJ_SHARD >> ended";
            worker(client, "w1", shards, script, gateway.port());
            until(() -> results.size() == shards);
            assertThat(results.values())
                    .allMatch(result -> result.get("outcome").equals("SUCCEEDED"));
            results.values().forEach(result -> logged.put(result, length(result)));
            assertThat(logged.values().stream().mapToInt(size -> size).sum()).isEqualTo(shards * 16_384);
            assertThat(missing).as("what was given stays in running or results").isEmpty();
        }
    }

    private static int length(Object noteOrResult) {
        Object log = ((Map<?, ?>) noteOrResult).get("log");
        return log == null ? 0 : log.toString().length();
    }

    /** Tokens of OAuth2 do not last, and others are replaced. */
    @ParameterizedTest
    @MethodSource("clients")
    void aTokenOfAFileIsReadAgainBeforeEachRequest(Client client) throws Exception {
        Path token = Files.writeString(folder.resolve("token"), "one\n");
        environment.put("ELASTICJOB_TOKEN_FILE", token.toString());
        try (ScriptedGateway gateway = new ScriptedGateway(exchange -> ScriptedGateway.Answer.of(Map.of()))) {
            worker(client, "w1", 1, "exit 0", gateway.port());
            until(() -> gateway.shown.contains("Bearer one"));
            Files.writeString(token, "two\n");
            until(() -> gateway.shown.contains("Bearer two"));
            Files.delete(token);
            int before = gateway.shown.size();
            until(() -> gateway.shown.size() > before + 3);
            assertThat(List.copyOf(gateway.shown))
                    .as("the last one is kept")
                    .doesNotContain("null")
                    .endsWith("Bearer two");
        }
    }

    @ParameterizedTest
    @MethodSource("clients")
    void oneThatIsIdleEndsWithoutTheAnswerToWhatItAsked(Client client) throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch ended = new CountDownLatch(1);
        try (ScriptedGateway gateway = new ScriptedGateway(exchange -> {
            asked.countDown();
            await(ended);
            return ScriptedGateway.Answer.of(Map.of());
        })) {
            Process worker = worker(client, "w1", 1, "exit 0", gateway.port());
            assertThat(asked.await(60, TimeUnit.SECONDS)).isTrue();
            worker.destroy();
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isZero();
            assertThat(gateway.left.getCount()).as("without a word").isZero();
        } finally {
            ended.countDown();
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await(2, TimeUnit.MINUTES);
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    /** It has no lease any more, and another worker may run the shard. */
    @ParameterizedTest
    @MethodSource("clients")
    void oneThatIsRefusedForGoodEndsWhatRunsBeforeItLeaves(Client client) throws Exception {
        AtomicBoolean isGiven = new AtomicBoolean();
        try (ScriptedGateway gateway = new ScriptedGateway(exchange -> {
            if (isGiven.compareAndSet(false, true)) {
                return ScriptedGateway.Answer.of(Map.of("executions", List.of(ScriptedGateway.task(name, 0, 1))));
            }
            boolean isRevoked = !lines("pid").isEmpty();
            return isRevoked
                    ? new ScriptedGateway.Answer(401, Map.of("detail", "revoked"))
                    : ScriptedGateway.Answer.of(Map.of());
        })) {
            Process worker = worker(client, "w1", 1, "echo $$ >> pid; exec sleep 600", gateway.port());
            assertThat(worker.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(worker.exitValue()).isEqualTo(1);
            long command = Long.parseLong(lines("pid").get(0));
            assertThat(ProcessHandle.of(command).filter(ProcessHandle::isAlive)).isEmpty();
        }
    }

    // ---- Helpers --------------------------------------------------------------------------------------------------

    private Process worker(Client client, String worker, int slots, String script) throws IOException {
        return worker(client, worker, slots, script, port());
    }

    private int port() {
        return Integer.parseInt(network.address().substring(network.address().indexOf(':') + 1));
    }

    private Process worker(Client client, String worker, int slots, String script, int port) throws IOException {
        Needed.command(client.command().get(0));
        if (client.name().equals("bash")) {
            Needed.command("curl");
        }
        List<String> command = new ArrayList<>(client.command());
        command.addAll(List.of("--gateway", "http://127.0.0.1:" + port, "--handler", name, "--crew", name));
        command.addAll(
                List.of("--name", name + "-" + worker, "--slots", String.valueOf(slots), "--", "sh", "-c", script));
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(worker + ".log").toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        processes.add(process);
        return process;
    }

    private JobOperations operations() {
        return scheduler.getBean(JobOperations.class);
    }

    private void create(Map<JobKey, String> further) throws Exception {
        Map<JobKey, String> settings = new LinkedHashMap<>(further);
        settings.put(JobKey.HANDLER, name);
        until(() -> handlers().contains(name));
        operations()
                .create(job, settings, new Operator("test", ""))
                .toCompletableFuture()
                .get(30, TimeUnit.SECONDS);
    }

    private Set<String> handlers() {
        return scheduler.getBean(JobEngine.class).namespace().toCompletableFuture().join().instances().values().stream()
                .flatMap(view -> view.instance().handlers().stream())
                .collect(Collectors.toSet());
    }

    private void trigger() throws Exception {
        operations().trigger(TriggerRequest.of(job)).toCompletableFuture().get(30, TimeUnit.SECONDS);
    }

    private List<ElasticJobEvent.ExecutionEnded> ends() {
        return scheduler.getBean(GatewayHttpTest.Scheduler.class).events.stream()
                .filter(ElasticJobEvent.ExecutionEnded.class::isInstance)
                .map(ElasticJobEvent.ExecutionEnded.class::cast)
                .filter(ended -> ended.start().execution().job().equals(job))
                .toList();
    }

    private List<String> lines(String file) {
        try {
            Path path = folder.resolve(file);
            return Files.exists(path) ? Files.readAllLines(path) : List.of();
        } catch (IOException unreadable) {
            return List.of();
        }
    }

    private static void until(BooleanSupplier condition) {
        Awaitility.await()
                .atMost(Duration.ofSeconds(60))
                .pollInterval(Duration.ofMillis(20))
                .until(condition::getAsBoolean);
    }
}
