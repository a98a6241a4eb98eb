package io.elasticjob.samples.quickstart;

import io.elasticjob.samples.quickstart.machine.ConsoleAddress;
import io.elasticjob.samples.quickstart.machine.SideBySide;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Settles invoices with two distributed jobs: {@link SettleInvoices} in four shards, one a region, and
 * {@link InvoiceSummary}. Start it as often as you like.
 */
@SpringBootApplication
public class QuickstartApplication {

    public static void main(String[] args) {
        SpringApplication application = new SpringApplication(QuickstartApplication.class);
        application.addListeners(new SideBySide(), new ConsoleAddress());
        application.run(args);
    }
}
