package io.elasticjob.samples.quickstart;

import io.elasticjob.samples.quickstart.machine.ConsoleAddress;
import io.elasticjob.samples.quickstart.machine.DatabaseServer;
import io.elasticjob.samples.quickstart.machine.SideBySide;
import java.nio.file.Path;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/**
 * Settles invoices with two distributed jobs: {@link SettleInvoices} in four shards, one a region, and
 * {@link InvoiceSummary}. Start it as often as you like.
 */
@SpringBootApplication
public class QuickstartApplication {

    public static void main(String[] args) throws Exception {
        if (args.length == 2 && args[0].equals("serve-database")) {
            DatabaseServer.start(Path.of(args[1]), DatabaseServer.PORT);
            return;
        }
        SpringApplication application = new SpringApplication(QuickstartApplication.class);
        application.addListeners(new SideBySide(), new ConsoleAddress());
        application.run(args);
    }
}
