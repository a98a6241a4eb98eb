package io.elasticjob.kind;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a declared script in a process of its own. It is told of the execution by {@code EJ_…} in its environment, and by one
 * JSON object on its standard input. Of the environment of this process it has only what says where programs, files and
 * languages are. Its exit code is the outcome. What it writes is logged, line by line, under the execution: standard output
 * as information, standard error as warnings.
 *
 * <p>When the execution is cancelled all of its processes are asked to end, and are killed after a while. When the script
 * itself ends, what it has left running is ended in the same way: nothing of an execution goes on after it.
 *
 * <p>Has three threads for each execution, which end with it.
 */
public final class ScriptJob implements SimpleJob {

    /** What is handed on of the environment of this process. */
    private static final Set<String> INHERITED = Set.of(
            "PATH",
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
            "SystemRoot",
            "SYSTEMROOT",
            "PATHEXT",
            "ComSpec",
            "COMSPEC");

    private static final long PATIENCE_WITH_OUTPUT_MILLIS = 5_000;

    private final Script script;
    private final Secrets secrets;
    private final Logger log;

    public ScriptJob(Script script, Secrets secrets) {
        this.script = script;
        this.secrets = secrets;
        this.log = LoggerFactory.getLogger("elasticjob.script." + script.name());
    }

    @Override
    public void execute(ShardingContext context) throws Exception {
        String tree = UUID.randomUUID().toString();
        Process process = process(context, tree).start();
        run(context, process, new ProcessTree(process, tree));
    }

    private ProcessBuilder process(ShardingContext context, String tree) {
        ProcessBuilder process = new ProcessBuilder(script.command());
        if (script.workingDirectory() != null) {
            process.directory(new File(script.workingDirectory().toString()));
        }
        Map<String, String> environment = process.environment();
        environment.keySet().retainAll(INHERITED);
        environment.putAll(script.environment());
        ExecutionFacts.environment(context).forEach((name, value) -> {
            String obstacle = ScriptKind.obstacle(value); // of a trigger, which nobody has looked at before
            if (!obstacle.isEmpty()) {
                throw new IllegalArgumentException("What " + name + " is to say " + obstacle);
            }
            environment.put(name, value);
        });
        environment.put(ProcessTree.VARIABLE, tree);
        return process;
    }

    private void run(ShardingContext context, Process process, ProcessTree tree) throws Exception {
        OutputLines output = new OutputLines(process.getInputStream(), secrets, line -> log.info("{}", line));
        OutputLines errors = new OutputLines(process.getErrorStream(), secrets, line -> log.warn("{}", line));
        byte[] facts = ExecutionFacts.json(context);
        List<Thread> threads = List.of(
                thread("output", output), thread("errors", errors), thread("input", () -> write(process, facts)));
        threads.forEach(Thread::start);
        try {
            int status = process.waitFor();
            if (tree.end(script.killAfter())) {
                log.warn("{} has left processes running, which were ended", script.name());
            }
            await(threads, process);
            if (status != 0) {
                throw new ScriptFailedException("The script " + script.name() + " ended with exit code " + status
                        + (errors.tail().isEmpty() ? "" : ": " + errors.tail()));
            }
        } catch (InterruptedException cancelled) {
            tree.end(script.killAfter());
            await(threads, process);
            throw cancelled;
        } finally {
            tree.end(script.killAfter());
        }
    }

    private Thread thread(String what, Runnable work) {
        Thread thread = new Thread(work, "elasticjob-script-" + script.name() + "-" + what);
        thread.setDaemon(true);
        return thread;
    }

    private static void write(Process process, byte[] facts) {
        try (OutputStream input = process.getOutputStream()) {
            input.write(facts);
        } catch (IOException closed) {
            // it does not read, as most scripts do not
        }
    }

    /** All processes have ended: so do the outputs, unless somebody holds them who was not found. */
    private void await(List<Thread> threads, Process process) {
        boolean interrupted = false;
        for (Thread thread : threads) {
            try {
                TimeUnit.MILLISECONDS.timedJoin(thread, PATIENCE_WITH_OUTPUT_MILLIS);
            } catch (InterruptedException again) {
                interrupted = true;
            }
            if (thread.isAlive()) {
                log.warn("{} has ended, and its output has not: it is not read any further", script.name());
                break;
            }
        }
        close(process.getInputStream());
        close(process.getErrorStream());
        close(process.getOutputStream());
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void close(Closeable stream) {
        try {
            stream.close();
        } catch (IOException closed) {
            log.debug("A stream of {} could not be closed", script.name(), closed);
        }
    }
}
