package io.elasticjob.boot.discovery;

import io.elasticjob.ShardingContext;
import io.elasticjob.SimpleJob;
import io.elasticjob.boot.UnusableJobException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.UndeclaredThrowableException;
import java.util.Optional;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.MethodParameter;
import org.springframework.util.ReflectionUtils;

/**
 * A method of a bean that is a job. The bean is asked for when it runs, not before, and called through its proxy.
 *
 * @param method as found on the bean's own class
 */
record MethodJob(BeanFactory beans, String beanName, Method method) implements SimpleJob {

    private static final String USUAL_FORM =
            "Make it a method that the bean's proxy has as well, if it has one, of the form"
                    + " \"void work(ShardingContext context)\", or \"void work()\" for one shard.";

    /**
     * Why a method cannot be a job.
     *
     * @param why in words that continue "the method"
     * @param wayOut what the user can do about it; a sentence
     */
    record Obstacle(String why, String wayOut) {

        private static Optional<Obstacle> usual(String why) {
            return Optional.of(new Obstacle(why, USUAL_FORM));
        }

        static Optional<Obstacle> handover(String what) {
            return Optional.of(new Obstacle(what + ": " + Handover.CONSEQUENCE, Handover.WAY_OUT));
        }
    }

    /** Why no bean of this class can have such a method as its job; empty when one can. */
    static Optional<Obstacle> obstacle(Method method, Class<?> type) {
        if (Modifier.isStatic(method.getModifiers())) {
            return Obstacle.usual("is static");
        }
        if (Modifier.isPrivate(method.getModifiers())) {
            return Obstacle.usual("is private");
        }
        if (Handover.isSuspending(method)) {
            return Optional.of(new Obstacle(
                    "is a Kotlin suspend function: its call ends where it suspends first, and the execution would count"
                            + " as succeeded before the work is done",
                    "Remove \"suspend\", and do in runBlocking { … } what suspends."));
        }
        Class<?> returned = method.getReturnType();
        if (Handover.isPromise(returned)) {
            return Optional.of(new Obstacle(
                    "returns " + returned.getSimpleName()
                            + ": the work would go on after the method has returned, and the"
                            + " execution would count as succeeded before it is done",
                    "Wait for the end of the work in the method, by join(), get() or block(), and return nothing."));
        }
        if (returned != void.class) {
            return Obstacle.usual("returns " + returned.getSimpleName() + ", which would be ignored");
        }
        int parameters = method.getParameterCount();
        if (parameters > 1 || parameters == 1 && parameterType(method, type) != ShardingContext.class) {
            return Obstacle.usual("takes parameters that a job is not given");
        }
        return Handover.annotation(method, type).flatMap(where -> Obstacle.handover("carries " + where));
    }

    /** Also where the bean's class says what a generic one leaves open that has the method. */
    private static Class<?> parameterType(Method method, Class<?> type) {
        return new MethodParameter(method, 0).withContainingClass(type).getParameterType();
    }

    /** Why the method cannot be called on this bean; empty when it can. */
    Optional<Obstacle> obstacle(Object bean) {
        if (AopUtils.isCglibProxy(bean) && Modifier.isFinal(method.getModifiers())) {
            return Obstacle.usual("is final, so that the bean's proxy cannot pass it on to the bean");
        }
        try {
            AopUtils.selectInvocableMethod(method, bean.getClass());
        } catch (IllegalStateException hidden) {
            return Obstacle.usual("is not in any interface of the bean's proxy");
        }
        return Handover.isAdvised(bean, method)
                ? Obstacle.handover("is advised to run asynchronously")
                : Optional.empty();
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
        refuseHandover(bean, method, beanName);
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

    /** A bean that was not there at the start, or has another proxy by now, is looked at when it runs. */
    static void refuseHandover(Object bean, Method method, String beanName) {
        if (Handover.isAdvised(bean, method)) {
            throw new UnusableJobException(
                    "The method " + method.getName() + " of bean \"" + beanName
                            + "\" is advised to run asynchronously: " + Handover.CONSEQUENCE + ".",
                    Handover.WAY_OUT);
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
