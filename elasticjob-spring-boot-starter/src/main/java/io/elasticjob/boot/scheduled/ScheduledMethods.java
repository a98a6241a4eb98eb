package io.elasticjob.boot.scheduled;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.framework.AopProxyUtils;
import org.springframework.aop.scope.ScopedProxyUtils;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.AnnotationUtils;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.scheduling.annotation.Schedules;
import org.springframework.util.ClassUtils;

/** Finds what carries {@code @Scheduled} among the beans, without making any of them. */
public final class ScheduledMethods {

    /**
     * One schedule of a method.
     *
     * @param name {@code bean-method}, with {@code -2} for the second schedule of a method, and so on
     */
    public record ScheduledMethod(String name, String bean, Class<?> type, Method method, Scheduled scheduled) {

        /** By which it can be kept from being a job. */
        public String keptAs() {
            return keptAs(type, method);
        }

        static String keptAs(Class<?> type, Method method) {
            return type.getSimpleName() + "." + method.getName();
        }

        /** In words. */
        public String origin() {
            return "method " + method.getDeclaringClass().getName() + "." + method.getName() + " of bean \"" + bean
                    + "\"";
        }
    }

    private final ConfigurableListableBeanFactory beans;

    public ScheduledMethods(ConfigurableListableBeanFactory beans) {
        this.beans = beans;
    }

    /** All of them, in the order of the definitions of their beans. */
    public List<ScheduledMethod> find() {
        List<ScheduledMethod> found = new ArrayList<>();
        for (String bean : beans.getBeanDefinitionNames()) {
            Class<?> type = ScopedProxyUtils.isScopedTarget(bean)
                            || beans.getBeanDefinition(bean).isAbstract()
                    ? null
                    : type(bean);
            if (type != null
                    && !type.getName().startsWith("org.springframework.")
                    && AnnotationUtils.isCandidateClass(type, List.of(Scheduled.class, Schedules.class))) {
                of(type).forEach((method, schedules) -> {
                    for (int i = 0; i < schedules.size(); i++) {
                        found.add(new ScheduledMethod(name(bean, method, i), bean, type, method, schedules.get(i)));
                    }
                });
            }
        }
        return found;
    }

    static String name(String bean, Method method, int index) {
        return bean + "-" + method.getName() + (index == 0 ? "" : "-" + (index + 1));
    }

    private static Map<Method, List<Scheduled>> of(Class<?> type) {
        return MethodIntrospector.selectMethods(type, (Method method) -> {
            List<Scheduled> schedules = schedules(method);
            return schedules.isEmpty() ? null : schedules;
        });
    }

    static List<Scheduled> schedules(Method method) {
        return List.copyOf(
                AnnotatedElementUtils.getMergedRepeatableAnnotations(method, Scheduled.class, Schedules.class));
    }

    private @Nullable Class<?> type(String bean) {
        Object instance = beans.containsSingleton(bean) ? beans.getSingleton(bean) : null;
        if (instance != null && !(instance instanceof FactoryBean<?>)) {
            return AopProxyUtils.ultimateTargetClass(instance);
        }
        Class<?> type = beans.getType(bean, false);
        return type == null ? null : ClassUtils.getUserClass(type);
    }
}
