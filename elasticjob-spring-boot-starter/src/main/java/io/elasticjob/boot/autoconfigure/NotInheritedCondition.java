package io.elasticjob.boot.autoconfigure;

import java.util.Arrays;
import org.springframework.beans.factory.BeanFactoryUtils;
import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.type.AnnotatedTypeMetadata;
import org.springframework.core.type.MethodMetadata;
import org.springframework.util.ClassUtils;

/**
 * On a {@code @Bean} method: no context above has a bean of this type that the application has made. One that this
 * starter has made there does not count: it belongs to the engine of that context.
 */
final class NotInheritedCondition implements ConfigurationCondition {

    @Override
    public ConfigurationPhase getConfigurationPhase() {
        return ConfigurationPhase.REGISTER_BEAN;
    }

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        ConfigurableListableBeanFactory beans = context.getBeanFactory();
        if (beans == null
                || !(beans.getParentBeanFactory() instanceof ListableBeanFactory above)
                || !(metadata instanceof MethodMetadata method)) {
            return true;
        }
        Class<?> type = ClassUtils.resolveClassName(method.getReturnTypeName(), context.getClassLoader());
        return Arrays.stream(BeanFactoryUtils.beanNamesForTypeIncludingAncestors(above, type, true, false))
                .allMatch(method.getMethodName()::equals);
    }
}
