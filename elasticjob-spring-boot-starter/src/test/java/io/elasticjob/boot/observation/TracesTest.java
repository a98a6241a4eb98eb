package io.elasticjob.boot.observation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.elasticjob.ExecutionId;
import io.elasticjob.Firing;
import io.elasticjob.Outcome;
import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.runner.InProcessShardRunner;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.EventPublishingContextWrapper;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import io.micrometer.tracing.otel.bridge.Slf4JEventListener;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.ContextStorage;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.SpanProcessor;
import io.opentelemetry.sdk.trace.data.SpanData;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** With a real tracer, put together as Boot does it: spans, and logs that name them. */
class TracesTest {

    private static final Slf4JEventListener LOGS = new Slf4JEventListener();

    static {
        ContextStorage.addWrapper(
                new EventPublishingContextWrapper(LOGS::onEvent)); // possible before the first span only
    }

    private static final Firing NOON = new Firing.Scheduled(Instant.parse("2026-06-01T12:00:00Z"));

    private final List<SpanData> spans = new CopyOnWriteArrayList<>();
    private final SdkTracerProvider provider = SdkTracerProvider.builder()
            .addSpanProcessor(new SpanProcessor() {
                @Override
                public void onStart(Context parent, ReadWriteSpan span) {}

                @Override
                public boolean isStartRequired() {
                    return false;
                }

                @Override
                public void onEnd(ReadableSpan span) {
                    spans.add(span.toSpanData());
                }

                @Override
                public boolean isEndRequired() {
                    return true;
                }
            })
            .build();
    private final ObservationRegistry observations = ObservationRegistry.create();
    private final LinkedBlockingQueue<Outcome> outcomes = new LinkedBlockingQueue<>();

    TracesTest() {
        Slf4JEventListener logs = new Slf4JEventListener();
        OtelTracer tracer = new OtelTracer(provider.get("test"), new OtelCurrentTraceContext(), logs::onEvent);
        observations.observationConfig().observationHandler(new DefaultTracingObservationHandler(tracer));
    }

    @AfterEach
    void close() {
        provider.close();
    }

    @Test
    void anExecutionIsASpanOfItsOwnTraceToWhichBelongsWhatTheHandlerDoes() throws Exception {
        List<Map<String, String>> seen = new CopyOnWriteArrayList<>();
        SimpleJob handler = context -> {
            seen.add(MDC.getCopyOfContextMap());
            Observation.createNotStarted("query", observations).observe(() -> {});
        };
        run(handler, 0, 1);

        List<SpanData> executions = spans.stream()
                .filter(span -> span.getName().equals("job orders"))
                .toList();
        assertThat(executions).hasSize(2).allSatisfy(span -> {
            assertThat(span.getParentSpanContext().isValid()).isFalse();
            assertThat(span.getAttributes().get(AttributeKey.stringKey("elasticjob.firing")))
                    .isEqualTo("orders/2026-06-01T12:00:00Z");
            assertThat(span.getAttributes().get(AttributeKey.stringKey("outcome")))
                    .isEqualTo("SUCCEEDED");
        });
        assertThat(executions).extracting(SpanData::getTraceId).doesNotHaveDuplicates();
        assertThat(spans)
                .filteredOn(span -> span.getName().equals("query"))
                .extracting(SpanData::getParentSpanId)
                .containsExactlyInAnyOrderElementsOf(
                        executions.stream().map(SpanData::getSpanId).toList());
        assertThat(seen)
                .extracting(context -> context.get("traceId"))
                .containsExactlyInAnyOrderElementsOf(
                        executions.stream().map(SpanData::getTraceId).toList());
        assertThat(seen)
                .extracting(context -> context.get("elasticjob.execution"))
                .containsExactlyInAnyOrder("orders/2026-06-01T12:00:00Z/0/1", "orders/2026-06-01T12:00:00Z/1/1");
    }

    @Test
    void theLogLineOfAFailureNamesTheTraceOfItsSpan() throws Exception {
        LoggerContext logs = (LoggerContext) LoggerFactory.getILoggerFactory();
        List<ILoggingEvent> lines = new CopyOnWriteArrayList<>();
        AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
            @Override
            protected void append(ILoggingEvent line) {
                line.getMDCPropertyMap(); // is read when it is asked for first
                lines.add(line);
            }
        };
        appender.start();
        Logger failures = logs.getLogger("io.elasticjob.runner.Execution"); // which is switched off in the other tests
        failures.setAdditive(false);
        failures.setLevel(Level.ERROR);
        failures.addAppender(appender);
        try {
            run(
                    context -> {
                        throw new IllegalStateException("disk full");
                    },
                    4712);
        } finally {
            failures.setLevel(null);
            failures.setAdditive(true);
            failures.detachAppender(appender);
        }

        SpanData span = spans.get(0);
        assertThat(span.getStatus().getStatusCode()).isEqualTo(StatusCode.ERROR);
        assertThat(lines)
                .filteredOn(line -> line.getFormattedMessage().contains("/4712/1 failed"))
                .singleElement()
                .satisfies(line -> assertThat(line.getMDCPropertyMap())
                        .containsEntry("traceId", span.getTraceId())
                        .containsEntry("spanId", span.getSpanId())
                        .containsEntry("elasticjob.job", "orders"));
    }

    /** One execution for each shard, on a thread of the runner's. */
    private void run(SimpleJob handler, int... shards) throws InterruptedException {
        ObservedExecutions scope = new ObservedExecutions(observations, null, () -> Optional.of("till-7.x"));
        try (InProcessShardRunner runner =
                InProcessShardRunner.platform(Map.of("work", handler), 1).within(List.of(scope))) {
            runner.open(new Outcomes(outcomes::add));
            for (int shard : shards) {
                runner.start(Outcomes.order(
                        ShardingContext.builder().executionId(new ExecutionId("orders", NOON, shard, 1))));
                assertThat(outcomes.poll(20, TimeUnit.SECONDS)).isNotNull();
            }
        }
    }
}
