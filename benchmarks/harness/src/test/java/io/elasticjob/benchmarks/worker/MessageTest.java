package io.elasticjob.benchmarks.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class MessageTest {

    @Test
    void comesBackFromItsLine() {
        Message message = Message.of("start")
                .with("instance", 3)
                .with("jdbcUrl", "jdbc:postgresql://127.0.0.1:1/postgres?a=b")
                .with("jdbcPassword", "");

        assertThat(Message.parse(message.toString())).isEqualTo(message);
    }

    @Test
    void namesWhatIsMissing() {
        assertThatThrownBy(() -> Message.of("close").small("instance"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("instance");
    }

    @Test
    void refusesWhatIsNoValue() {
        assertThatThrownBy(() -> Message.parse("start instance"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("\"instance\" is not name=value");
    }
}
