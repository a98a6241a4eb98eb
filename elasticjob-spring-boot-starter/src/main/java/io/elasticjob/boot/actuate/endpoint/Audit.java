package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.InvalidSettingException;
import io.elasticjob.RegistryException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.audit.listener.AuditApplicationEvent;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Tells Boot's audit of every change that somebody asked the endpoint for, be it made or refused. What is set is named by
 * its key; values are never told.
 */
final class Audit {

    static final String TYPE = "ELASTICJOB_OPERATION";

    private static final Logger log = LoggerFactory.getLogger(Audit.class);
    private static final int MOST_CHARACTERS = 200;

    /** What somebody asked for. */
    record Entry(String who, String operation, String kind, String name, String reason, Map<String, Object> details) {}

    private final ApplicationEventPublisher publisher;

    Audit(ApplicationEventPublisher publisher) {
        this.publisher = publisher;
    }

    void accepted(Entry entry, Map<String, Object> outcome) {
        Map<String, @Nullable Object> data = data(entry, "accepted");
        data.putAll(outcome);
        publish(entry, data);
    }

    /** @param why it was not done; after a registry that did not answer nobody knows whether it was */
    void refused(Entry entry, RuntimeException why) {
        Map<String, @Nullable Object> data = data(entry, why instanceof RegistryException ? "unknown" : "refused");
        data.put("why", OneLine.of(inWords(why), MOST_CHARACTERS));
        publish(entry, data);
    }

    private static Map<String, @Nullable Object> data(Entry entry, String result) {
        Map<String, @Nullable Object> data = new LinkedHashMap<>();
        data.put("operation", OneLine.of(entry.operation(), MOST_CHARACTERS));
        data.put(entry.kind(), OneLine.of(entry.name(), MOST_CHARACTERS));
        data.putAll(entry.details());
        data.put("reason", OneLine.of(entry.reason(), MOST_CHARACTERS));
        data.put("result", result);
        return data;
    }

    /** Without the value, which may be secret. */
    private static String inWords(RuntimeException why) {
        return why instanceof InvalidSettingException invalid
                ? invalid.key() + " " + invalid.rule()
                : String.valueOf(why.getMessage());
    }

    private void publish(Entry entry, Map<String, @Nullable Object> data) {
        try {
            publisher.publishEvent(new AuditApplicationEvent(OneLine.of(entry.who(), MOST_CHARACTERS), TYPE, data));
        } catch (RuntimeException failed) {
            log.error("A listener of audit events failed at {}; the request is answered all the same", data, failed);
        }
    }
}
