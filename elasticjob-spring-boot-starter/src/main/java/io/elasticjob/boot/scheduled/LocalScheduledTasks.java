package io.elasticjob.boot.scheduled;

import java.lang.reflect.Method;
import java.util.Set;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.ScheduledAnnotationBeanPostProcessor;

/** Spring's own scheduler for what stays with it; what has become a job is left out. */
public final class LocalScheduledTasks extends ScheduledAnnotationBeanPostProcessor {

    private final Set<String> kept;

    /** @param kept methods that run on each instance, as {@code Class.method} with the class's simple name */
    public LocalScheduledTasks(Set<String> kept) {
        this.kept = Set.copyOf(kept);
    }

    @Override
    protected void processScheduled(Scheduled scheduled, Method method, Object bean) {
        if (isKept(AopProxyUtils.ultimateTargetClass(bean), method, kept)) {
            super.processScheduled(scheduled, method, bean);
        }
    }

    static boolean isKept(Class<?> type, Method method, Set<String> kept) {
        return type.getName().startsWith("org.springframework.")
                || kept.contains(ScheduledMethods.ScheduledMethod.keptAs(type, method));
    }
}
