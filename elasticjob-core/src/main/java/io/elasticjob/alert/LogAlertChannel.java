package io.elasticjob.alert;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes alerts to the log as {@code io.elasticjob.alerts}: ERROR, and INFO for recoveries. */
public final class LogAlertChannel implements AlertChannel {

    private static final Logger log = LoggerFactory.getLogger("io.elasticjob.alerts");

    @Override
    public void send(Alert alert) {
        if (alert.isRecovery()) {
            log.info("{}", alert.text());
        } else {
            log.error("{}", alert.text());
        }
    }
}
