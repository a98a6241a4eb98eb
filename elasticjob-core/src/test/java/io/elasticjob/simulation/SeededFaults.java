package io.elasticjob.simulation;

import io.elasticjob.memory.Faults;
import java.time.Duration;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;

/** What the way to the registry does to a client, as a seed says; next to nothing once all is calm. */
class SeededFaults implements Faults {

    private final SplittableRandom random;
    private final BooleanSupplier calm;
    /** Whether the server that the client is connected to hears of everything late. */
    private boolean laggard;

    SeededFaults(SplittableRandom random, BooleanSupplier calm) {
        this.random = random;
        this.calm = calm;
    }

    @Override
    public final Duration request() {
        return wire();
    }

    @Override
    public final Duration answer() {
        return wire();
    }

    @Override
    public final Duration lag() {
        return Duration.ofMillis(calm.getAsBoolean() ? 1 : lag(random, laggard));
    }

    /** In milliseconds, while there are faults. */
    int lag(SplittableRandom random, boolean laggard) {
        return laggard ? 200 + random.nextInt(1_800) : random.nextInt(4) == 0 ? random.nextInt(900) : 1;
    }

    @Override
    public final boolean arrives() {
        return random.nextBoolean();
    }

    @Override
    public final Duration reconnect() {
        laggard = random.nextInt(3) == 0;
        return Duration.ofMillis(random.nextInt(calm.getAsBoolean() || random.nextBoolean() ? 50 : 1_500));
    }

    @Override
    public final int behind(int most) {
        return random.nextBoolean() ? most : random.nextInt(most + 1);
    }

    @Override
    public final Duration sinceHeartbeat(Duration most) {
        return Duration.ofNanos(random.nextLong(most.toNanos() + 1));
    }

    private Duration wire() {
        boolean slow = !calm.getAsBoolean() && random.nextInt(15) == 0;
        return Duration.ofNanos(1_000L * (slow ? random.nextInt(700_000) : 200 + random.nextInt(800)));
    }
}
