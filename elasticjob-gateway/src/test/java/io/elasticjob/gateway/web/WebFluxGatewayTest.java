package io.elasticjob.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.gateway.wire.ProblemException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DefaultDataBufferFactory;
import reactor.core.publisher.Flux;

class WebFluxGatewayTest {

    private final BodyBudget budget = new BodyBudget(100, 1);

    private static DataBuffer part(int length) {
        return DefaultDataBufferFactory.sharedInstance.wrap(new byte[length]);
    }

    /** Fails where something is still taken of it. */
    private void assertThatTheBudgetIsFree() {
        BodyBudget.Share half = budget.share("anybody"); // as much as one may take where nothing is taken
        assertThat(half.take(50)).isTrue();
        half.end();
    }

    @Test
    void aBodyThatDoesNotArriveIsRefusedInWords() {
        Flux<DataBuffer> beginning = Flux.concat(Flux.just(part(10)), Flux.never());
        assertThatThrownBy(() -> WebFluxGateway.body(beginning, Duration.ofMillis(1), budget.share("w"))
                        .block(Duration.ofSeconds(30)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(400))
                .hasMessageContaining("it did not arrive within 20 s");
        assertThatTheBudgetIsFree();
    }

    @Test
    void allTogetherTakeNoMoreThanTheBudget() {
        BodyBudget.Share others = budget.share("others");
        assertThat(others.take(50)).isTrue();
        assertThat(WebFluxGateway.body(Flux.just(part(10), part(10)), Duration.ofMinutes(10), budget.share("w"))
                        .block(Duration.ofSeconds(30)))
                .hasSize(20);
        assertThatThrownBy(() -> WebFluxGateway.body(
                                Flux.just(part(10), part(16)), Duration.ofMinutes(10), budget.share("w"))
                        .block(Duration.ofSeconds(30)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.status()).isEqualTo(503));
        others.end();
        assertThatTheBudgetIsFree();
    }
}
