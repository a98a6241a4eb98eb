package io.elasticjob.console.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.testing.http.Balancer;
import io.elasticjob.testing.machine.Needs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/** The console where operators have it: at a port of the endpoints, below a path, behind a proxy that adds another one. */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
class ProxiedBrowserTest {

    private static final String PREFIX = "/ops/shop";

    @ParameterizedTest
    @EnumSource(value = WebApplicationType.class, names = "NONE", mode = EnumSource.Mode.EXCLUDE)
    void pagesAreSeenAndJobsRunBehindAProxyWithAPrefix(WebApplicationType stack) throws Exception {
        try (TestingServer server = new TestingServer(true);
                ConfigurableApplicationContext application = Shop.start(
                        stack,
                        server.getConnectString(),
                        0,
                        "--shop.chains=true",
                        "--management.server.port=0",
                        "--management.server.address=127.0.0.1",
                        "--management.server.base-path=/admin");
                Balancer proxy = new Balancer(
                        List.of(application
                                .getEnvironment()
                                .getRequiredProperty("local.management.port", Integer.class)),
                        PREFIX);
                Playwright playwright = Playwright.create();
                Browser browser = Chromium.start(playwright);
                // Without a slash at its end, as people type it.
                Visitor visitor = new Visitor(
                        browser,
                        "http://127.0.0.1:" + proxy.port() + PREFIX + "/admin/actuator/elasticjobconsole",
                        Eyes.USUAL)) {
            Map<String, String> pages = new LinkedHashMap<>();
            pages.put("/jobs", "#jobs tbody tr");
            pages.put("/jobs/reconcile/now", "#shards tbody tr");
            pages.put("/runs", "#executions tbody tr");
            pages.put("/chains", ".knots path.way");
            pages.put("/instances", "#instances tbody tr");
            pages.put("/overview", ".plot");
            pages.forEach((address, shown) -> {
                visitor.go(address, shown);
                visitor.isContent(address);
            });
            Page page = visitor.page();
            visitor.go("/jobs/tidy/now", ".actions button");
            page.locator(".actions button.primary").click();
            page.locator("dialog input[name=reason]").fill("behind a proxy");
            page.locator("dialog button[type=submit]").click();
            page.getByText("All shards are done.").waitFor();
            visitor.isContent("running a job");
        }
    }
}
