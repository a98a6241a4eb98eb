package io.elasticjob.boot.alert;

/**
 * A way to tell alerts to somebody. A bean of this type is a channel of the application beside the configured ones, and is
 * called after its bean.
 */
@FunctionalInterface
public interface AlertChannel {

    /**
     * Tells one alert, or throws: then it is tried again a few times. Called on a thread of the channel's own, one alert at
     * a time; it may take its time, but not for ever.
     *
     * @throws Exception when it is not known to have arrived; its message is logged and must hold no secret
     */
    void send(Alert alert) throws Exception;
}
