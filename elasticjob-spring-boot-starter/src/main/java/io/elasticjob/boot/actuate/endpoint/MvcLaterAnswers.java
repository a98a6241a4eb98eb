package io.elasticjob.boot.actuate.endpoint;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.springframework.web.context.request.async.DeferredResult;

/** On Spring MVC: the request goes on asynchronously, for longer than an application allows by default. */
public final class MvcLaterAnswers implements LaterAnswers {

    private static final Duration LONGEST = ChangesQuery.LONGEST.multipliedBy(2);

    @Override
    public Object of(CompletableFuture<?> answer) {
        DeferredResult<Object> result = new DeferredResult<>(LONGEST.toMillis());
        result.onCompletion(() -> answer.cancel(false));
        answer.whenComplete((told, cancelled) -> {
            if (cancelled == null) {
                result.setResult(told);
            }
        });
        return result;
    }
}
