package io.elasticjob.console.browser;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.samples.quickstart.QuickstartApplication;
import io.elasticjob.samples.quickstart.machine.SideBySide;
import io.elasticjob.testing.machine.Needs;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/** Takes the pictures of the documentation, of the quickstart as everybody sees it: see CONTRIBUTING. */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
@EnabledIfSystemProperty(named = "console.pictures", matches = ".+")
class PicturesTest {

    @Test
    void ofTheQuickstart(@TempDir Path folder) {
        SpringApplication quickstart = new SpringApplication(QuickstartApplication.class);
        quickstart.addListeners(new SideBySide());
        try (ConfigurableApplicationContext application = quickstart.run(
                        "--quickstart.directory=" + folder, "--spring.autoconfigure.exclude=" + Shop.SECURITY);
                Playwright playwright = Playwright.create();
                Browser browser = Chromium.start(playwright);
                Visitor light = new Visitor(browser, address(application), new Eyes(1200, ColorScheme.LIGHT, "en-US"));
                Visitor dark = new Visitor(browser, address(application), new Eyes(1200, ColorScheme.DARK, "zh-CN"))) {
            // Six firings have run by then.
            light.go("/jobs/settleInvoices/runs", "#executions tbody tr:nth-child(24)");
            light.picture("console-runs");
            light.go("/jobs", "#jobs .outcomes rect:nth-of-type(6)");
            light.picture("console-jobs");
            dark.go("/jobs/settleInvoices/now", "#shards tbody tr");
            dark.picture("console-job-zh");
        }
    }

    @Test
    void ofChains() throws Exception {
        try (OpenShop shop = OpenShop.open();
                Visitor light = new Visitor(
                        shop.browser, Shop.console(shop.application), new Eyes(1200, ColorScheme.LIGHT, "en-US"))) {
            light.go("/chains", ".knots path.way");
            light.page()
                    .locator(".knot:has(a[title=archive]):has-text('Succeeded')")
                    .waitFor();
            light.picture("console-chains");
        }
    }

    private static String address(ConfigurableApplicationContext application) {
        return "http://127.0.0.1:" + application.getEnvironment().getProperty("server.port")
                + "/actuator/elasticjobconsole/";
    }
}
