package io.elasticjob.testing.machine;

import java.io.IOException;
import org.opentest4j.TestAbortedException;

/** As {@link Needs}, for a test of which only some cases need something. */
public final class Needed {

    private Needed() {}

    /** A command that answers {@code --version}; the case is skipped without it, or fails where it is required. */
    public static void command(String name) {
        if (NeedsCondition.decide(name, answers(name), System.getProperty(Needs.REQUIRE))
                .isDisabled()) {
            throw new TestAbortedException("This machine lacks what it needs: " + name);
        }
    }

    private static boolean answers(String command) {
        try {
            return new ProcessBuilder(command, "--version")
                            .start()
                            .onExit()
                            .join()
                            .exitValue()
                    == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
