package badly.elasticjob.engine;

import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/** Each method in its own way. */
class EngineThatDrawsLots {

    Supplier<UUID> id() {
        return UUID::randomUUID;
    }

    double number() {
        return Math.random();
    }

    Random seed() {
        return new Random();
    }

    SplittableRandom split() {
        return new SplittableRandom();
    }

    int ofTheThread() {
        return ThreadLocalRandom.current().nextInt();
    }

    long secure() {
        return new SecureRandom().nextLong();
    }

    void order(List<String> all) {
        Collections.shuffle(all);
    }
}
