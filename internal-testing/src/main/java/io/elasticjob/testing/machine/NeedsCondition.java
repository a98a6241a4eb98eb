package io.elasticjob.testing.machine;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;
import org.junit.platform.commons.support.ReflectionSupport;

/** Decides about what {@link Needs} something. */
final class NeedsCondition implements ExecutionCondition {

    @Override
    public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
        return context.getElement()
                .flatMap(element -> AnnotationSupport.findAnnotation(element, Needs.class))
                .map(needs -> decide(
                        needs.value(),
                        ReflectionSupport.newInstance(needs.there()).getAsBoolean(),
                        System.getProperty(Needs.REQUIRE)))
                .orElseGet(() -> ConditionEvaluationResult.enabled("It needs nothing."));
    }

    /**
     * Decides.
     *
     * @throws IllegalStateException when it is missing and required
     */
    static ConditionEvaluationResult decide(String needed, boolean there, @Nullable String required) {
        if (there) {
            return ConditionEvaluationResult.enabled("There is what it needs: " + needed);
        }
        if (required != null
                && Arrays.stream(required.split(","))
                        .map(String::strip)
                        .anyMatch(name -> name.equals(needed) || name.equals("all"))) {
            throw new IllegalStateException(
                    "This machine lacks \"" + needed + "\", which -D" + Needs.REQUIRE + "=" + required + " requires");
        }
        return ConditionEvaluationResult.disabled("This machine lacks what it needs: " + needed);
    }
}
