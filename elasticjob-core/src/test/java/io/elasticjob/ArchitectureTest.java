package io.elasticjob;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.CompositeArchRule;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import io.elasticjob.engine.JobEngine;
import io.elasticjob.memory.MemoryRegistry;
import io.elasticjob.test.VirtualTime;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Floors that only look down. Each guard is put to the production classes, which keep it, and to a small tree of
 * classes that break it, {@code badly.elasticjob}: a guard that cannot fail guards nothing.
 */
class ArchitectureTest {

    private static final String GOOD = "io.elasticjob";
    private static final String BAD = "badly.elasticjob";

    /** Compiled among these tests from elasticjob-test, and as much production code as any. */
    private static final Pattern FROM_THE_TEST_MODULE =
            Pattern.compile(".*/io/elasticjob/(memory|test)/(?!\\w*Test\\b)[\\w$]+\\.class");

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(location -> ImportOption.Predefined.DO_NOT_INCLUDE_TESTS.includes(location)
                    || location.matches(FROM_THE_TEST_MODULE))
            .importPackages(GOOD)
            .that(not(resideInAPackage(GOOD + ".testing.."))); // a module for tests alone
    private static final JavaClasses BROKEN = new ClassFileImporter().importPackages(BAD);

    /** The embedded server is none of the ZooKeeper adapter's business, nor the other way round. */
    private static final List<String> ADAPTERS =
            List.of("zookeeper.embedded", "zookeeper", "memory", "quartz", "runner", "history", "alert", "kind");

    enum Guard {
        PACKAGES_FORM_NO_CYCLE(root -> slices().matching("(**)")
                .should()
                .beFreeOfCycles()
                .because("what looks at each other can only be understood, tested and changed together")),

        WORDS_AND_DECISIONS_ARE_PURE(root -> classes()
                .that(words(root))
                .should()
                .onlyDependOnClassesThat(words(root).or(PURE))
                .because("a decision without threads, I/O, clock and log is tested by a table,"
                        + " and a word means the same wherever it is said")),

        REGISTRY_AND_CODEC_LOOK_DOWN(root -> classes()
                .that(resideInAnyPackage(root + ".registry..", root + ".codec.."))
                .should()
                .onlyDependOnClassesThat(words(root)
                        .or(resideInAnyPackage(root + ".registry..", root + ".codec.."))
                        .or(PURE)
                        .or(equivalentTo(CompletionStage.class))
                        .or(resideInAnyPackage("java.io", "java.nio.charset", "java.util.zip", "tools.jackson.core..")))
                .because("the engine and every adapter say them, so they belong to none of these")),

        ENGINE_KNOWS_NO_ADAPTER(root -> noClasses()
                .that(resideInAPackage(root + ".engine.."))
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        ADAPTERS.stream().map(it -> root + "." + it + "..").toArray(String[]::new)))
                .because("a mode is a composition of adapters, made from outside and in one place")),

        ADAPTERS_KNOW_NO_ENGINE(root -> noClasses()
                .that(resideInAnyPackage(
                        ADAPTERS.stream().map(it -> root + "." + it + "..").toArray(String[]::new)))
                .should()
                .dependOnClassesThat(resideInAPackage(root + ".engine.."))
                .because("an adapter is written against what is asked of it: the SPI and the registry")),

        THE_ENGINE_HAS_ONE_DOOR(root -> noClasses()
                .that(resideInAPackage(root + ".engine..")
                        .and(describe("top-level", JavaClass::isTopLevelClass))
                        .and(not(simpleName("JobEngine")))
                        .and(not(simpleName("JobEngineBuilder"))))
                .should()
                .bePublic()
                .because("what is seen outside is asked for outside: the rest is free to change")),

        ADAPTERS_DO_NOT_KNOW_ONE_ANOTHER(root -> slices().assignedFrom(adapters(root))
                .should()
                .notDependOnEachOther()
                .because("each can be replaced, or left off the class path, without the others")),

        A_LIBRARY_HAS_ONE_HOME(root -> CompositeArchRule.of(home(root + ".quartz..", "org.quartz.."))
                .and(home(root + ".zookeeper..", "org.apache.curator..", "org.apache.zookeeper.."))
                .and(home(root + ".codec..", "tools.jackson.."))
                .because("what one package alone knows can be replaced there")),

        CLOCKS_ARE_READ_IN_ONE_PLACE(root -> noClasses()
                .that(not(resideInAPackage(root + ".spi").and(simpleName("SystemTimekeeper"))))
                .should()
                .accessTargetWhere(READS_A_CLOCK)
                .because("a simulator can only step time that is handed in: ask the Timekeeper,"
                        + " or take the instant as an argument")),

        ANSWERS_ARE_GIVEN_IN_ONE_PLACE(root -> noClasses()
                .that(resideInAPackage(root + ".engine..")
                        .and(not(simpleName("Replies")))
                        .and(not(simpleName("Question")))
                        .and(not(simpleName("Promise"))))
                .should()
                .accessTargetWhere(COMPLETES_A_FUTURE)
                .orShould()
                .beAssignableTo(CompletableFuture.class)
                .because("what hangs on a future is somebody else's code, which takes as long as it likes:"
                        + " hand the answer to the Outbox")),

        CHANCE_IS_HANDED_IN(root -> noClasses()
                .that(resideInAPackage(root + ".engine..").or(words(root)).and(not(simpleName("RandomIds"))))
                .should()
                .accessTargetWhere(DRAWS_LOTS)
                .because("a simulated history repeats exactly only when nothing in it is left to chance:"
                        + " take ids from a supplier"));

        private final Function<String, ArchRule> rule;

        Guard(Function<String, ArchRule> rule) {
            this.rule = rule;
        }

        /** The guard over the tree of packages with this root. */
        ArchRule of(String root) {
            return rule.apply(root);
        }
    }

    @Test
    void thereAreClassesToGuard() {
        assertThat(PRODUCTION.contain(JobDefinition.class)).isTrue();
        assertThat(PRODUCTION.contain(JobEngine.class)).isTrue();
        assertThat(PRODUCTION.contain(MemoryRegistry.class)).isTrue();
        assertThat(PRODUCTION.contain(VirtualTime.class)).isTrue();
        assertThat(PRODUCTION.contain(ArchitectureTest.class)).isFalse();
    }

    @ParameterizedTest
    @EnumSource
    void isKept(Guard guard) {
        guard.of(GOOD).check(PRODUCTION);
    }

    @ParameterizedTest
    @EnumSource
    void isSeenWhenBroken(Guard guard) {
        assertThat(guard.of(BAD).evaluate(BROKEN).hasViolation()).isTrue();
    }

    @Test
    void everyWayToReadAClockIsSeen() {
        String report = String.join(
                "\n",
                Guard.CLOCKS_ARE_READ_IN_ONE_PLACE
                        .of(BAD)
                        .evaluate(BROKEN)
                        .getFailureReport()
                        .getDetails());
        assertThat(BROKEN.get(BAD + ".engine.EngineThatReadsClocks").getMethods())
                .hasSizeGreaterThan(10)
                .allSatisfy(method -> assertThat(report).contains(method.getName() + "("));
    }

    @Test
    void everyWayToCompleteAFutureIsSeen() {
        assertSeen(Guard.ANSWERS_ARE_GIVEN_IN_ONE_PLACE, "EngineThatAnswersInItsTurn", 7);
    }

    @Test
    void everyWayToDrawLotsIsSeen() {
        assertSeen(Guard.CHANCE_IS_HANDED_IN, "EngineThatDrawsLots", 5);
    }

    private static void assertSeen(Guard guard, String type, int ways) {
        String report = String.join(
                "\n", guard.of(BAD).evaluate(BROKEN).getFailureReport().getDetails());
        assertThat(BROKEN.get(BAD + ".engine." + type).getMethods())
                .hasSizeGreaterThan(ways)
                .allSatisfy(method -> assertThat(report).contains(method.getName() + "("));
    }

    @Test
    void wordsUseNeitherLocksNorLogs() {
        assertThat(Guard.WORDS_AND_DECISIONS_ARE_PURE
                        .of(BAD)
                        .evaluate(BROKEN)
                        .getFailureReport()
                        .getDetails())
                .anyMatch(it -> it.contains("ReentrantLock"))
                .anyMatch(it -> it.contains("org.slf4j"));
    }

    /** JDK and JSpecify, as far as they have neither threads nor I/O; an answer that is still to come is a word, too. */
    private static final DescribedPredicate<JavaClass> PURE = resideInAnyPackage(
                    "java.lang",
                    "java.lang.annotation",
                    "java.lang.invoke",
                    "java.lang.runtime",
                    "java.math",
                    "java.time..",
                    "java.util",
                    "java.util.function",
                    "java.util.regex",
                    "java.util.stream",
                    "org.jspecify.annotations")
            .or(describe("a promise", (JavaClass type) -> type.isEquivalentTo(CompletionStage.class)))
            .and(not(describe(
                    "threads",
                    (JavaClass type) -> type.isAssignableTo(Thread.class) || type.isEquivalentTo(Runtime.class))));

    private static final DescribedPredicate<JavaAccess<?>> READS_A_CLOCK =
            describe("a clock is read or time is slept away", access -> readsAClock(access.getTarget()));

    private static boolean readsAClock(AccessTarget target) {
        String owner = target.getOwner().getName();
        String name = target.getName();
        return switch (owner) {
            case "java.lang.System" -> Set.of("currentTimeMillis", "nanoTime").contains(name);
            case "java.lang.Thread", "java.util.concurrent.TimeUnit" -> name.equals("sleep");
            case "java.time.Clock", "java.time.InstantSource" ->
                name.startsWith("system")
                        || Set.of("tickMillis", "tickSeconds", "tickMinutes").contains(name);
            case "java.util.Date" -> target.getFullName().equals(Date.class.getName() + ".<init>()");
            default -> owner.startsWith("java.time.") && name.equals("now");
        };
    }

    private static final DescribedPredicate<JavaAccess<?>> COMPLETES_A_FUTURE =
            describe("a future is completed", access -> completesAFuture(access.getTarget()));

    private static boolean completesAFuture(AccessTarget target) {
        if (target.getOwner().getSimpleName().equals("Question")) {
            return target.getName().equals("release");
        }
        return target.getOwner().isAssignableTo(CompletableFuture.class)
                && Set.of(
                                "complete",
                                "completeAsync",
                                "completeExceptionally",
                                "completeOnTimeout",
                                "orTimeout",
                                "cancel",
                                "obtrudeValue",
                                "obtrudeException")
                        .contains(target.getName());
    }

    private static final DescribedPredicate<JavaAccess<?>> DRAWS_LOTS =
            describe("lots are drawn", access -> drawsLots(access.getTarget()));

    private static boolean drawsLots(AccessTarget target) {
        return target.getName().equals("randomUUID")
                || Set.of("java.util.concurrent.ThreadLocalRandom", "java.security.SecureRandom")
                        .contains(target.getOwner().getName())
                || Set.of(
                                "java.lang.Math.random()",
                                "java.util.Collections.shuffle(java.util.List)",
                                "java.util.Random.<init>()",
                                "java.util.SplittableRandom.<init>()")
                        .contains(target.getFullName());
    }

    private static DescribedPredicate<JavaClass> words(String root) {
        return resideInAnyPackage(
                root,
                root + ".text..",
                root + ".schedule..",
                root + ".sharding..",
                root + ".coordination..",
                root + ".view..");
    }

    private static ArchRule home(String home, String... libraries) {
        return noClasses()
                .that(not(resideInAPackage(home)))
                .should()
                .dependOnClassesThat(resideInAnyPackage(libraries));
    }

    private static SliceAssignment adapters(String root) {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return ADAPTERS.stream()
                        .filter(it -> resideInAPackage(root + "." + it + "..").test(type))
                        .findFirst()
                        .map(SliceIdentifier::of)
                        .orElseGet(SliceIdentifier::ignore);
            }

            @Override
            public String getDescription() {
                return "adapters";
            }
        };
    }
}
