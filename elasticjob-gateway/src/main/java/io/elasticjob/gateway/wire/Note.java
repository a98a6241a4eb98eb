package io.elasticjob.gateway.wire;

import org.jspecify.annotations.Nullable;

/**
 * What a running execution tells.
 *
 * @param seq larger for each later note of the execution
 * @param checkpoint how far it has come, for its next attempt; null for nothing new
 * @param percent of the work that is done, from 0 to 100; null for nothing new
 * @param message about the progress, null for nothing new
 * @param log what it wrote since the note before, "" for nothing
 */
public record Note(
        String id,
        long seq,
        @Nullable String checkpoint,
        @Nullable Integer percent,
        @Nullable String message,
        String log) {

    static Note read(Body body) {
        return new Note(
                body.name("id", WireLimits.ID),
                body.number("seq", Long.MAX_VALUE),
                body.text("checkpoint", WireLimits.CHECKPOINT).orElse(null),
                body.optionalNumber("percent", 100).map(Long::intValue).orElse(null),
                body.text("message", WireLimits.MESSAGE).orElse(null),
                body.text("log", WireLimits.LOG).orElse(""));
    }
}
