package io.elasticjob.testing.machine;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test that not every machine can run. Where what it needs is missing it is skipped; it fails instead when the system
 * property {@value #REQUIRE} lists the name of what is missing, or is {@code all}.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.TYPE, ElementType.METHOD})
@ExtendWith(NeedsCondition.class)
public @interface Needs {

    /** Names, with commas between, of what has to be there. */
    String REQUIRE = "elasticjob.tests.require";

    /** What it needs, as it is named in {@value #REQUIRE}. */
    String value();

    /** Says whether it is there. Has a constructor without arguments. */
    Class<? extends BooleanSupplier> there();
}
