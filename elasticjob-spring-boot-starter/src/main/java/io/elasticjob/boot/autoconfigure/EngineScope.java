package io.elasticjob.boot.autoconfigure;

import io.elasticjob.engine.JobEngine;
import io.elasticjob.registry.Registry;
import io.elasticjob.spi.FireSource;
import io.elasticjob.spi.ShardRunner;
import java.lang.ref.WeakReference;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.ObjectFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.config.Scope;

/**
 * The scope of the engine and its parts: they live from a start of the jobs to their stop, and are made again for the next
 * start. Beans of the application that take the place of such a part are put into it as well.
 */
final class EngineScope implements Scope, BeanFactoryPostProcessor {

    static final String NAME = "elasticjob";

    private static final Logger log = LoggerFactory.getLogger(EngineScope.class);

    /** Closed with the engine, and never opened again. */
    private static final List<Class<?>> PARTS =
            List.of(JobEngine.class, Registry.class, FireSource.class, ShardRunner.class);

    private static final Set<String> WHOLE_LIFE = Set.of("", BeanDefinition.SCOPE_SINGLETON);

    // Guarded by this.
    private final Map<String, Object> made = new LinkedHashMap<>();
    private final Map<String, Runnable> callbacks = new LinkedHashMap<>();
    private final List<WeakReference<Object>> taken = new ArrayList<>();

    /** That of the context above, if that has an engine as well. Written before any part is made. */
    private @Nullable EngineScope above;

    @Override
    public void postProcessBeanFactory(ConfigurableListableBeanFactory beans) {
        beans.registerScope(NAME, this);
        BeanFactory parent = beans.getParentBeanFactory();
        above = parent == null
                ? null
                : parent.getBeanProvider(EngineScope.class).getIfAvailable();
        for (Class<?> part : PARTS) {
            for (String name : beans.getBeanNamesForType(part, true, false)) {
                if (beans.containsBeanDefinition(name)
                        && !beans.containsSingleton(name)
                        && !beans.isFactoryBean(name)) {
                    enter(beans.getBeanDefinition(name));
                }
            }
        }
    }

    private static void enter(BeanDefinition definition) {
        if (WHOLE_LIFE.contains(definition.getScope() == null ? "" : definition.getScope())) {
            definition.setScope(NAME);
        }
    }

    /**
     * To be asked with each part that an engine is made of.
     *
     * @throws IllegalStateException when an engine that was made before, here or in a context above, has or had the same
     *     object
     */
    <T> T taken(T part, Class<T> type) {
        EngineScope next = above;
        return next == null ? takenHere(part, type) : next.taken(part, type);
    }

    private synchronized <T> T takenHere(T part, Class<T> type) {
        taken.removeIf(reference -> reference.get() == null);
        if (taken.stream().anyMatch(reference -> reference.get() == part)) {
            throw new IllegalStateException("The " + type.getSimpleName() + " " + part
                    + " belongs to another engine, of an earlier start or of another context, and cannot be opened again:"
                    + " make it by a bean definition that is not a singleton, such as one of the scope \"" + NAME
                    + "\", so that each start gets a new one, and define one in each context.");
        }
        taken.add(new WeakReference<>(part));
        return part;
    }

    /** Whether there is one now. */
    synchronized boolean contains(String name) {
        return made.containsKey(name);
    }

    /** Destroys what there is; it is made again when it is asked for. */
    void end() {
        List<Runnable> ends;
        synchronized (this) {
            ends = new ArrayList<>(callbacks.values());
            made.clear();
            callbacks.clear();
        }
        Collections.reverse(ends);
        for (Runnable end : ends) {
            try {
                end.run();
            } catch (RuntimeException failed) {
                log.warn("A part of the job engine could not be destroyed; the others are", failed);
            }
        }
    }

    @Override
    public synchronized Object get(String name, ObjectFactory<?> factory) {
        Object present = made.get(name);
        if (present == null) {
            present = factory.getObject(); // may ask for others
            made.put(name, present);
        }
        return present;
    }

    @Override
    public synchronized @Nullable Object remove(String name) {
        callbacks.remove(name);
        return made.remove(name);
    }

    @Override
    public synchronized void registerDestructionCallback(String name, Runnable callback) {
        callbacks.put(name, callback);
    }

    @Override
    public @Nullable Object resolveContextualObject(String key) {
        return null;
    }

    @Override
    public @Nullable String getConversationId() {
        return null;
    }
}
