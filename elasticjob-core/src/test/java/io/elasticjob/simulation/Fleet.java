package io.elasticjob.simulation;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The processes of one world: how they leave, die and stand still. */
final class Fleet<P extends Fleet.Process> {

    /** One copy of the application. */
    abstract static class Process {

        private boolean leaving;
        private boolean frozen;

        abstract String name();

        abstract MemoryRegistry registry();

        abstract VirtualTime.Watch watch();

        abstract JobEngine engine();

        /** Whether it was told to leave, or killed. */
        boolean isLeaving() {
            return leaving;
        }

        boolean isFrozen() {
            return frozen;
        }
    }

    /** So long a process has to leave before it is killed. */
    private static final Duration GRACE = Duration.ofSeconds(20);

    private final VirtualTime time;
    private final Trace trace;
    private final List<P> processes = new ArrayList<>();

    Fleet(VirtualTime time, Trace trace) {
        this.time = time;
        this.trace = trace;
    }

    void add(P process) {
        processes.add(process);
    }

    /** Those that are still there, in the order of their starts. */
    List<P> all() {
        return List.copyOf(processes);
    }

    /** Those that nobody has told to leave. */
    List<P> living() {
        return processes.stream().filter(process -> !process.isLeaving()).toList();
    }

    void leave(P process) {
        leaving(process);
        process.engine()
                .drain()
                .thenRun(() -> process.watch().execute(() -> {
                    trace.note("    " + process.name() + " has left");
                    process.registry().close();
                    process.watch().kill();
                    processes.remove(process);
                }));
        time.after(GRACE, () -> {
            if (processes.contains(process)) {
                trace.note("    " + process.name() + " does not leave, and is killed");
                kill(process);
            }
        });
    }

    void kill(P process) {
        leaving(process);
        process.watch().kill();
        process.registry().link().kill();
        processes.remove(process);
    }

    private static void leaving(Process process) {
        process.leaving = true;
    }

    void freeze(Process process, Duration duration) {
        if (!process.frozen) {
            process.frozen = true;
            process.watch().freeze();
            process.registry().link().freeze();
            time.after(duration, () -> thaw(process));
        }
    }

    void thaw(Process process) {
        if (process.frozen) {
            trace.note("    " + process.name() + " thaws");
            process.frozen = false;
            process.registry().link().thaw();
            process.watch().thaw();
        }
    }
}
