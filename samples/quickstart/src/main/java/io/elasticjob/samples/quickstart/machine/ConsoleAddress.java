package io.elasticjob.samples.quickstart.machine;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.ApplicationListener;

/** Tells where to look, once there is something to see. */
public final class ConsoleAddress implements ApplicationListener<ApplicationReadyEvent> {

    private static final Log LOG = LogFactory.getLog(ConsoleAddress.class);

    @Override
    public void onApplicationEvent(ApplicationReadyEvent event) {
        LOG.info("See and operate all jobs at http://127.0.0.1:"
                + event.getApplicationContext().getEnvironment().getProperty("server.port")
                + "/actuator/elasticjobconsole");
    }
}
