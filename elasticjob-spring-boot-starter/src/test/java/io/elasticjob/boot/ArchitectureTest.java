package io.elasticjob.boot;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import io.elasticjob.boot.autoconfigure.ElasticJobAutoConfiguration;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The rooms of the starter. As in the core, each guard is put to the production classes and to some that break it,
 * {@code badly.elasticjob.boot}.
 */
class ArchitectureTest {

    private static final String GOOD = "io.elasticjob.boot";
    private static final String BAD = "badly.elasticjob.boot";

    private static final JavaClasses PRODUCTION = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(GOOD);
    private static final JavaClasses BROKEN = new ClassFileImporter().importPackages(BAD);

    enum Guard {
        PACKAGES_FORM_NO_CYCLE(root -> slices().matching("(**)")
                .should()
                .beFreeOfCycles()
                .because("what looks at each other can only be understood, tested and changed together")),

        NOBODY_LOOKS_AT_THE_COMPOSITION(root -> noClasses()
                .that(resideInAPackage(root + "..").and(not(resideInAPackage(root + ".autoconfigure.."))))
                .should()
                .dependOnClassesThat(resideInAPackage(root + ".autoconfigure.."))
                .because("auto-configurations put parts together; a part that knows them cannot be put elsewhere")),

        PARTS_KNOW_NO_ENGINE(
                root -> noClasses()
                        .that(resideInAnyPackage(
                                root + ".discovery..",
                                root + ".properties..",
                                root + ".history..",
                                root + ".observation.."))
                        .should()
                        .dependOnClassesThat(resideInAPackage("io.elasticjob.engine.."))
                        .because(
                                "jobs are found before there is an engine, and what hears of executions needs only their events"));

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
        assertThat(PRODUCTION.contain(ElasticJobAutoConfiguration.class)).isTrue();
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
}
