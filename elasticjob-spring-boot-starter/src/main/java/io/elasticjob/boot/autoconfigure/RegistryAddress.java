package io.elasticjob.boot.autoconfigure;

import io.elasticjob.InvalidSettingException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.cloud.CloudPlatform;

/** Where the registry is. */
sealed interface RegistryAddress {

    String CONNECT_STRING = "elasticjob.registry.connect-string";

    /** Somewhere else. */
    record Remote(String connectString) implements RegistryAddress {}

    /** In this process, or in another one of this machine that shares its data. */
    record Embedded() implements RegistryAddress {}

    /**
     * Decides.
     *
     * @param connectString as configured, null when it is not
     * @param embedded as configured, null when it is not
     * @param platform that this process runs on, null when none is known
     * @throws InvalidSettingException when there is none and the embedded one is not wanted
     */
    static RegistryAddress of(
            @Nullable String connectString, @Nullable Boolean embedded, @Nullable CloudPlatform platform) {
        if (connectString != null) {
            return new Remote(connectString);
        }
        if (Boolean.FALSE.equals(embedded)) {
            throw new InvalidSettingException(
                    "elasticjob.registry.embedded.enabled",
                    "false",
                    "leaves no ZooKeeper while " + CONNECT_STRING + " is not set: set it to your ZooKeeper,"
                            + " or allow the embedded one");
        }
        if (embedded == null && platform != null && platform != CloudPlatform.NONE) {
            throw new InvalidSettingException(
                    CONNECT_STRING,
                    "",
                    "must be set on " + platform + ", where copies of the application do not share an embedded"
                            + " ZooKeeper; if there will only be one, set elasticjob.registry.embedded.enabled=true");
        }
        return new Embedded();
    }
}
