package io.elasticjob.console.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Playwright;
import org.apache.curator.test.TestingServer;
import org.springframework.context.ConfigurableApplicationContext;

/** A server, an application with fifty further jobs on it, and a browser in which its console can be looked at. */
final class OpenShop implements AutoCloseable {

    final TestingServer server;
    final ConfigurableApplicationContext application;
    final Browser browser;
    private final Playwright playwright;

    private OpenShop(TestingServer server) {
        this.server = server;
        this.application = Shop.start(
                server.getConnectString(),
                50,
                "--shop.chains=true",
                "--elasticjob.jobs.pictures.array=resize",
                "--elasticjob.jobs.pictures.array-size=40",
                "--elasticjob.jobs.pictures.every=1h",
                "--elasticjob.jobs.pictures.on-startup=true");
        this.playwright = Playwright.create();
        this.browser = Chromium.start(playwright);
    }

    static OpenShop open() throws Exception {
        TestingServer server = new TestingServer(true);
        try {
            return new OpenShop(server);
        } catch (RuntimeException | Error failed) {
            server.close();
            throw failed;
        }
    }

    @Override
    public void close() throws Exception {
        try (server;
                application;
                playwright) {
            browser.close();
        }
    }
}
