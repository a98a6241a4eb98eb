package io.elasticjob.boot.discovery;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.ExecutableMode;
import org.springframework.aot.hint.ReflectionHints;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Ahead of time, tells what of an application's jobs is called or looked at by reflection. Makes no bean. */
final class JobHints implements BeanFactoryInitializationAotProcessor {

    @Override
    public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
            ConfigurableListableBeanFactory beans) {
        AnnotatedJobs jobs = new AnnotatedJobs(beans);
        Set<Class<?>> types = jobs.types();
        Set<Method> methods = jobs.methods();
        Set<Method> beanMethods = jobs.beanMethods();
        if (types.isEmpty() && methods.isEmpty() && beanMethods.isEmpty()) {
            return null;
        }
        return (generation, code) -> {
            ReflectionHints hints = generation.getRuntimeHints().reflection();
            types.forEach(type -> {
                hints.registerType(type);
                BeanJob.calledOf(type)
                        .forEach(method -> hints.registerMethod(
                                ClassUtils.getMostSpecificMethod(method, type), ExecutableMode.INTROSPECT));
            });
            methods.forEach(method -> registerWithOverridden(method, hints));
            beanMethods.forEach(method -> hints.registerMethod(method, ExecutableMode.INTROSPECT));
        };
    }

    /**
     * Through a proxy of interfaces it is theirs that is called, and what stands on a method that is overridden counts as well. A
     * generic one has other parameters.
     */
    private static void registerWithOverridden(Method method, ReflectionHints hints) {
        hints.registerMethod(method, ExecutableMode.INVOKE);
        for (Class<?> face : ClassUtils.getAllInterfacesForClass(method.getDeclaringClass())) {
            like(method, face.getMethods()).forEach(same -> hints.registerMethod(same, ExecutableMode.INVOKE));
        }
        for (Class<?> above = method.getDeclaringClass().getSuperclass();
                above != null && above != Object.class;
                above = above.getSuperclass()) {
            like(method, above.getDeclaredMethods())
                    .forEach(same -> hints.registerMethod(same, ExecutableMode.INTROSPECT));
        }
    }

    private static Stream<Method> like(Method method, Method[] others) {
        return Arrays.stream(others)
                .filter(other -> other.getName().equals(method.getName())
                        && other.getParameterCount() == method.getParameterCount()
                        && !Modifier.isStatic(other.getModifiers()));
    }
}
