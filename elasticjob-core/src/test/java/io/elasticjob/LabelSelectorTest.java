package io.elasticjob;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.elasticjob.text.Pairs;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LabelSelectorTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            zone=eu                        | zone=eu            | true
            zone=eu                        | zone=us            | false
            zone=eu                        |                    | false
            zone = eu , disk = ssd         | zone=eu,disk=ssd   | true
            zone=eu,disk=ssd               | zone=eu            | false
            zone=                          | zone=              | true
            zone==eu                       | zone="=eu"         | true
            zone!=eu                       | zone=us            | true
            zone!=eu                       | zone=eu            | false
            zone!=eu                       |                    | true
            zone != "eu"                   | zone=eu            | false
            zone in (eu,us)                | zone=us            | true
            zone in ( eu , us )            | zone=eu            | true
            zone in (eu,us)                | zone=ap            | false
            zone in (eu)                   |                    | false
            zone in ("a,b","c)d")          | zone="c)d"         | true
            zone notin (eu,us)             | zone=eu            | false
            zone notin (eu,us)             | zone=ap            | true
            zone not in (eu)               |                    | true
            gpu                            | gpu=               | true
            gpu                            | zone=gpu           | false
            !spot                          | zone=eu            | true
            !spot                          | spot=no            | false
            ! spot                         | spot=no            | false
            "in"                           | in=x               | true
            in in (in)                     | in=in              | true
            "disk!"=hdd                    | "disk!"=hdd        | true
            "my label" in (a)              | my label=a         | true
            my label=a                     | my label=a         | true
            a,b!=1,c in (x,y),d notin (z),!e | a=,b=2,c=y,d=q   | true
            a,b!=1,c in (x,y),d notin (z),!e | a=,b=2,c=y,e=q   | false
            zone in (eu,us),zone!=eu       | zone=us            | true
            zone in (eu,us),zone!=eu       | zone=eu            | false
            kubernetes.io/arch=arm64       | kubernetes.io/arch=arm64 | true
            """)
    void allTermsHaveToHold(String selector, String labels, boolean matches) {
        Map<String, String> ofInstance = new TreeMap<>();
        Pairs.list(labels == null ? "" : labels, "").forEach(pair -> ofInstance.put(pair.key(), pair.value()));

        LabelSelector read = LabelSelector.parse(selector);

        assertThat(read.matches(ofInstance)).isEqualTo(matches);
        assertThat(read.unmet(ofInstance).isEmpty()).isEqualTo(matches);
        assertThat(LabelSelector.parse(read.toString())).isEqualTo(read);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zone in",
                "zone in eu",
                "zone in ()",
                "zone in (eu",
                "zone in (eu) us",
                "zone in (a b)",
                "!zone in (eu)",
                "!",
                "!!spot",
                ",",
                "gpu,",
                ",gpu",
                "gpu,,disk",
                "(gpu)",
                "gpu disk",
                "zone >= eu",
                "=eu",
                "\"gpu",
                "zone IN (eu)"
            })
    void whatIsNoListOfTermsIsRefusedWithAnExample(String text) {
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() ->
                        JobDefinition.named("orders").set(JobKey.LABELS, text).build())
                .withMessageStartingWith("orders.labels: ")
                .withMessageContaining("zone in (eu,us)");
    }

    /** Earlier versions took these for names and values. What is stored is read so still; nobody may write it now. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            !zone=eu            | !zone
            zone="eu            | zone
            (a=b                | (a
            x in (a=b           | x in (a
            """)
    void whatOnceWasAPairIsReadAsOneAndRefusedWhereItIsGiven(String text, String name) {
        assertThat(LabelSelector.parse(text).usesOperators()).isFalse();
        assertThat(LabelSelector.parse(text).matches(Map.of(name, text.substring(text.indexOf('=') + 1))))
                .isTrue();
        assertThatExceptionOfType(InvalidSettingException.class)
                .isThrownBy(() -> JobDefinition.checkAsGiven("orders", Map.of(JobKey.LABELS, text)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "zone=eu,zone=us",
                "zone=eu,zone=eu",
                "gpu,!gpu",
                "zone=eu,zone!=eu",
                "zone=eu,!zone",
                "zone in (eu,us),zone notin (us,eu)",
                "zone in (eu),zone=us"
            })
    void whatNoInstanceCanHaveIsRefused(String text) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> LabelSelector.parse(text))
                .withMessageMatching(".*(twice|no instance can have).*");
    }

    @Test
    void onlyLabelsWithValuesAreWhatEarlierVersionsKnow() {
        assertThat(LabelSelector.parse("zone=eu,disk=ssd").usesOperators()).isFalse();
        assertThat(LabelSelector.parse("").usesOperators()).isFalse();
        for (String text : new String[] {"a!=b", "a in (b)", "a notin (b)", "a", "!a", "zone=eu,a"}) {
            assertThat(LabelSelector.parse(text).usesOperators()).as(text).isTrue();
        }
    }

    /** A map has names with values, whatever characters they have: nothing in it becomes an operator. */
    @Test
    void anyMapOfLabelsIsAskedForAsItIs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 300; i++) {
            Map<String, String> labels = new TreeMap<>();
            for (int n = random.nextInt(3); n >= 0; n--) {
                labels.put(label(random), HostileText.of(random, 8));
            }

            JobDefinition job = JobDefinition.named("orders").labels(labels).build();
            LabelSelector selector = job.placement().labels();

            assertThat(selector.matches(labels)).as("seed %d: %s", seed, labels).isTrue();
            assertThat(selector.usesOperators()).as("seed %d: %s", seed, labels).isFalse();
        }
    }

    private static String label(Random random) {
        String[] parts = {"zone", "!", " in (", ")", "=", "\"", " ", "(", "notin"};
        StringBuilder name = new StringBuilder("k");
        for (int n = random.nextInt(4); n > 0; n--) {
            name.append(parts[random.nextInt(parts.length)]);
        }
        return random.nextBoolean() ? name.toString() : "!" + name;
    }
}
