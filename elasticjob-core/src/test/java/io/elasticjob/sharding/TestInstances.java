package io.elasticjob.sharding;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Instance ids that look like those of a registry. */
final class TestInstances {

    private TestInstances() {}

    /** That many different ids, ascending. */
    static List<String> some(int count, Random random) {
        return Stream.generate(() -> "orders-%08x@%016x".formatted(random.nextInt(), random.nextLong()))
                .distinct()
                .limit(count)
                .sorted()
                .toList();
    }
}
