package io.elasticjob.testing.machine;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** A {@code python3} on the PATH. */
public final class Python3 implements BooleanSupplier {

    public static final String NAME = "python3";

    @Override
    public boolean getAsBoolean() {
        try {
            Process python = new ProcessBuilder("python3", "--version").start();
            return python.onExit().join().exitValue() == 0;
        } catch (IOException missing) {
            return false;
        }
    }
}
