package io.elasticjob.boot.actuate.endpoint;

import java.util.concurrent.CompletableFuture;

/**
 * How an answer that comes later is handed to the web server, so that no thread waits for it. The answer is cancelled when
 * nobody wants it any more.
 */
@FunctionalInterface
public interface LaterAnswers {

    /** @param answer that never fails */
    Object of(CompletableFuture<?> answer);
}
