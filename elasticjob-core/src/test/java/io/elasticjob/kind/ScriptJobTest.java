package io.elasticjob.kind;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.Cancellation;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.ShardingContext;
import io.elasticjob.testing.machine.Needs;
import io.elasticjob.testing.machine.Python3;
import io.elasticjob.testing.machine.Signals;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

@Needs(value = Signals.NAME, there = Signals.class)
class ScriptJobTest {

    private static final Instant FIRE_TIME = Instant.parse("2026-03-01T02:00:00Z");
    private static final Duration SOON = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private final Queue<String> logged = new ConcurrentLinkedQueue<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            logged.add(event.getLevel() + " " + event.getMDCPropertyMap().getOrDefault("elasticjob.execution", "") + " "
                    + event.getFormattedMessage());
        }
    };

    @BeforeEach
    void listen() {
        appender.start();
        logger().addAppender(appender);
        logger().setLevel(Level.INFO);
    }

    @AfterEach
    void leave() {
        logger().detachAppender(appender);
        MDC.clear();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("elasticjob.script.report");
    }

    private ScriptJob sh(String text) {
        return sh(text, Secrets.NONE);
    }

    private ScriptJob sh(String text, Secrets secrets, String... environment) {
        return job(List.of("sh", "-c", text), SOON, secrets, environment);
    }

    private ScriptJob job(List<String> command, Duration killAfter, Secrets secrets, String... environment) {
        return new ScriptJob(
                Script.declared("report", command, directory, Arrays.asList(environment), killAfter, secrets), secrets);
    }

    private static ShardingContext.Builder context() {
        return ShardingContext.builder()
                .executionId(new ExecutionId("orders", "life-1", new Firing.Scheduled(FIRE_TIME), 1, 2))
                .shard(1, 4)
                .fireTime(FIRE_TIME)
                .fencingToken(77)
                .shardingParameter("Shanghai")
                .jobParameter("all");
    }

    private String read(String file) throws IOException {
        return Files.readString(directory.resolve(file));
    }

    // ---- What it is told --------------------------------------------------------------------------------------------

    @Test
    void itIsToldOfTheExecutionInItsEnvironment() throws Exception {
        sh("env | grep ^EJ_ | grep -v ^EJ_PROCESS_TREE | sort > env")
                .execute(context().build());

        assertThat(read("env")).isEqualTo("""
                        EJ_ATTEMPT=2
                        EJ_CHECKPOINT=
                        EJ_EXECUTION=orders/2026-03-01T02:00:00Z/1/2
                        EJ_EXECUTION_KEY=orders@life-1/2026-03-01T02:00:00Z/1/2
                        EJ_FENCING_TOKEN=77
                        EJ_FIRE_TIME=2026-03-01T02:00:00Z
                        EJ_FIRING=2026-03-01T02:00:00Z
                        EJ_JOB=orders
                        EJ_JOB_PARAMETER=all
                        EJ_PREVIOUS_FIRE_TIME=
                        EJ_SHARD=1
                        EJ_SHARDS=4
                        EJ_SHARD_PARAMETER=Shanghai
                        EJ_TRIGGER=
                        """);
    }

    @Test
    @Needs(value = Python3.NAME, there = Python3.class)
    void aPythonScriptReadsTheSameAsJson() throws Exception {
        Path script = Files.writeString(
                directory.resolve("read.py"),
                "import json, os, sys\n"
                        + "it = json.load(sys.stdin)\n"
                        + "assert it['job'] == os.environ['EJ_JOB']\n"
                        + "open('out', 'w').write('%s %d of %d %s %d' % (it['job'], it['shard'], it['shards'],"
                        + " it['jobParameter'], it['fencingToken']))\n");
        job(List.of("python3", script.toString()), SOON, Secrets.NONE)
                .execute(context().jobParameter("\"quoted\" ünd\nlines").build());

        assertThat(read("out")).isEqualTo("orders 1 of 4 \"quoted\" ünd\nlines 77");
    }

    @Test
    void itDoesNotInheritWhatThisProcessKnows() throws Exception {
        sh("env | sed 's/=.*//' | sort > env", Secrets.NONE, "REGION=eu")
                .execute(context().build());

        assertThat(read("env").lines().filter(name -> !name.startsWith("EJ_")))
                .contains("PATH", "REGION")
                .allMatch(name -> List.of(
                                "PATH",
                                "REGION",
                                "HOME",
                                "USER",
                                "LOGNAME",
                                "SHELL",
                                "LANG",
                                "LC_ALL",
                                "LC_CTYPE",
                                "TZ",
                                "TMPDIR",
                                "TEMP",
                                "TMP",
                                "PWD",
                                "OLDPWD",
                                "SHLVL",
                                "_")
                        .contains(name));
    }

    @ParameterizedTest
    @MethodSource("io.elasticjob.testing.values.OddValues#stream")
    void aParameterIsAValueAndNothingElse(String parameter) throws Exception {
        sh("printf '%s' \"$EJ_JOB_PARAMETER\" > job; printf '%s' \"$EJ_SHARD_PARAMETER\" > shard")
                .execute(context()
                        .jobParameter(parameter)
                        .shardingParameter(parameter)
                        .build());

        assertThat(read("job")).isEqualTo(parameter);
        assertThat(read("shard")).isEqualTo(parameter);
        assertThat(directory.resolve("hacked")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(strings = {"nul\0character", "long"})
    void aParameterOfATriggerThatNoProcessCanBeGivenIsNamedAndNotShown(String parameter) {
        String value = parameter.equals("long") ? "x".repeat(200_000) : parameter;
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        sh("touch ran").execute(context().jobParameter(value).build()))
                .withMessageContaining("EJ_JOB_PARAMETER")
                .withMessageNotContaining(value);
        assertThat(directory.resolve("ran")).doesNotExist();
    }

    @Test
    void aScriptThatReadsNothingIsNotHeldUpByWhatItIsSent() throws Exception {
        sh("exit 0").execute(context().jobParameter("x".repeat(100_000)).build());
    }

    // ---- How it ends ------------------------------------------------------------------------------------------------

    @Test
    void itsExitCodeIsTheOutcomeAndTheLastOfItsErrorsIsTold() {
        assertThatThrownBy(() -> sh("seq 1 1000 >&2; echo 'no such customer' >&2; exit 3")
                        .execute(context().build()))
                .asString()
                .startsWith("The script report ended with exit code 3: ")
                .endsWith("999\n1000\nno such customer")
                .hasSizeLessThan(400);
    }

    @Test
    void whatItWritesIsLoggedUnderItsExecution() throws Exception {
        MDC.put("elasticjob.execution", "orders/1");
        sh("echo one; echo two >&2; printf three").execute(context().build());

        assertThat(logged).containsExactlyInAnyOrder("INFO orders/1 one", "WARN orders/1 two", "INFO orders/1 three");
    }

    @Test
    void aLineCannotPretendToBeAnotherOneAndIsCutWhereItIsEndless() throws Exception {
        sh("printf 'a\\033[2Jb\\rc\\n'; head -c 100000 /dev/zero | tr '\\0' x; echo; echo end")
                .execute(context().build());

        assertThat(logged).contains("INFO  a [2Jb c", "INFO  end");
        assertThat(logged).allMatch(line -> line.length() < 8_300);
    }

    // ---- Cancellation -----------------------------------------------------------------------------------------------

    /** Runs it on a thread of its own, which is interrupted as soon as the file is there, as a runner does it. */
    private Throwable cancelled(ScriptJob job, String whenThere) throws Exception {
        AtomicReference<Optional<Cancellation>> why = new AtomicReference<>(Optional.empty());
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                job.execute(context().cancellation(why::get).build());
            } catch (Throwable ended) {
                thrown.set(ended);
            }
        });
        thread.start();
        Awaitility.await()
                .until(() -> Files.exists(directory.resolve(whenThere))
                        && !read(whenThere).isBlank());
        why.set(Optional.of(new Cancellation(Cancellation.Reason.SHUTDOWN, "", "")));
        thread.interrupt();
        thread.join();
        return thrown.get();
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid.strip()))
                .filter(ProcessHandle::isAlive)
                .filter(process -> process.info().command().isPresent()) // a zombie has none
                .isPresent();
    }

    @Test
    void aCancelledScriptMayTidyUp() throws Exception {
        Throwable thrown = cancelled(
                job(
                        List.of(
                                "sh",
                                "-c",
                                "trap 'echo tidied > tidy; exit 0' TERM; echo $$ > pid; while :; do sleep 0.05; done"),
                        Duration.ofSeconds(30),
                        Secrets.NONE),
                "pid");

        assertThat(thrown).isInstanceOf(InterruptedException.class);
        assertThat(read("tidy")).isEqualTo("tidied\n");
        assertThat(isAlive(read("pid"))).isFalse();
    }

    @Test
    void oneThatDoesNotListenIsKilledWithAllThatCameFromIt() throws Exception {
        String stubborn = "trap '' TERM; sleep 600 & echo $! > child; (setsid sh -c 'trap \"\" TERM; echo $$ > orphan;"
                + " while :; do sleep 0.05; done' &) ; while [ ! -s orphan ]; do sleep 0.05; done; echo $$ > pid;"
                + " while :; do sleep 0.05; done";
        Throwable thrown = cancelled(sh(stubborn), "pid");

        assertThat(thrown).isInstanceOf(InterruptedException.class);
        for (String file : List.of("pid", "child", "orphan")) {
            assertThat(isAlive(read(file))).as(file).isFalse();
        }
    }

    @Test
    void whatAScriptLeavesRunningEndsWithIt() throws Exception {
        sh("sleep 600 & echo $! > child").execute(context().build());

        assertThat(isAlive(read("child"))).isFalse();
        assertThat(logged).anyMatch(line -> line.contains("has left processes running"));
    }

    // ---- Secrets ----------------------------------------------------------------------------------------------------

    @Test
    void aSecretIsHandedOverAndNeverShown() throws Exception {
        Secrets secrets = Secrets.of(Map.of("db", "correct horse", "key", "first line of it\nsecond line of it"));
        ScriptJob job = sh(
                "printf '%s' \"$PASSWORD\" > got; echo \"it is $PASSWORD\"; echo \"$KEY\"; echo \"$PASSWORD\" >&2; exit 1",
                secrets, "PASSWORD={secret:db}", "KEY={secret:key}");
        assertThatThrownBy(() -> job.execute(context().build()))
                .hasMessage("The script report ended with exit code 1: ***");

        assertThat(read("got")).isEqualTo("correct horse");
        assertThat(logged).containsExactlyInAnyOrder("INFO  it is ***", "INFO  ***", "INFO  ***", "WARN  ***");
    }

    @Test
    void aSecretThatIsCutWithItsLineIsNotShownInPart() throws Exception {
        Secrets secrets = Secrets.of(Map.of("db", "correct horse battery"));
        sh("head -c 8180 /dev/zero | tr '\\0' x; echo \"$PASSWORD\"", secrets, "PASSWORD={secret:db}")
                .execute(context().build());

        assertThat(logged).singleElement().asString().doesNotContain("corr");
    }

    // ---- What cannot be declared ------------------------------------------------------------------------------------

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "../x | sh | A=1 | elasticjob.scripts: \"../x\" is no name of a script",
                "x | '' | A=1 | elasticjob.scripts.x.command: \"\" is missing",
                "x | ./run.sh | A=1 | elasticjob.scripts.x.command: \"./run.sh\" must begin with an absolute path",
                "x | /no/such/file | A=1 | elasticjob.scripts.x.command: \"/no/such/file\" is no file that can be executed",
                "x | /etc | A=1 | elasticjob.scripts.x.command: \"/etc\" is no file that can be executed",
                "x | no-such-program | A=1 | elasticjob.scripts.x.command: \"no-such-program\" is no program on the PATH",
                "x | {secret:db} | A=1 | elasticjob.scripts.x.command: \"{secret:db}\" must not have a secret",
                "x | sh | A | elasticjob.scripts.x.environment[0]",
                "x | sh | A B=1 | elasticjob.scripts.x.environment[0]",
                "x | sh | EJ_JOB=1 | elasticjob.scripts.x.environment[0]: \"EJ_JOB\" cannot be set",
                "x | sh | A={secret:dbb} | elasticjob.scripts.x.environment[0]: \"{secret:dbb}\" names no secret that is declared under elasticjob.secrets.*; did you mean \"db\"?"
            })
    void whatCannotBeMeantIsRefusedByKeyValueAndRule(String name, String command, String variable, String message) {
        assertThatThrownBy(() -> Script.declared(
                        name,
                        command.isEmpty() ? List.of() : List.of(command),
                        null,
                        List.of(variable),
                        SOON,
                        Secrets.of(Map.of("db", "correct horse"))))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aDirectoryHasToBeThereAndAVariableIsSetOnce() {
        assertThatThrownBy(() -> Script.declared(
                        "x", List.of("sh"), Path.of("/no/such/directory"), List.of(), SOON, Secrets.NONE))
                .hasMessageStartingWith(
                        "elasticjob.scripts.x.working-directory: \"/no/such/directory\" is no directory");
        assertThatThrownBy(() -> Script.declared("x", List.of("sh"), null, List.of("A=1", "A=2"), SOON, Secrets.NONE))
                .hasMessage("elasticjob.scripts.x.environment[1]: \"A\" is set twice");
        assertThatThrownBy(
                        () -> Script.declared("x", List.of("sh"), null, List.of(), Duration.ofHours(2), Secrets.NONE))
                .hasMessageStartingWith("elasticjob.scripts.x.kill-after: \"2h\"");
    }

    @Test
    void aShortSecretIsRefusedAndNothingShowsOne() {
        assertThatThrownBy(() -> Secrets.of(Map.of("pin", "1234567")))
                .isInstanceOf(InvalidSettingException.class)
                .hasMessageStartingWith("elasticjob.secrets.pin: ")
                .hasMessageNotContaining("1234567");
        Secrets secrets = Secrets.of(Map.of("db", "correct horse"));
        Script script = Script.declared("x", List.of("sh"), null, List.of("A={secret:db}"), SOON, secrets);
        assertThat(List.of(secrets.toString(), script.toString())).noneMatch(text -> text.contains("horse"));
        assertThat(new ArrayList<>(script.environment().values())).containsExactly("correct horse");
    }
}
