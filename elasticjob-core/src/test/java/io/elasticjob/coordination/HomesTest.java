package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.sharding.Assignment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HomesTest {

    private static final Map<String, String> NAMES = Map.of("a.1", "a", "b.1", "b");

    @ParameterizedTest
    @CsvSource({
        // homes before, who runs, homes after; "-" is none
        "- -, a.1 b.1, a b", // the first ones
        "a b, a.1 b.1, a b",
        "b a, a.1 b.1, b a", // who runs at home with an eligible one stays, whoever runs it
        "c b, a.1 b.1, a b", // c has been away for long
        "a -, a.1 b.1, a b", // a shard more
        "a b, a.1, a", // a shard less
        "c -, - -, c -" // nobody has room
    })
    void whoIsAtHomeWithOneThatMayRunItStaysAndAllOthersAreWhereTheyRun(String before, String runs, String after) {
        assertThat(new Homes(homes(before), Map.of()).settled(assignment(runs), NAMES))
                .isEqualTo(new Homes(homes(after), Map.of()));
    }

    private static SortedMap<Integer, String> homes(String text) {
        SortedMap<Integer, String> homes = new TreeMap<>();
        String[] parts = text.split(" ");
        for (int shard = 0; shard < parts.length; shard++) {
            if (!parts[shard].equals("-")) {
                homes.put(shard, parts[shard]);
            }
        }
        return homes;
    }

    private static Assignment assignment(String text) {
        List<String> owners = new ArrayList<>(List.of(text.split(" ")));
        return owners.contains("-") ? Assignment.none(owners.size()) : Assignment.of(owners);
    }
}
