package io.elasticjob.boot.discovery;

import java.lang.reflect.Method;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.springframework.aop.Advisor;
import org.springframework.aop.PointcutAdvisor;
import org.springframework.aop.TargetSource;
import org.springframework.aop.framework.Advised;
import org.springframework.aop.interceptor.AsyncExecutionInterceptor;
import org.springframework.aop.support.AopUtils;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.core.annotation.MergedAnnotations.SearchStrategy;
import org.springframework.util.ClassUtils;

/**
 * Finds methods whose work goes on after they have returned: another thread does it, and the execution would count as
 * succeeded before it has begun.
 */
final class Handover {

    static final String CONSEQUENCE =
            "another thread would do the work, and the execution would count as succeeded before that";

    static final String WAY_OUT =
            "Remove it: each shard runs on a thread of its own already. To do more at a time, use more"
                    + " shards, or wait in the method for what other threads do.";

    /** Those that Spring honours. */
    private static final List<String> ASYNCHRONOUS = List.of(
            "org.springframework.scheduling.annotation.Async",
            "jakarta.ejb.Asynchronous",
            "jakarta.enterprise.concurrent.Asynchronous");

    private static final String CONTINUATION = "kotlin.coroutines.Continuation";

    private Handover() {}

    /**
     * The annotation that has a method called on another thread, and where it stands, in words: {@code @Async on
     * com.acme.Orders}. On the method, the class, what they override or implement, and on annotations of their own.
     *
     * @param type the class of the bean
     */
    static Optional<String> annotation(Method method, Class<?> type) {
        Method specific = ClassUtils.getMostSpecificMethod(method, type);
        return asynchronous(MergedAnnotations.from(specific, SearchStrategy.TYPE_HIERARCHY))
                .map(name -> name + " on " + specific.getDeclaringClass().getName() + "." + specific.getName())
                .or(() -> asynchronous(MergedAnnotations.from(type, SearchStrategy.TYPE_HIERARCHY))
                        .map(name -> name + " on " + type.getName()));
    }

    /** The name of the annotation. */
    static Optional<String> asynchronous(MergedAnnotations annotations) {
        return ASYNCHRONOUS.stream()
                .filter(annotations::isPresent)
                .map(name -> "@" + ClassUtils.getShortName(name))
                .findFirst();
    }

    /** Whether the proxy of a bean has a method called on another thread, for whatever reason. */
    static boolean isAdvised(Object bean, Method method) {
        if (!(bean instanceof Advised proxy)) {
            return false;
        }
        Class<?> target = AopUtils.getTargetClass(bean);
        Method specific = AopUtils.getMostSpecificMethod(method, target);
        for (Advisor advisor : proxy.getAdvisors()) {
            if (advisor.getAdvice() instanceof AsyncExecutionInterceptor && matches(advisor, specific, target)) {
                return true;
            }
        }
        return behind(proxy.getTargetSource())
                .map(inner -> isAdvised(inner, method))
                .orElse(false);
    }

    private static boolean matches(Advisor advisor, Method method, Class<?> target) {
        return !(advisor instanceof PointcutAdvisor some)
                || some.getPointcut().getClassFilter().matches(target)
                        && some.getPointcut().getMethodMatcher().matches(method, target);
    }

    /** The bean behind a proxy; not where asking for it could make one. */
    private static Optional<Object> behind(TargetSource source) {
        if (!source.isStatic()) {
            return Optional.empty();
        }
        try {
            return Optional.ofNullable(source.getTarget());
        } catch (Exception unknown) {
            throw new IllegalStateException("The bean behind a proxy cannot be asked for", unknown);
        }
    }

    /** Whether what a method returns stands for work that may go on after it has returned. */
    static boolean isPromise(Class<?> returned) {
        return Future.class.isAssignableFrom(returned)
                || Flow.Publisher.class.isAssignableFrom(returned)
                || ReactiveAdapterRegistry.getSharedInstance().getAdapter(returned) != null;
    }

    /** Whether it is what Kotlin makes of a {@code suspend fun}. */
    static boolean isSuspending(Method method) {
        Class<?>[] parameters = method.getParameterTypes();
        return parameters.length > 0
                && parameters[parameters.length - 1].getName().equals(CONTINUATION);
    }
}
