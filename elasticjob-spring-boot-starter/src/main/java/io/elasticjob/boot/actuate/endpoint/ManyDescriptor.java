package io.elasticjob.boot.actuate.endpoint;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What came of many requests, each answered on its own.
 *
 * @param refused how many of them were not done
 */
record ManyDescriptor(List<Answer> answers, int refused) implements OperationResponseBody {

    /** What came of one. */
    enum Result {
        /** It is done; of a trigger, it is in ZooKeeper. */
        DONE,
        /** It was so already. */
        SAME,
        /** It would be done: this was a rehearsal. */
        WOULD_CHANGE,
        REFUSED
    }

    /**
     * An answer.
     *
     * @param trigger its number, where that was asked for
     * @param problem why it was refused; null when it was not
     */
    record Answer(
            String job,
            String operation,
            Result result,
            @Nullable Long trigger,
            ElasticJobEndpointWebExtension.@Nullable Problem problem) {}

    static ManyDescriptor of(List<Answer> answers) {
        return new ManyDescriptor(answers, (int)
                answers.stream().filter(one -> one.result() == Result.REFUSED).count());
    }
}
