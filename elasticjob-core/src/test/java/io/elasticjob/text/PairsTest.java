package io.elasticjob.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.elasticjob.HostileText;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.JobDefinition;
import io.elasticjob.JobKey;
import io.elasticjob.LabelSelector;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PairsTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            0=Beijing                     | Beijing
            0="DE,AT,CH"                  | DE,AT,CH
            0="name in (1,1=2)"           | name in (1,1=2)
            0 = "  two blanks  "          | ~  two blanks  ~
            0=a=b                         | a=b
            0=                            | ~~
            0=""                          | ~~
            0=5" pipe                     | 5" pipe
            0="5\\" pipe"                 | 5" pipe
            0="C:\\\\temp"                | C:\\temp
            0=C:\\temp                    | C:\\temp
            "0"=x                         | x
            0={"a":1}                     | {"a":1}
            """)
    void aValueIsReadAsItStandsOrWithinItsQuotes(String text, String value) {
        JobDefinition job = JobDefinition.named("orders")
                .set(JobKey.SHARDING_ITEM_PARAMETERS, text)
                .build();

        assertThat(job.shardingParameter(0)).isEqualTo(value);
    }

    @Test
    void lineEndsAndTabsAreWrittenWithABackslashOrAsTheyAre() {
        assertThat(read("0=\"a\\nb\\r\\tc\"")).containsEntry("0", "a\nb\r\tc");
        assertThat(read("0=\"a\nb\"")).containsEntry("0", "a\nb");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0=\"a,1=b", "0=\"a\"b", "0=\"a\" b,1=c", "0=\"C:\\dir\"", "\"0=a", "0=\"a\\"})
    void quotesThatDoNotEndAreRefusedWhereTheyAreGiven(String text) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.checkAsGiven("orders", Map.of(JobKey.LABELS, text)))
                .withMessageStartingWith("orders.labels: ")
                .withMessageMatching(".*(quote|backslash).*");
    }

    @Test
    void whatAnEarlierVersionStoredWithStrayQuotesIsReadAsItWas() {
        assertThat(read("0=\"a,1=b")).containsEntry("0", "\"a").containsEntry("1", "b");
        assertThat(read("0=\"a\"b,1=c")).containsEntry("0", "\"a\"b").containsEntry("1", "c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a=1,", "=1", "a=1,,b=2", ",", "\"\"=x"})
    void whatIsNoPairIsRefusedByItsNumber(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Pairs.list(text, "0=Beijing"))
                .withMessageContaining("has no pair as its part ");
    }

    @Test
    void aWholeTextInQuotesIsTakenOutOfThemAndOthersAreNot() {
        assertThat(Pairs.unquoted("\"a\\nb\"")).contains("a\nb");
        assertThat(Pairs.unquoted("\"a\"=1,\"b\"=\"2\"")).isEmpty();
        assertThat(Pairs.unquoted("a\"b\"")).isEmpty();
        assertThat(Pairs.unquoted("\"a")).isEmpty();
        assertThat(Pairs.unquoted("")).isEmpty();
    }

    @Test
    void whateverIsWrittenIsReadBack() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 20_000; i++) {
            Map<String, String> pairs = new LinkedHashMap<>();
            for (int n = random.nextInt(4); n >= 0; n--) {
                pairs.put("k" + HostileText.of(random, 5), HostileText.of(random, 12));
            }

            String text = Pairs.format(pairs);

            assertThat(read(text.strip())).as("seed %d: %s", seed, text).isEqualTo(pairs);
            assertThat(Pairs.unquoted(Pairs.quoted(text))).as("seed %d", seed).contains(text);
        }
    }

    @Test
    void parametersOfShardsComeThroughTheBuilderAndLabelsToo() {
        Map<Integer, String> parameters = new TreeMap<>(Map.of(0, "DE,AT,CH", 1, "name in (1,1=2)", 2, " \"x\"\n"));
        JobDefinition job = JobDefinition.named("orders")
                .shards(3)
                .shardParameters(parameters)
                .labels(Map.of("a,b", "c=d", "e", " f "))
                .build();

        parameters.forEach(
                (shard, parameter) -> assertThat(job.shardingParameter(shard)).isEqualTo(parameter));
        assertThat(job.placement().labels()).isEqualTo(LabelSelector.of(Map.of("a,b", "c=d", "e", " f ")));
    }

    private static Map<String, String> read(String text) {
        Map<String, String> pairs = new LinkedHashMap<>();
        Pairs.read(text, pairs::put);
        return pairs;
    }
}
