package io.elasticjob.benchmarks.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SightingsTest {

    private static final long EVENT = 1_000;

    @Test
    void areSettledFromTheMomentOnWhenAllShardsAreSomebodysForGood() {
        Sightings first = Sightings.parse("500:9:3,1100:9:5,1400:9:4");
        Sightings second = Sightings.parse("500:9:3,1300:9:5");

        assertThat(Sightings.settled(List.of(first, second), 9, EVENT)).hasValue(1_400);
    }

    @Test
    void areNotSettledWhileAnInstanceHasNone() {
        Sightings all = Sightings.parse("500:9:9");
        Sightings none = Sightings.parse("500:9:0");

        assertThat(Sightings.settled(List.of(all, none), 9, EVENT)).isEmpty();
    }

    @Test
    void areNotSettledWhenTheLastWordLeavesAShardToNobody() {
        Sightings first = Sightings.parse("500:9:4,1200:9:5,1300:9:4");
        Sightings second = Sightings.parse("500:9:4");

        assertThat(Sightings.settled(List.of(first, second), 9, EVENT)).isEmpty();
    }

    @Test
    void sayNothingOfOwnersWhereTheSystemDoesNot() {
        Sightings first = Sightings.parse("500:10:,1100:20:");

        assertThat(Sightings.settled(List.of(first), 20, EVENT)).isEmpty();
        assertThat(first.firstWith(20)).hasValue(1_100);
        assertThat(first.firstWith(30)).isEmpty();
    }
}
