package io.elasticjob.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.gateway.wire.ProblemException;
import io.elasticjob.gateway.wire.WireLimits;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArrivingBodyTest {

    /** What the network has brought so far. */
    private static final class Network extends ServletInputStream {

        final Queue<byte[]> parts = new ArrayDeque<>();

        @Nullable
        ReadListener listener;

        /** What a stream throws that can only be read blockingly; then its end comes after what is there. */
        @Nullable
        RuntimeException wrapped;

        @Override
        public boolean isFinished() {
            return false;
        }

        @Override
        public boolean isReady() {
            return !parts.isEmpty();
        }

        @Override
        public void setReadListener(ReadListener reader) {
            if (wrapped != null) {
                throw wrapped;
            }
            listener = reader;
        }

        @Override
        public int read() {
            throw new AssertionError("not byte by byte");
        }

        @Override
        public int read(byte[] into, int offset, int length) {
            byte[] part = parts.poll();
            if (part == null) {
                assertThat(wrapped).as("nothing is there").isNotNull();
                return -1;
            }
            System.arraycopy(part, 0, into, offset, part.length);
            return part.length;
        }

        void brings(byte[] part) throws IOException {
            parts.add(part);
            Objects.requireNonNull(listener).onDataAvailable();
        }
    }

    private static final int BUDGET = 4 * 1024 * 1024;

    private final Network network = new Network();
    private final BodyBudget budget = new BodyBudget(BUDGET, WireLimits.BODY_BYTES);

    private CompletableFuture<byte[]> read(Duration patience) {
        return read(ArrivingBody.kept(patience, budget.share("w")));
    }

    private CompletableFuture<byte[]> read(ArrivingBody body) {
        body.readFrom((HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (any, method, none) -> {
                    assertThat(method.getName()).isEqualTo("getInputStream");
                    return network;
                }));
        return body.whole().toCompletableFuture();
    }

    private static ProblemException problem(CompletableFuture<byte[]> body) {
        return (ProblemException)
                body.handle((arrived, failed) -> ArrivingBody.problem(failed)).join();
    }

    /** Fails where something is still taken of it. */
    private void assertThatTheBudgetIsFree() {
        BodyBudget.Share half = budget.share("anybody"); // as much as one may take where nothing is taken
        assertThat(half.take(BUDGET / 2)).isTrue();
        half.end();
    }

    @Test
    void itIsThereOnceAllOfItHasArrived() throws IOException {
        CompletableFuture<byte[]> body = read(Duration.ofMinutes(10));
        network.brings("{\"seq\"".getBytes(StandardCharsets.UTF_8));
        network.brings(": 1}".getBytes(StandardCharsets.UTF_8));
        assertThat(body).isNotDone();

        Objects.requireNonNull(network.listener).onAllDataRead();
        assertThat(body.join()).asString(StandardCharsets.UTF_8).isEqualTo("{\"seq\": 1}");
    }

    @Test
    void oneThatIsTooLongIsRefusedBeforeItsEnd() throws IOException {
        CompletableFuture<byte[]> body = read(Duration.ofMinutes(10));
        byte[] part = new byte[1024];
        for (int i = 0; i <= WireLimits.BODY_BYTES / part.length; i++) {
            assertThat(body).isNotDone();
            network.brings(part);
        }

        assertThat(problem(body).status()).isEqualTo(413);
    }

    @Test
    void oneThatBreaksOffOrDoesNotArriveIsRefusedInWords() throws IOException {
        CompletableFuture<byte[]> broken = read(Duration.ofMinutes(10));
        Objects.requireNonNull(network.listener).onError(new IOException("reset"));
        assertThat(problem(broken)).hasMessageContaining("it broke off");

        CompletableFuture<byte[]> late = read(Duration.ofMillis(1));
        assertThat(problem(late)).hasMessageContaining("it did not arrive within 20 s");
    }

    @ParameterizedTest
    @ValueSource(classes = {UnsupportedOperationException.class, IllegalStateException.class, RuntimeException.class})
    void oneThatAFilterHasWrappedIsReadByTheThreadOfTheRequest(Class<? extends RuntimeException> thrown)
            throws Exception {
        network.wrapped = thrown.getConstructor(String.class).newInstance("not implemented");
        network.parts.add("{\"seq\"".getBytes(StandardCharsets.UTF_8));
        network.parts.add(": 1}".getBytes(StandardCharsets.UTF_8));
        assertThat(read(Duration.ofMinutes(10)).join())
                .asString(StandardCharsets.UTF_8)
                .isEqualTo("{\"seq\": 1}");

        for (int i = 0; i <= WireLimits.BODY_BYTES / 1024 + 5; i++) {
            network.parts.add(new byte[1024]);
        }
        assertThat(problem(read(Duration.ofMinutes(10))).status()).isEqualTo(413);
        assertThat(network.parts).as("the rest is not read").hasSize(5);
        assertThatTheBudgetIsFree();
    }

    @Test
    void oneWhoseStreamCannotBeHadFails() {
        ArrivingBody body = ArrivingBody.kept(Duration.ofMinutes(10), budget.share("w"));
        IllegalStateException isRead = new IllegalStateException("a reader was taken");
        body.readFrom((HttpServletRequest) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {HttpServletRequest.class}, (any, method, none) -> {
                    throw isRead;
                }));

        assertThat(body.whole()).isCompletedExceptionally();
        assertThat(body.whole().handle((arrived, failed) -> failed).toCompletableFuture())
                .isCompletedWithValue(isRead);
    }

    @Test
    void allTogetherTakeNoMoreThanTheBudget() throws IOException {
        BodyBudget.Share others = budget.share("w");
        assertThat(others.take(BUDGET / 2 - 10)).isTrue();
        CompletableFuture<byte[]> body = read(Duration.ofMinutes(10));
        network.brings(new byte[10]);
        assertThat(body).isNotDone();
        network.brings(new byte[1]);

        assertThat(problem(body).status()).isEqualTo(503);
        assertThat(problem(body).retryAfterSeconds()).isPositive();
        others.end();
        assertThatTheBudgetIsFree();
    }

    @Test
    void theBudgetIsFreeOnceOneIsThereOrGivenUp() throws IOException {
        CompletableFuture<byte[]> arrived = read(Duration.ofMinutes(10));
        network.brings(new byte[1000]);
        Objects.requireNonNull(network.listener).onAllDataRead();
        assertThat(arrived.join()).hasSize(1000);
        assertThatTheBudgetIsFree();

        CompletableFuture<byte[]> broken = read(Duration.ofMinutes(10));
        network.brings(new byte[1000]);
        Objects.requireNonNull(network.listener).onError(new IOException("reset"));
        network.brings(new byte[1000]);
        assertThat(broken).isCompletedExceptionally();
        assertThatTheBudgetIsFree();
    }

    @Test
    void ofAStrangersBodyNothingIsKept() throws IOException {
        CompletableFuture<byte[]> body = read(ArrivingBody.dropped(Duration.ofMinutes(10)));
        network.brings(new byte[1000]);
        assertThatTheBudgetIsFree();
        Objects.requireNonNull(network.listener).onAllDataRead();
        assertThat(body.join()).isEmpty();
    }
}
