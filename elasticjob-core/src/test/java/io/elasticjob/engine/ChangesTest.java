package io.elasticjob.engine;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.registry.Read;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ChangesTest {

    /** What a plan has left in the registry is taken away by whoever gives it up, whatever decides by then. */
    @Test
    void aPlanThatDecidesOtherwiseIsGivenUpAndSettledAsTheFirst() {
        AtomicInteger abandoned = new AtomicInteger();
        for (boolean settles : List.of(true, false)) {
            Changes.Plan<String> otherwise = new Changes.Plan<String>() {
                @Override
                public Changes.Decision<String> decide(List<Read> reads) {
                    return Changes.Decision.answer("first");
                }

                @Override
                public boolean settlesDoubts() {
                    return settles;
                }

                @Override
                public void abandoned() {
                    abandoned.incrementAndGet();
                }
            }.deciding(reads -> Changes.Decision.answer("otherwise"));

            assertThat(otherwise.decide(List.of())).isEqualTo(Changes.Decision.answer("otherwise"));
            assertThat(otherwise.settlesDoubts()).isEqualTo(settles);
            otherwise.abandoned();
        }
        assertThat(abandoned).hasValue(2);
    }
}
