package io.elasticjob.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.FilePayload;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.testing.machine.Needs;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.springframework.context.ConfigurableApplicationContext;

/** What changes jobs, in a real browser: each on an application of its own, so that none finds what another has left. */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
class ChangingBrowserTest {

    private OpenShop shop;

    @BeforeEach
    void open() throws Exception {
        shop = OpenShop.open();
    }

    @AfterEach
    void close() throws Exception {
        if (shop != null) {
            shop.close();
        }
    }

    @Test
    void aFiringIsPlannedAndThePlanCancelled() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs/wide/triggers", ".actions button");
            page.locator(".actions button").first().click();
            page.locator("dialog summary").click();
            page.getByLabel("Not before").fill("2027-01-01T03:00");
            page.getByLabel("Or after a delay").fill("2h");
            page.waitForCondition(
                    () -> page.getByLabel("Not before").inputValue().isEmpty()); // One of the two holds.
            ConsoleBrowserTest.submit(page, "after the maintenance");
            page.locator(".plan", new Page.LocatorOptions().setHasText("after the maintenance"))
                    .waitFor();
            assertThat(page.locator(".plan h2").textContent()).startsWith("To run at");
            page.locator(".plan button").click();
            ConsoleBrowserTest.submit(page, "not needed any more");
            page.getByText("No trigger is waiting").waitFor();
            visitor.isContent("planning");
        }
    }

    @Test
    void pastFireTimesAreRunAgain() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs/reconcile/triggers", ".tab button");
            page.locator(".tab button").first().click();
            page.locator("dialog input[name=from]").fill("2026-06-01T04:00");
            page.locator("dialog input[name=to]").fill("2026-06-02T02:00");
            page.getByText("The schedule has no fire time in this span.").waitFor();
            assertThat(page.locator("dialog button[type=submit]").isDisabled()).isTrue();
            page.locator("dialog input[name=to]").fill("2026-06-03T03:00");
            page.getByText("2 fire times").waitFor();
            page.locator("dialog input[name=parameter]").fill("skip-holidays");
            ConsoleBrowserTest.submit(page, "rates were late");
            page.getByText("Planned: 2 firings of reconcile").waitFor();
            visitor.go("/jobs/reconcile/runs", "#executions tbody tr");
            // Two firings of four shards, beside those that failed at the start.
            page.locator("#executions tbody tr", new Page.LocatorOptions().setHasText("Succeeded"))
                    .nth(7)
                    .waitFor();
            visitor.isContent("backfill");
        }
    }

    @Test
    void whatIsExportedIsImportedAgainLineByLine() throws Exception {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs/job-0001/settings", "table.settings tbody tr");
            page.locator(".filters button").first().click();
            page.locator("dialog textarea").fill("misfire=SKIP");
            ConsoleBrowserTest.submit(page, "no rush");
            page.locator("tr.differs").waitFor();
            visitor.go("/changes", "#changes tbody tr");
            Download download = page.waitForDownload(
                    () -> page.locator(".actions button").first().click());
            assertThat(download.suggestedFilename()).startsWith("elasticjob-shop-");
            String exported = Files.readString(download.path());
            assertThat(exported).contains("\"job-0001\"", "\"misfire\": \"SKIP\"", "no rush");

            visitor.go("/jobs/job-0001/settings", "tr.differs");
            page.getByLabel("Undo the change of misfire").click();
            ConsoleBrowserTest.submit(page, "as it was");
            page.locator("tr.differs").waitFor(ConsoleBrowserTest.gone());
            visitor.go("/changes", ".actions button");
            page.locator(".actions button").nth(1).click();
            page.locator("dialog input[type=file]")
                    .setInputFiles(ConsoleBrowserTest.document("{\"job\": \"job-0001\"}"));
            page.locator("dialog .answers li .failure").waitFor();
            assertThat(page.locator("dialog button[type=submit]").isDisabled())
                    .as("nothing of it would change anything")
                    .isTrue();
            page.locator("dialog input[type=file]")
                    .setInputFiles(new FilePayload(
                            "changes.json",
                            "application/json",
                            exported.replace(
                                            "\"lines\": [",
                                            "\"lines\": [{\"job\": \"nobody\", \"operation\": \"disable\", \"shard\": 1},")
                                    .getBytes(StandardCharsets.UTF_8)));
            page.locator("dialog .answers li", new Page.LocatorOptions().setHasText("Would change"))
                    .waitFor();
            assertThat(page.locator("dialog .answers li").first().textContent()).contains("Refused", "nobody");
            page.locator("dialog input[name=reason]").fill("restored");
            page.locator("dialog button[type=submit]").click();
            page.locator("dialog .answers li", new Page.LocatorOptions().setHasText("Done"))
                    .waitFor();
            page.keyboard().press("Escape");
            visitor.go("/jobs/job-0001/settings", "tr.differs");
            page.getByLabel("Undo the change of misfire").click();
            ConsoleBrowserTest.submit(page, "as it was");
            page.locator("tr.differs").waitFor(ConsoleBrowserTest.gone());
            visitor.isContent("export and import");
        }
    }

    @Test
    void whoMayOperateAPartSeesButtonsForThatOnly() {
        try (ConfigurableApplicationContext restricted = Shop.start(
                        shop.server.getConnectString(),
                        0,
                        "--shop.role=CLERK",
                        "--elasticjob.console.grants[0].role=CLERK",
                        "--elasticjob.console.grants[0].access=operator",
                        "--elasticjob.console.grants[0].applications=shop");
                Visitor operator = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL);
                Visitor clerk = new Visitor(shop.browser, Shop.console(restricted), Eyes.USUAL)) {
            operator.go("/jobs", "#jobs tbody tr");
            operator.page().locator(".head button.primary").click();
            operator.page().locator("dialog input[name=name]").fill("made-by-hand");
            operator.page().locator("dialog input[name=handler]").fill("tidy");
            ConsoleBrowserTest.submit(operator.page(), "once a night");
            operator.page().locator("#shards tbody tr").first().waitFor();

            Page page = clerk.page();
            clerk.go("/jobs?q=made-by-hand", "#jobs[aria-rowcount='2'] tbody tr");
            page.getByText("Signed in as carl").waitFor();
            page.getByLabel("Select all rows").waitFor();
            assertThat(page.locator("#jobs tbody input").count()).isZero();
            assertThat(page.locator(".head button.primary").count())
                    .as("a created job belongs to no application")
                    .isZero();
            clerk.go("/jobs/made-by-hand/now", "#shards tbody tr");
            assertThat(page.locator(".actions, #shards button").count()).isZero();
            clerk.go("/jobs/reconcile/now", "#shards tbody tr");
            page.locator(".actions button").first().waitFor();
            assertThat(page.locator("#shards .masked").count())
                    .as("parameters of shards that are not shown")
                    .isEqualTo(4);
            clerk.isContent("a grant for a part");

            operator.isContent("a job of one's own");

            operator.page().locator(".actions button.plain").click();
            operator.page().locator("dialog input[name=typed]").fill("made-by-hand");
            ConsoleBrowserTest.submit(operator.page(), "test is over");
        }
    }
}
