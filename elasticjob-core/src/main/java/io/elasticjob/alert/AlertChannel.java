package io.elasticjob.alert;

/**
 * A way to send alerts. A bean of this type is a channel in addition to the configured ones, and has the name of the bean.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface AlertChannel {

    /**
     * Sends one alert, or throws: then it is retried a few times. Called on the channel's own thread, one alert at a time. It
     * may block, but not for ever.
     *
     * @throws Exception if it is not known to have arrived; its message is logged and must hold no secret
     */
    void send(Alert alert) throws Exception;
}
