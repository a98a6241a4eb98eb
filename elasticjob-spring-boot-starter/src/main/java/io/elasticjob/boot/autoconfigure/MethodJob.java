package io.elasticjob.boot.autoconfigure;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Optional;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean that is a job. The bean is asked for when it runs, not before, and called through its proxy.
 *
 * @param method as found on the bean's own class
 */
record MethodJob(BeanFactory beans, String beanName, Method method) implements SimpleJob {

    /** Why no bean can have such a method as its job, in words that continue "the method"; empty when one can. */
    static Optional<String> obstacle(Method method) {
        if (Modifier.isStatic(method.getModifiers())) {
            return Optional.of("is static");
        }
        if (Modifier.isPrivate(method.getModifiers())) {
            return Optional.of("is private");
        }
        if (method.getReturnType() != void.class) {
            return Optional.of("returns " + method.getReturnType().getSimpleName() + ", which nobody would look at");
        }
        Class<?>[] parameters = method.getParameterTypes();
        boolean usable = parameters.length == 0 || parameters.length == 1 && parameters[0] == ShardingContext.class;
        return usable ? Optional.empty() : Optional.of("takes parameters that a job is not given");
    }

    /** Why the method can not be called on this bean, in words that continue "the method"; empty when it can. */
    Optional<String> obstacle(Object bean) {
        if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(method.getModifiers())) {
            return Optional.of("is final, so that the bean's proxy can not pass it on to the bean");
        }
        try {
            AopUtils.selectInvocableMethod(method, bean.getClass());
            return Optional.empty();
        } catch (IllegalStateException hidden) {
            return Optional.of("is not in any interface of the bean's proxy");
        }
    }

    boolean takesContext() {
        return method.getParameterCount() == 1;
    }

    @Override
    public void execute(ShardingContext context) throws Exception {
        if (!takesContext() && context.shardingTotalCount() > 1) {
            throw new IllegalStateException(method + " is run in " + context.shardingTotalCount()
                    + " shards and takes no ShardingContext: all of them would do the same");
        }
        Object bean = beans.getBean(beanName);
        Method onProxy = AopUtils.selectInvocableMethod(method, bean.getClass());
        ReflectionUtils.makeAccessible(onProxy);
        try {
            if (takesContext()) {
                onProxy.invoke(bean, context);
            } else {
                onProxy.invoke(bean);
            }
        } catch (InvocationTargetException wrapped) {
            throw unwrapped(wrapped.getTargetException());
        }
    }

    private static Exception unwrapped(Throwable thrown) {
        if (thrown instanceof UndeclaredThrowableException proxied
                && proxied.getUndeclaredThrowable() instanceof Exception checked) {
            return checked;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
        return thrown instanceof Exception exception ? exception : new UndeclaredThrowableException(thrown);
    }
}
