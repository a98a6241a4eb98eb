package io.elasticjob.benchmarks.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.benchmarks.environment.Contender;
import io.elasticjob.benchmarks.environment.Options;
import java.util.List;
import org.junit.jupiter.api.Test;

class ScenariosTest {

    @Test
    void nothingButTheLimitIsMeasuredOfTheRegistryItself() {
        List<String> ofTheRegistry = Scenarios.all().stream()
                .filter(scenario -> scenario.fits(Contender.ZOOKEEPER))
                .map(Scenario::name)
                .toList();

        assertThat(ofTheRegistry).containsExactly("registry-limit");
    }

    @Test
    void whatGivesWorkByAProtocolOfItsOwnIsMeasuredBesideGatewaysOnly() {
        List<String> ofTheDispatcher = Scenarios.all().stream()
                .filter(scenario -> scenario.fits(Contender.BEANSTALKD))
                .map(Scenario::name)
                .toList();

        assertThat(ofTheDispatcher).containsExactly("workers");
    }

    @Test
    void whatOnlyShowsTasksIsMeasuredBesideTheConsoleOnly() {
        List<String> ofThePages = Scenarios.all().stream()
                .filter(scenario -> scenario.fits(Contender.DB_SCHEDULER_UI))
                .map(Scenario::name)
                .toList();

        assertThat(ofThePages).containsExactly("console");
    }

    @Test
    void theConsoleIsAlsoMeasuredWhileMuchIsGoingOnButNotWhatItIsComparedWith() {
        Scenario console = Scenarios.of("console");

        assertThat(console.cases(Contender.ELASTICJOB, new Options()))
                .extracting(inCase -> inCase.number("busy"))
                .containsExactly(0, 250);
        assertThat(console.cases(Contender.DB_SCHEDULER_UI, new Options()))
                .extracting(inCase -> inCase.number("busy"))
                .containsExactly(0);
    }

    @Test
    void whatListenersCostIsMeasuredBesideTheSameJobsWithoutThem() {
        assertThat(Scenarios.of("whole-firings").cases(Contender.ELASTICJOB, new Options("--points=30x4x2")))
                .extracting(inCase -> inCase.text("listeners"))
                .containsExactly("off", "on");
    }

    @Test
    void eachCaseOfTheLimitHasItsOwnServers() {
        Scenario limit = Scenarios.of("registry-limit");

        assertThat(limit.cases(Contender.ZOOKEEPER, new Options()))
                .hasSize(2 * 2 * 3)
                .allSatisfy(inCase -> assertThat(
                                limit.options(inCase, new Options()).number("zookeepers", 0))
                        .isEqualTo(inCase.number("zookeepers")));
        assertThat(limit.cases(Contender.ZOOKEEPER, new Options("--zookeepers=3")))
                .extracting(inCase -> inCase.number("zookeepers"))
                .containsOnly(3);
    }

    @Test
    void capacityIsMeasuredAtThePointsThatAreAskedFor() {
        assertThat(Scenarios.of("capacity")
                        .cases(Contender.ELASTICJOB, new Options("--points=30x4x2", "--period=5", "--monitoring=on")))
                .singleElement()
                .satisfies(inCase -> {
                    assertThat(inCase.number("jobs")).isEqualTo(30);
                    assertThat(inCase.number("shards")).isEqualTo(4);
                    assertThat(inCase.number("instances")).isEqualTo(2);
                    assertThat(inCase.number("period")).isEqualTo(5);
                    assertThat(inCase.isMonitored()).isTrue();
                });
    }
}
