package io.elasticjob.sharding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import org.junit.jupiter.api.Test;

class StrategyCatalogTest {

    private static final ShardingStrategy OURS = sharding ->
            Assignment.of(Collections.nCopies(sharding.shardingTotalCount(), Collections.min(sharding.ids())));

    @Test
    void theBuiltInStrategiesAreKnownByTheirNames() {
        assertThat(StrategyCatalog.builtIn().names())
                .containsExactly("average", "odevity", "round-robin", "static", "sticky");
    }

    @Test
    void aUsersStrategyIsFoundBesideTheBuiltInOnes() {
        StrategyCatalog catalog = StrategyCatalog.builtIn().with("ours", OURS);
        assertThat(catalog.strategy("ours")).isSameAs(OURS);
        assertThat(catalog.names()).containsExactly("average", "odevity", "ours", "round-robin", "static", "sticky");
        assertThat(StrategyCatalog.builtIn().names()).doesNotContain("ours");
    }

    @Test
    void anUnknownNameIsAnsweredWithTheNearestAndAll() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrategyCatalog.builtIn().strategy("RoundRobin"))
                .withMessage("shardingStrategy: \"RoundRobin\" is not a sharding strategy; it is one of average,"
                        + " odevity, round-robin, static, sticky. Did you mean \"round-robin\"?");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrategyCatalog.builtIn().strategy("avrage"))
                .withMessageEndingWith("Did you mean \"average\"?");
    }

    @Test
    void nothingIsGuessedForANameThatIsNearNone() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrategyCatalog.builtIn().strategy("byRegion"))
                .withMessage("shardingStrategy: \"byRegion\" is not a sharding strategy; it is one of average, odevity,"
                        + " round-robin, static, sticky.");
    }

    @Test
    void aNameThatIsTakenOrBlankIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrategyCatalog.builtIn().with("sticky", OURS))
                .withMessage("shardingStrategy: \"sticky\" is the name of another strategy; choose one besides average,"
                        + " odevity, round-robin, static, sticky");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> StrategyCatalog.builtIn().with(" ", OURS))
                .withMessage("shardingStrategy: a strategy needs a name, \" \" is none");
    }
}
