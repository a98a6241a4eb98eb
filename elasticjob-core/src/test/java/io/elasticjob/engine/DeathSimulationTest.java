package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobDefinition;
import io.elasticjob.coordination.ContainerDeath;
import io.elasticjob.testing.Ledger;
import io.elasticjob.view.InstanceView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Instances in containers of which some die, while late, repeated and wrong reports of dead containers come in: no shard runs twice
 * at once, and what died is failed over long before its session ends.
 */
class DeathSimulationTest {

    private static final long SEEDS = Long.getLong("simulation.deaths", 60);

    enum Broken {
        NOTHING,
        /** A terminated container of the pod is enough. */
        ANY_CONTAINER_OF_THE_POD,
        /** That nobody knows what became of it is enough. */
        UNKNOWN_IS_DEAD,
        /** What a container's former run did counts for an instance that took that for its own. */
        ENDS_BEFORE_ITS_START
    }

    /** A run of a container, and the instance in it. */
    private static final class Container {
        final String pod;
        final String id;
        final World.Process process;
        /** As the instance says: it may have read a late report. */
        final ContainerDeath.Place place;

        final Instant startedAt;

        @Nullable
        Instant diedAt;

        Container(String pod, String id, World.Process process, String claimed, Instant startedAt) {
            this.pod = pod;
            this.id = id;
            this.process = process;
            this.startedAt = startedAt;
            this.place = new ContainerDeath.Place(pod, claimed, startedAt);
        }
    }

    private static final class History {
        final World world = new World();
        final Random random;
        final Broken broken;
        final Map<String, Container> present = new LinkedHashMap<>();
        final List<Container> all = new ArrayList<>();
        World.Process watcher;
        int confirmed;

        History(long seed, Broken broken) {
            this.random = new Random(seed);
            this.broken = broken;
            world.session = Duration.ofSeconds(30);
            world.latency = Duration.ofMillis(20);
        }

        private static JobDefinition job() {
            return JobDefinition.named("orders")
                    .every(Duration.ofSeconds(20))
                    .shards(4)
                    .failover(true)
                    .build();
        }

        void start(String pod) {
            Container before = all.stream()
                    .filter(one -> one.pod.equals(pod))
                    .reduce((one, next) -> next)
                    .orElse(null);
            String id = "c-" + all.size();
            boolean isStale = before != null && random.nextInt(3) == 0;
            World.Process process = world.launch(pod + "-" + all.size(), job());
            process.duration = Duration.ofSeconds(8);
            Container container = new Container(pod, id, process, isStale ? before.id : id, world.time.now());
            present.put(pod, container);
            all.add(container);
        }

        void kill(String pod) {
            Container container = present.remove(pod);
            if (container != null) {
                container.process.kill();
                container.diedAt = world.time.now();
                world.time.after(Duration.ofMillis(1 + random.nextInt(4_000)), () -> report(container, "Error"));
            }
        }

        void freeze(String pod) {
            Container container = present.get(pod);
            if (container != null) {
                container.process.watch.freeze();
                world.time.after(Duration.ofMillis(random.nextInt(3_000)), () -> {
                    if (container.diedAt == null) {
                        container.process.watch.thaw();
                    }
                });
            }
        }

        /** As a kubelet tells it; of one that lives, what a server says that has lost sight of it. */
        void report(Container container, String reason) {
            Instant at = container.diedAt == null ? world.time.now() : container.diedAt;
            ContainerDeath.Report report = new ContainerDeath.Report(container.pod, container.id, reason, at, false);
            watcher.engine
                    .namespace()
                    .thenAccept(view -> view.instances().values().stream()
                            .map(InstanceView::instance)
                            .filter(one -> isProven(placeOf(one.name()), report))
                            .forEach(one -> {
                                confirmed++;
                                watcher.engine.confirmDeath(one.id());
                            }));
        }

        private ContainerDeath.Place placeOf(String instance) {
            return all.stream()
                    .filter(each -> each.process.name.equals(instance))
                    .findFirst()
                    .map(each -> each.place)
                    .orElseGet(() -> new ContainerDeath.Place("", "", Instant.EPOCH));
        }

        private boolean isProven(ContainerDeath.Place place, ContainerDeath.Report told) {
            ContainerDeath.Report report = switch (broken) {
                case ANY_CONTAINER_OF_THE_POD ->
                    new ContainerDeath.Report(
                            told.pod(),
                            place.container(),
                            told.reason(),
                            place.startedAt().plusSeconds(1),
                            false);
                case UNKNOWN_IS_DEAD ->
                    new ContainerDeath.Report(told.pod(), told.container(), "Error", told.finishedAt(), false);
                case ENDS_BEFORE_ITS_START ->
                    new ContainerDeath.Report(
                            told.pod(),
                            told.container(),
                            told.reason(),
                            place.startedAt().plusSeconds(1),
                            false);
                default -> told;
            };
            return ContainerDeath.isProven(place, report);
        }

        void run() {
            watcher = world.start("watcher");
            start("pod-a");
            start("pod-b");
            for (int step = 0; step < 30; step++) {
                String pod = random.nextBoolean() ? "pod-a" : "pod-b";
                switch (random.nextInt(6)) {
                    case 0 -> kill(pod);
                    case 1 -> freeze(pod);
                    case 2 ->
                        all.stream() // told again
                                .filter(one -> one.pod.equals(pod) && one.diedAt != null)
                                .forEach(one -> report(one, "Error"));
                    case 3 -> {
                        if (present.containsKey(pod)) {
                            report(present.get(pod), "ContainerStatusUnknown");
                        }
                    }
                    default -> {}
                }
                world.time.pass(Duration.ofMillis(random.nextInt(9_000)));
                List.of("pod-a", "pod-b").stream()
                        .filter(each -> !present.containsKey(each) && random.nextBoolean())
                        .forEach(this::start);
            }
        }

        /** Executions of one shard that went on at the same time. */
        List<String> doubles() {
            List<Ledger.Entry> entries = world.ledger.entries();
            List<String> doubles = new ArrayList<>();
            for (int i = 0; i < entries.size(); i++) {
                for (int k = 0; k < i; k++) {
                    Ledger.Entry one = entries.get(k);
                    Ledger.Entry other = entries.get(i);
                    boolean isSame = one.id.shard() == other.id.shard() && !one.process.equals(other.process);
                    if (isSame && one.started.isBefore(end(other)) && other.started.isBefore(end(one))) {
                        doubles.add(one + " beside " + other);
                    }
                }
            }
            return doubles;
        }

        private Instant end(Ledger.Entry entry) {
            Instant died = all.stream()
                    .filter(each -> each.process.name.equals(entry.process))
                    .findFirst()
                    .map(each -> each.diedAt)
                    .orElse(null);
            Instant ended = entry.ended == null ? Instant.MAX : entry.ended;
            return died != null && died.isBefore(ended) ? died : ended;
        }
    }

    @Test
    void noShardRunsTwiceAtOnceAndDeathsAreKnown() {
        int confirmed = 0;
        for (long seed = 0; seed < SEEDS; seed++) {
            History history = new History(seed, Broken.NOTHING);
            history.run();
            assertThat(history.doubles()).as("seed " + seed).isEmpty();
            confirmed += history.confirmed;
        }
        assertThat(confirmed).isGreaterThan((int) SEEDS);
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NOTHING")
    void aBrokenRuleIsFound(Broken broken) {
        assertThat(LongStream.range(0, 10 * SEEDS).anyMatch(seed -> {
                    History history = new History(seed, broken);
                    history.run();
                    return !history.doubles().isEmpty();
                }))
                .isTrue();
    }

    @Test
    void whatADeadInstanceRanIsFailedOverBeforeItsSessionEnds() {
        World world = new World();
        world.session = Duration.ofSeconds(30);
        World.Process watcher = world.start("watcher");
        World.Process a = world.start("a", History.job());
        a.duration = Duration.ofMinutes(1);
        world.time.pass(Duration.ofSeconds(21));
        World.Process b = world.start("b", History.job());
        a.kill();
        String id = watcher.view().instances().keySet().stream()
                .filter(one -> one.startsWith("a."))
                .findFirst()
                .orElseThrow();

        assertThat(world.now(watcher.engine.confirmDeath(id))).isTrue();
        world.time.pass(Duration.ofSeconds(3));

        assertThat(b.events(io.elasticjob.ElasticJobEvent.OwnerDied.class)).isNotEmpty();
        assertThat(world.now(watcher.engine.confirmDeath(id))).as("it is gone").isFalse();
    }
}
