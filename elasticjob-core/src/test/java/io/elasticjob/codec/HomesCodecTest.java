package io.elasticjob.codec;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.coordination.Homes;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HomesCodecTest {

    @Test
    void theStoredFormOfHomesIsTheOneThatOtherVersionsRead() {
        Homes homes = new Homes(new TreeMap<>(Map.of(0, "till-1", 12, "till-2")), Map.of("mood", "good"));

        assertThat(new String(HomesCodec.encode(homes), StandardCharsets.UTF_8))
                .isEqualTo("{\"format\":1,\"homes\":{\"0\":\"till-1\",\"12\":\"till-2\"},\"mood\":\"good\"}");
        assertThat(HomesCodec.decode(HomesCodec.encode(homes))).isEqualTo(new Decoded.Value<>(homes));
        assertThat(HomesCodec.decode(HomesCodec.encode(Homes.NONE))).isEqualTo(new Decoded.Value<>(Homes.NONE));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{\"homes\":{}}",
                "{\"format\":1,\"homes\":{\"x\":\"a\"}}",
                "{\"format\":1,\"homes\":{\"-1\":\"a\"}}",
                "{\"format\":1,\"homes\":{\"10000\":\"a\"}}",
                "{\"format\":1,\"homes\":{\"0\":7}}",
                "{\"format\":1,\"homes\":[\"a\"]}"
            })
    void homesThatMakeNoSenseAreBroken(String stored) {
        assertThat(HomesCodec.decode(stored.getBytes(StandardCharsets.UTF_8))).isInstanceOf(Decoded.Broken.class);
    }
}
