package io.elasticjob.console.browser;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.FilePayload;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.elasticjob.console.browser.Visitor.Eyes;
import io.elasticjob.testing.machine.Needs;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.context.ConfigurableApplicationContext;

/** All pages in a real browser: without any complaint, for all eyes, and by the keyboard alone. */
@ResourceLock("applications") // each sets up the logging of the whole process
@Needs(value = Chromium.NAME, there = Chromium.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ConsoleBrowserTest {

    private OpenShop shop;

    @BeforeAll
    void open() throws Exception {
        shop = OpenShop.open();
    }

    @AfterAll
    void close() throws Exception {
        if (shop != null) {
            shop.close();
        }
    }

    /** Each page with what it shows when it is there. */
    private Map<String, String> pages(Visitor visitor) {
        Map<String, String> pages = new LinkedHashMap<>();
        pages.put("/jobs", "#jobs tbody tr");
        pages.put("/jobs?state=disabled", ".state h2");
        pages.put("/jobs/" + Shop.LONG_NAME, "#shards tbody tr");
        pages.put("/jobs/reconcile/now", "#shards tbody tr");
        pages.put("/jobs/reindex/now", ".checkpoints code");
        pages.put("/jobs/pictures/now", ".array progress");
        pages.put("/jobs/reconcile/runs", "#executions tbody tr");
        pages.put("/jobs/tidy/runs", "#firings tbody tr");
        pages.put("/jobs/reconcile/lateness", ".plot");
        pages.put("/jobs/reconcile/when", ".calendar td.day");
        pages.put("/jobs/reconcile/settings", "table.settings tbody tr");
        pages.put("/jobs/reconcile/triggers", ".state h2");
        pages.put("/jobs/reconcile/whatif?with=2", ".tab tbody tr");
        pages.put("/jobs/wide/now", ".cells");
        pages.put("/jobs/report/chain", ".knot.own");
        pages.put("/jobs/" + Shop.LONG_NAME + "/chain", ".state h2");
        pages.put("/chains", ".knot.absent");
        pages.put("/chains?q=none", ".state h2");
        pages.put("/runs", "#executions tbody tr");
        pages.put("/instances", "#instances tbody tr");
        pages.put("/overview", ".plot");
        pages.put("/changes", ".state h2");
        visitor.go("/instances", "#instances tbody a");
        pages.put(
                visitor.page()
                        .locator("#instances tbody a")
                        .first()
                        .getAttribute("href")
                        .substring(1),
                ".pairs");
        for (String job : List.of("reconcile", "tidy", "bills", "orders")) {
            visitor.go("/jobs/" + job + "/runs", "#firings tbody tr");
            pages.put(
                    visitor.page()
                            .locator("#firings tbody a")
                            .last()
                            .getAttribute("href")
                            .substring(1),
                    "#executions tbody tr");
        }
        pages.put("/jobs/none", ".state strong"); // The last one: it asks again and again, and each time it is 404.
        return pages;
    }

    static Stream<Eyes> eyes() {
        return Stream.of(
                Eyes.USUAL,
                new Eyes(1920, ColorScheme.DARK, "en-US"),
                new Eyes(360, ColorScheme.LIGHT, "en-US"),
                new Eyes(768, ColorScheme.LIGHT, "zh-CN"),
                new Eyes(768, ColorScheme.DARK, "en-US"),
                new Eyes(1280, ColorScheme.DARK, "zh-CN"),
                new Eyes(1920, ColorScheme.LIGHT, "zh-CN"),
                new Eyes(360, ColorScheme.DARK, "zh-CN"));
    }

    @ParameterizedTest
    @MethodSource("eyes")
    void everyPageCanBeSeenByEverybody(Eyes eyes) {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), eyes)) {
            pages(visitor).forEach((address, shown) -> {
                boolean absent = address.equals("/jobs/none");
                visitor.go(address, shown);
                if (absent) {
                    visitor.forgive(); // The browser itself tells of each 404.
                }
                visitor.isContent(address);
                visitor.fitsTheScreen(address);
                visitor.isAccessible(address);
                visitor.forgive(); // The look itself is none of ours.
                visitor.picture(named(eyes, address));
            });
        }
    }

    @ParameterizedTest
    @MethodSource("eyes")
    void everyDialogCanBeUsedByEverybody(Eyes eyes) {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), eyes)) {
            Page page = visitor.page();
            visitor.go("/jobs", "#jobs tbody tr");
            page.locator(".head button.primary").click();
            look(visitor, eyes, "create");
            visitor.go("/jobs/reconcile/triggers", ".tab button");
            page.locator(".tab button").first().click();
            look(visitor, eyes, "backfill");
            visitor.go("/changes", ".actions button:nth-of-type(2)");
            page.locator(".actions button").nth(1).click();
            page.locator("dialog input[type=file]")
                    .setInputFiles(document(
                            "{\"job\": \"reconcile\", \"operation\": \"configure\", \"set\": {\"misfire\": \"SKIP\"}}",
                            "{\"job\": \"nobody\", \"operation\": \"disable\", \"shard\": 1}"));
            page.locator("dialog .answers li").nth(1).waitFor();
            look(visitor, eyes, "import");
            visitor.go("/jobs/reconcile/settings", "table.settings tbody tr");
            page.locator("table.settings button").first().click();
            look(visitor, eyes, "settings");
            for (int i = 0; i < page.locator(".actions button").count(); i++) {
                page.locator(".actions button").nth(i).click();
                look(visitor, eyes, "action " + i);
            }
        }
    }

    static FilePayload document(String... lines) {
        String text = "{\"format\": 1, \"lines\": [" + String.join(",", lines) + "]}";
        return new FilePayload("changes.json", "application/json", text.getBytes(StandardCharsets.UTF_8));
    }

    private static String named(Eyes eyes, String what) {
        return (eyes + what).replaceAll("[^A-Za-z0-9]+", "-");
    }

    private static void look(Visitor visitor, Eyes eyes, String name) {
        Locator dialog = visitor.page().locator("dialog[open]");
        dialog.waitFor();
        visitor.isContent(name);
        visitor.fitsTheScreen(name);
        visitor.isAccessible(name);
        visitor.forgive();
        visitor.picture(named(eyes, "-dialog-" + name));
        visitor.page().keyboard().press("Escape");
        dialog.waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
    }

    @Test
    void wholeFiringsAreListedWithTheirResultsAndLeadToTheirPages() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs/reconcile/runs", "#firings tbody tr");
            Locator firing = page.locator("#firings tbody tr").last();
            assertThat(firing.textContent()).contains("Failed", "4");
            firing.locator("a").click();
            page.locator("#executions tbody tr").nth(3).waitFor();
            visitor.go("/jobs/reconcile/runs?outcome=SUCCEEDED", ".state h2");
            assertThat(page.locator("#firings").count())
                    .as("whole firings, where only some executions are asked for")
                    .isZero();
            visitor.go("/jobs/" + Shop.LONG_NAME + "/runs", ".state h2");
            assertThat(page.locator("#firings").count()).isZero();
            visitor.isContent("whole firings");
        }
    }

    @Test
    void aJobIsRunByTheKeyboardAlone() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs", "#jobs tbody tr");
            page.keyboard().press("/");
            page.keyboard().type("tidy");
            page.locator("#jobs[aria-rowcount='52']").waitFor(); // It is the handler of the fifty others as well.
            tabTo(page, "a", "tidy");
            page.keyboard().press("Enter");
            page.locator("#shards tbody tr").first().waitFor();
            tabTo(page, "button", "Run …");
            page.keyboard().press("Enter");
            page.locator("dialog[open]").waitFor();
            page.keyboard().press("Tab");
            page.keyboard().press("Tab");
            page.keyboard().type("by keyboard");
            page.keyboard().press("Enter");
            page.getByText("All shards are done.").waitFor();
            assertThat(page.locator("dialog .progress li").count()).isEqualTo(3);
            page.keyboard().press("Escape");
            visitor.isContent("running a job");
        }
    }

    /** The numbers beside the states come after the list: what somebody presses meanwhile stays under the pointer. */
    @Test
    void aClickIsNotLostWhileTheNumbersComeIn() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            List<Route> held = new ArrayList<>();
            page.route("**/overview*", held::add);
            visitor.go("/jobs", "#jobs tbody tr");
            page.waitForCondition(() -> !held.isEmpty());
            BoundingBox chip = page.locator(".chips button", new Page.LocatorOptions().setHasText("Failing"))
                    .boundingBox();
            page.mouse().move(chip.x + chip.width / 2, chip.y + chip.height / 2);
            page.mouse().down();
            page.unroute("**/overview*");
            held.forEach(Route::resume);
            page.locator(".chips button .num:not(.kept)").first().waitFor();
            page.mouse().up();
            page.locator(".chips button[aria-pressed=true]", new Page.LocatorOptions().setHasText("Failing"))
                    .waitFor();
            page.locator("#jobs tbody a", new Page.LocatorOptions().setHasText("reconcile"))
                    .waitFor();
            visitor.isContent("pressing early");
        }
    }

    /** From the graph of all chains to a job of one, to the jobs around it; and in words what it runs after. */
    @Test
    void aChainIsFoundAndFollowedByTheKeyboardAlone() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs", "#jobs tbody tr");
            tabTo(page, "a", "Chains");
            page.keyboard().press("Enter");
            page.locator(".knots path.way").first().waitFor();
            assertThat(page.locator(".chain").count()).isEqualTo(2);
            page.getByText("archive never runs after ghost, because there is no such job.")
                    .waitFor();
            page.keyboard().press("/");
            page.keyboard().type("report");
            page.getByText("1 chain", new Page.GetByTextOptions().setExact(true))
                    .waitFor();
            tabTo(page, "a", "report");
            assertThat(page.locator(".knot.away .name a").allTextContents())
                    .as("what is neither before it nor after it")
                    .containsExactly("remind");
            assertThat(page.locator(".knot:has(a[title=report])").textContent())
                    .contains("Succeeded", "after all of bills and mails (any result)");
            page.keyboard().press("Enter");
            page.locator(".knot.own a[aria-current=true]").waitFor();
            tabTo(page, "a", "archive");
            page.keyboard().press("Enter");
            page.locator(".knot.own", new Page.LocatorOptions().setHasText("archive"))
                    .waitFor();
            visitor.isContent("following a chain");
        }
    }

    @Test
    void whatATaskOfAnArrayHasPrintedIsReadByTheKeyboardAlone() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs/pictures/now", ".array progress");
            page.getByText("30 of 40", new Page.GetByTextOptions().setExact(true))
                    .waitFor();
            tabTo(page, "button", "Read its log");
            page.keyboard().press("Enter");
            page.getByText("picture 4.png: no such file").waitFor();
            visitor.isContent("reading the log of a task");
        }
    }

    @Test
    void anInstanceIsDrainedAndResumedByTheKeyboardAlone() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/instances", "#instances tbody tr");
            for (String operation : List.of("Drain", "Resume")) {
                tabTo(page, "button", operation);
                page.keyboard().press("Enter");
                page.locator("dialog[open]").waitFor();
                page.keyboard().type("maintenance");
                page.keyboard().press("Enter");
                page.locator("dialog").waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED));
                page.locator(
                                "#instances button",
                                new Page.LocatorOptions().setHasText(operation.equals("Drain") ? "Resume" : "Drain"))
                        .waitFor();
            }
            visitor.isContent("draining");
        }
    }

    /** A grant for one application: of what belongs to another one, or to none, there is nothing to press. */
    /** Gives the reason that each change asks for, and waits until it is done. */
    static void submit(Page page, String reason) {
        page.locator("dialog input[name=reason]").fill(reason);
        page.locator("dialog button[type=submit]").click();
        page.locator("dialog").waitFor(gone());
    }

    static Locator.WaitForOptions gone() {
        return new Locator.WaitForOptions().setState(WaitForSelectorState.DETACHED);
    }

    /** Presses Tab until an element has the focus, as somebody does who has no mouse. */
    private static void tabTo(Page page, String element, String text) {
        for (int i = 0; i < 200; i++) {
            if (page.evaluate(
                            "([name, text]) => document.activeElement.localName === name"
                                    + " && document.activeElement.textContent.trim() === text",
                            List.of(element, text))
                    .equals(true)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError("The keyboard does not lead to " + text);
    }

    /** The schedule editor says what the engine says, as one types. */
    @Test
    void aScheduleIsCheckedAsItIsTyped() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs", "#jobs tbody tr");
            page.locator(".head button.primary").click();
            page.locator("dialog .firetimes li").first().waitFor();
            assertThat(page.locator("dialog .firetimes li").count()).isEqualTo(10);
            page.locator("dialog input[name=cron]").fill("0 0 25 * * ?");
            page.getByText("hour must be 0–23").waitFor();
            assertThat(page.locator("dialog .preview pre").textContent()).isEqualTo("0 0 25 * * ?\n    ^");
            page.locator("dialog input[name=cron]").fill("0 30 2 * * ?");
            page.locator("dialog input[name=zone]").fill("Europe/Berlin");
            page.locator("dialog .firetimes li").first().waitFor();
            visitor.isContent("schedule editor");
        }
    }

    @Test
    void aSessionThatIsOverSaysSo() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            Page page = visitor.page();
            visitor.go("/jobs", "#jobs tbody tr");
            page.route("**/actuator/elasticjob**", route -> route.fulfill(new Route.FulfillOptions().setStatus(401)));
            page.getByText("Your session is over").first().waitFor();
            assertThat(page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Reload"))
                            .count())
                    .isPositive();
        }
    }

    @Test
    void whoMayOnlyLookSeesNoButtonsToChangeAnything() {
        try (ConfigurableApplicationContext readOnly = Shop.start(
                        shop.server.getConnectString(), 0, "--management.endpoint.elasticjob.access=read-only");
                Visitor visitor = new Visitor(shop.browser, Shop.console(readOnly), Eyes.USUAL)) {
            visitor.go("/jobs", "#jobs tbody tr");
            visitor.page().getByText("Read-only").waitFor();
            assertThat(visitor.page().locator("#jobs input, .head button").count())
                    .isZero();
            visitor.go("/jobs/reconcile/now", "#shards tbody tr");
            assertThat(visitor.page().locator(".actions, #shards button").count())
                    .isZero();
        }
    }

    /** The arithmetic of the pages, in the browser that does it. */
    @Test
    void thePartsThatOnlyReckonReckonRightly() {
        try (Visitor visitor = new Visitor(shop.browser, Shop.console(shop.application), Eyes.USUAL)) {
            visitor.go("/jobs", "#jobs tbody tr");
            Object failures = visitor.page().evaluate(Reckoning.SCRIPT);
            assertThat((List<?>) failures).isEmpty();
        }
    }

    @Test
    void whileZooKeeperIsAwayTheConsoleSaysSoAndComesBack() throws Exception {
        try (TestingServer own = new TestingServer(true);
                ConfigurableApplicationContext alone =
                        Shop.start(own.getConnectString(), 0, "--elasticjob.registry.session-timeout=4s");
                Visitor visitor = new Visitor(shop.browser, Shop.console(alone), Eyes.USUAL)) {
            visitor.go("/jobs", "#jobs tbody tr");
            own.stop();
            visitor.page().getByText("ZooKeeper cannot be reached.").waitFor();
            assertThat(visitor.page().locator("#jobs tbody tr").count()).isPositive();
            own.restart();
            visitor.page()
                    .getByText("ZooKeeper cannot be reached.")
                    .waitFor(new Locator.WaitForOptions()
                            .setState(WaitForSelectorState.DETACHED)
                            .setTimeout(60_000));
        }
    }
}
