package io.elasticjob.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.testing.http.Balancer;
import io.elasticjob.testing.machine.Needs;
import java.util.Locale;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * What somebody does with the console on a bad day, among five thousand jobs, at three instances behind a proxy that sends each
 * request to another one.
 */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
class OperatorsDayTest {

    private static final String HISTORY = "--shop.history=jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";

    private static ConfigurableApplicationContext instance(TestingServer server, String name) {
        return Shop.start(server.getConnectString(), 5_000, HISTORY, "--elasticjob.instance.name=" + name);
    }

    @Test
    void aFailingJobIsFoundUnderstoodAndMended() throws Exception {
        Set<String> answered = new ConcurrentSkipListSet<>();
        try (TestingServer server = new TestingServer(true);
                ConfigurableApplicationContext first = instance(server, "till-0");
                ConfigurableApplicationContext second = instance(server, "till-1");
                ConfigurableApplicationContext third = instance(server, "till-2");
                Balancer balancer = new Balancer(
                        Stream.of(first, second, third).map(Shop::port).toList());
                Playwright playwright = Playwright.create();
                Browser browser = Chromium.start(playwright);
                Visitor visitor = new Visitor(browser, Shop.console(balancer.port()), Eyes.USUAL)) {
            Page page = visitor.page();
            page.onResponse(response -> {
                String by = response.headers().get(Balancer.ANSWERED_BY.toLowerCase(Locale.ROOT));
                if (by != null) {
                    answered.add(by);
                }
            });
            visitor.go("/jobs", "#jobs[aria-rowcount='5004'] tbody tr");
            assertThat(page.locator("#jobs tbody tr").count())
                    .as("rows in the page")
                    .isLessThan(200);
            visitor.picture("day-jobs");

            // Which one fails?
            page.locator(".chips button", new Page.LocatorOptions().setHasText("Failing"))
                    .click();
            page.locator("#jobs[aria-rowcount='2'] a", new Page.LocatorOptions().setHasText("reconcile"))
                    .click();
            // Why?
            page.getByText("No rates for 2026-11-26").first().waitFor();
            visitor.picture("day-job");

            // The shard is switched off while somebody looks into it.
            page.getByLabel("Disable shard 2").click();
            reason(page, "no rates on holidays");
            page.getByLabel("Enable shard 2").waitFor();
            visitor.go("/changes", "#changes tbody tr");
            page.locator("#changes tbody tr", new Page.LocatorOptions().setHasText("no rates on holidays"))
                    .waitFor();
            assertThat(page.locator("#changes tbody tr").first().textContent())
                    .contains("reconcile", "disabled", "shard 2");

            // It is run by hand, with a parameter under which it works, and seen to succeed.
            visitor.go("/jobs/reconcile/now", "#shards tbody tr");
            page.getByLabel("Enable shard 2").click();
            reason(page, "to be run by hand");
            page.getByLabel("Disable shard 2").waitFor();
            page.locator(".actions button", new Page.LocatorOptions().setHasText("Run"))
                    .click();
            page.locator("dialog input[name=shards]").fill("2");
            page.locator("dialog input[name=parameter]").fill("skip-holidays");
            page.locator("dialog input[name=reason]").fill("no rates on holidays");
            page.locator("dialog button[type=submit]").click();
            page.getByText("All shards are done.").waitFor();
            page.locator("dialog .progress li", new Page.LocatorOptions().setHasText("Succeeded"))
                    .waitFor();
            page.keyboard().press("Escape");

            // Its schedule is changed, and the change taken back.
            visitor.go("/jobs/reconcile/settings", "table.settings tbody tr");
            page.getByLabel("Change cron").click();
            page.locator("dialog textarea").fill("cron=0 0 4 ? * MON-FRI");
            page.locator("dialog .firetimes li").first().waitFor();
            page.locator("dialog input[name=reason]").fill("workdays only");
            page.locator("dialog button[type=submit]").click();
            page.locator("tr.differs").waitFor();
            visitor.go("/changes", "#changes tbody tr");
            page.locator("#changes tbody tr", new Page.LocatorOptions().setHasText("workdays only"))
                    .waitFor();
            visitor.go("/jobs/reconcile/settings", "tr.differs");
            page.getByLabel("Undo the change of cron").click();
            reason(page, "as it was");
            page.locator("tr.differs").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));

            // All of it can be read afterwards, latest first.
            visitor.go("/changes?job=reconcile", "#changes tbody tr:nth-child(5)");
            assertThat(page.locator("#changes tbody tr").allTextContents())
                    .satisfiesExactly(
                            row -> assertThat(row).contains("undid", "cron", "as it was"),
                            row -> assertThat(row).contains("set", "cron", "workdays only"),
                            row -> assertThat(row).contains("triggered", "no rates on holidays"),
                            row -> assertThat(row).contains("enabled", "shard 2", "to be run by hand"),
                            row -> assertThat(row).contains("disabled", "shard 2", "no rates on holidays"));
            visitor.picture("day-changes");

            // All is well.
            visitor.go("/jobs?state=failing", ".state h2");
            visitor.isContent("the whole day");
            assertThat(answered).as("instances that have answered").containsExactly("0", "1", "2");
        }
    }

    private static void reason(Page page, String reason) {
        page.locator("dialog input[name=reason]").fill(reason);
        page.locator("dialog button[type=submit]").click();
        page.locator("dialog").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
    }
}
