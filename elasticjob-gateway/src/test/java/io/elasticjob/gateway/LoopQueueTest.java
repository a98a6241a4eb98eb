package io.elasticjob.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.elasticjob.test.VirtualTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoopQueueTest {

    private final VirtualTime time = new VirtualTime();
    private final LoopQueue queue = new LoopQueue(time);
    private final List<String> done = new ArrayList<>();

    @Test
    void whatComesMeanwhileLetsTheLoopDoWhatElseWaits() {
        queue.add(() -> {
            done.add("first");
            queue.add(() -> done.add("meanwhile"));
        });
        queue.add(() -> done.add("second"));
        time.execute(() -> done.add("else"));
        time.pass(Duration.ZERO);

        assertThat(done).containsExactly("first", "second", "else", "meanwhile");
    }

    @Test
    void whatFailsCostsTheOthersNothing() {
        queue.add(() -> {
            throw new IllegalStateException("no");
        });
        queue.add(() -> done.add("second"));
        assertThatThrownBy(() -> time.pass(Duration.ZERO)).hasMessage("no");
        time.pass(Duration.ZERO);

        assertThat(done).containsExactly("second");
    }
}
