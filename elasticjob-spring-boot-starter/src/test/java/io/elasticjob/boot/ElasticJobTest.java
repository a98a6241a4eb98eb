package io.elasticjob.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.elasticjob.JobKey;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class ElasticJobTest {

    /** Made by other means, later: an annotation cannot name the handler that it stands on. */
    private static final Set<JobKey> NOT_HERE = Set.of(JobKey.HANDLER);

    @Test
    void everyKeyIsAnAttributeAndTheDefaultsAreThoseOfTheKeys() throws Exception {
        Set<String> attributes = new TreeSet<>();
        Arrays.stream(ElasticJob.class.getDeclaredMethods())
                .map(Method::getName)
                .forEach(attributes::add);
        attributes.removeAll(Set.of("value", "name", "settings"));
        for (JobKey key : JobKey.common()) {
            if (NOT_HERE.contains(key)) {
                continue;
            }
            assertThat(attributes.remove(key.key())).as(key.key()).isTrue();
            Object value = ElasticJob.class.getMethod(key.key()).getDefaultValue();
            if (!"".equals(value)) {
                assertThat(key.defaultValue()).as(key.key()).contains(value.toString());
            }
        }
        assertThat(attributes).isEmpty();
    }
}
