package io.elasticjob.engine;

import io.elasticjob.EngineBusyException;
import io.elasticjob.RegistryException;
import io.elasticjob.view.EngineStatus.Phase;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is asked of an engine from outside, on any thread, and not answered yet. Each question is answered in any case, be it
 * by the end of the engine; one too many is refused at once.
 */
final class Questions {

    /** So many may wait for an answer, ends of triggers included. */
    private static final int MOST_ASKED = 1_000_000;
    /** So many may wait for a view. */
    static final int MOST_VIEWS_ASKED = 1_000;

    private final Replies replies;
    private final Supplier<Phase> phase;

    private final Set<Question<?>> open = Collections.synchronizedSet(new LinkedHashSet<>());
    private final AtomicInteger viewsAsked = new AtomicInteger();

    Questions(Replies replies, Supplier<Phase> phase) {
        this.replies = replies;
        this.phase = phase;
    }

    /** A question that is only about what is known; refused when too many wait already. */
    <T> Question<T> view() {
        if (viewsAsked.incrementAndGet() > MOST_VIEWS_ASKED) {
            viewsAsked.decrementAndGet();
            return Question.refused(new EngineBusyException(
                    MOST_VIEWS_ASKED + " requests wait already for what this instance knows; ask again in a moment"));
        }
        Question<T> question = ask(null);
        question.stage().whenComplete((answer, failure) -> viewsAsked.decrementAndGet());
        return question;
    }

    /** @param sequel what is refused with it; null when nothing is */
    <T> Question<T> ask(@Nullable Question<?> sequel) {
        Question<T> question = new Question<>(sequel);
        open.add(question);
        question.stage().whenComplete((answer, failure) -> open.remove(question));
        if (open.size() > MOST_ASKED) {
            open.remove(question);
            return Question.refused(new EngineBusyException(
                    MOST_ASKED + " requests wait already for an answer; ask again in a moment"));
        }
        if (phase.get() == Phase.STARTED) {
            return question;
        }
        open.remove(question); // looked at after it was added: either end() finds it there, or it is refused here
        return Question.refused(notRunning());
    }

    /** The engine does not run any more: refuses all. */
    void end() {
        List<Question<?>> all;
        synchronized (open) { // what hangs on an answer may ask again
            all = List.copyOf(open);
        }
        all.forEach(question -> replies.refuse(question, notRunning()));
    }

    private static RegistryException notRunning() {
        return new RegistryException("The job engine of this instance is not running");
    }
}
