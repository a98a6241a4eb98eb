package io.elasticjob.boot.actuate.endpoint;

import io.elasticjob.EngineBusyException;
import io.elasticjob.InvalidSettingException;
import io.elasticjob.NoSuchJobException;
import io.elasticjob.OperationRefusedException;
import io.elasticjob.RegistryException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for what the engine answers, and no longer than one may. */
final class Answers {

    private Answers() {}

    /**
     * Waits for an answer.
     *
     * @throws RegistryException when there is none in time
     * @throws RuntimeException what the engine refuses it with
     */
    static <T> T within(Duration patience, CompletionStage<T> asked) {
        try {
            return asked.toCompletableFuture().get(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException failed) {
            if (failed.getCause() instanceof RuntimeException answer && isOfTheEngine(answer)) {
                throw answer;
            }
            throw new IllegalStateException("The job engine could not answer", failed.getCause());
        } catch (TimeoutException slow) {
            throw new RegistryException(
                    "There was no answer within " + patience.toSeconds()
                            + " s; a change may or may not have been applied",
                    slow);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new RegistryException(
                    "The request was interrupted; a change may or may not have been applied", interrupted);
        }
    }

    private static boolean isOfTheEngine(RuntimeException answer) {
        return answer instanceof RegistryException
                || answer instanceof InvalidSettingException
                || answer instanceof NoSuchJobException
                || answer instanceof OperationRefusedException
                || answer instanceof EngineBusyException;
    }
}
